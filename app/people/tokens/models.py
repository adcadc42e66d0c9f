"""Personal tokens: what a person's own programs sign in with."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator
from pydantic import Field as Bound
from sqlmodel import Field

from app.columns import Row, choice, instant, now, points_to
from app.people.forms import one_line
from app.web import FormModel

LONGEST_DAYS = 366


class Scope(StrEnum):
    """The one thing that a token is for. It never adds to what its person may do."""

    SEND = "send answers"
    READ = "read figures"


class Token(Row, table=True):
    """The program holds 256 random bits; here stands only their hash."""

    __tablename__ = "token"

    person_id: int = points_to("person.id")
    name: str = Field(max_length=80)
    key: str = Field(max_length=64, unique=True)
    scope: Scope = choice(Scope)
    created_at: datetime = instant()
    expires_at: datetime = instant(default=None)
    used_at: datetime | None = instant(nullable=True, default=None)
    revoked_at: datetime | None = instant(nullable=True, default=None)

    @property
    def usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > now()

    @property
    def state(self) -> tuple[str, str]:
        """Its word and its status kind."""
        if self.revoked_at:
            return "Revoked", "stopped"
        return ("Works", "good") if self.usable else ("Expired", "ended")


class TokenForm(FormModel):
    name: Annotated[str, Bound(min_length=1, max_length=80), AfterValidator(one_line)]
    scope: Scope
    days: Annotated[int, Bound(ge=1, le=LONGEST_DAYS)]
    own_password: str = ""
