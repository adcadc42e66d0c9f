"""What people's forms take: plain models, never a table."""

import re
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from app.web import FormModel

AN_ADDRESS = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+")


def an_email(value: str) -> str:
    if not AN_ADDRESS.fullmatch(value) or not value.isprintable():
        raise ValueError("Write an e-mail address, such as amal@pilotage.example.")
    return value.casefold()


def one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("Write it on one line.")
    return value


def a_time_zone(value: str) -> str:
    if value and value not in available_timezones():
        raise ValueError("Choose one of the offered time zones.")
    return value


Email = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(an_email)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]


class SettingsForm(FormModel):
    theme: Literal["", "light", "dark"] = ""
    time_zone: Annotated[str, AfterValidator(a_time_zone)] = ""


class PasswordForm(FormModel):
    own_password: str = ""
    new_password: str = ""


class SessionForm(FormModel):
    session: Annotated[str, Field(min_length=1, max_length=64)]


class ResetForm(FormModel):
    email: Email


class NewPasswordForm(FormModel):
    new_password: str = ""
