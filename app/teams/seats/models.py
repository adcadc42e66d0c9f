"""Open seats of a team: a competence that it looks for, and the colleagues who claim the seat."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import CheckConstraint, Index, SmallInteger
from sqlalchemy import text as sql
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.teams.models import Skill
from app.web import FormModel

MOST_HOURS = 40


class SeatStage(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class TeamSeat(Row, table=True):
    """A place in a team for somebody who can do something. Taken once; one that ended stays."""

    __tablename__ = "team_seat"
    __table_args__ = (CheckConstraint("hours BETWEEN 1 AND 40", name="hours"),)

    team_id: int = points_to("team.id")
    competence_id: int = points_to("competence.id")
    asked: str = text()  # what the seat asks for
    hours: int | None = Field(default=None, sa_type=SmallInteger)  # a week
    stage: SeatStage = choice(SeatStage, default=SeatStage.OPEN, index=True)
    opened_by: int = points_to("person.id")
    opened_at: datetime = instant()
    membership_id: int | None = points_to("membership.id", nullable=True)  # who took it
    version: int = 1

    @property
    def ref(self) -> str:
        """The record tells of the team, which everybody knows it by."""
        return f"team:{self.team_id}"


class ClaimStage(StrEnum):
    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"


CLAIMED = "stage = 'made'"


class Claim(Row, table=True):
    """A colleague who wants a seat, with a line of why; and the lead's answer."""

    __tablename__ = "team_claim"
    __table_args__ = (
        Index(
            "ix_team_claim_one_at_a_time",
            "seat_id",
            "person_id",
            unique=True,
            sqlite_where=sql(CLAIMED),
            postgresql_where=sql(CLAIMED),
        ),
    )

    seat_id: int = points_to("team_seat.id")
    person_id: int = points_to("person.id")
    line: str = text()
    stage: ClaimStage = choice(ClaimStage, default=ClaimStage.MADE)
    made_at: datetime = instant()
    answered_by: int | None = points_to("person.id", nullable=True)
    answered_at: datetime | None = instant(nullable=True, default=None)
    reason: str = text()
    version: int = 1


class SeatForm(FormModel):
    competence: Skill
    asked: Annotated[str, StringConstraints(max_length=1000)] = ""
    hours: int | None = Field(default=None, ge=1, le=MOST_HOURS)


class ClaimForm(FormModel):
    line: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class AnswerForm(FormModel):
    """name: accept, decline or take_back."""

    name: str
    note: Annotated[str, StringConstraints(max_length=1000)] = ""
