"""Which figures about single people are shown: off until an administrator turns one on."""

from datetime import datetime
from typing import Literal

from sqlmodel import Field

from app.columns import Row, instant, points_to
from app.web import FormModel


class PersonFigure(Row, table=True):
    """One figure of the registry (rules.py), from the first time that it was turned on."""

    __tablename__ = "person_figure"

    key: str = Field(max_length=40, unique=True)
    shown: bool = False
    changed_by: int = points_to("person.id", index=False)
    changed_at: datetime = instant()
    version: int = 1


class SwitchForm(FormModel):
    value: Literal["on", "off"]
    version: int = 0  # the one that was looked at; 0: never turned on
