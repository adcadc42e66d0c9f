"""Guests: who they are from, and the links that let them in."""

from datetime import datetime
from typing import Annotated

from pydantic import Field as Limits
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, instant, points_to
from app.people.forms import Email
from app.web import FormModel


class Guest(SQLModel, table=True):
    """What is known of a guest besides their name and address."""

    __tablename__ = "guest"

    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    organisation: str = Field(default="", max_length=200)


class GuestInvitation(Row, table=True):
    """The link that lets a guest in to one thing (`about`, its ref): 256 bits, kept hashed, once, until a time.

    What the guest may see is not decided here but by a row of that thing's feature (idea_guest, pilot_guest).
    """

    __tablename__ = "guest_invitation"
    __table_args__ = (UniqueConstraint("person_id", "about"),)

    person_id: int = points_to("person.id", index=False)
    about: str = Field(max_length=60, index=True)
    sent_by: int = points_to("person.id")
    sent_at: datetime = instant()
    sent: int = 1  # how often a link was made
    key: str | None = Field(default=None, max_length=64, unique=True)
    expires_at: datetime = instant(default=None)
    used_at: datetime | None = instant(nullable=True, default=None)


class GuestForm(FormModel):
    """Whom to invite. The name is needed where the address is not known yet."""

    email: Email
    name: Annotated[str, Limits(max_length=200)] = ""
    organisation: Annotated[str, Limits(max_length=200)] = ""


class GuestMoveForm(FormModel):
    """name: resend or take_back."""

    name: str


class EnterForm(FormModel):
    new_password: str = ""
