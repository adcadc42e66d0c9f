"""A mandate: what the committee asks of a team for one process, by when, with whose hours."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text


class MandateStage(StrEnum):
    OFFERED = "offered"  # given by the chair; the team's lead has not said yes yet
    ACCEPTED = "accepted"
    HANDED_BACK = "handed back"  # the lead cannot take it on like this
    REPLACED = "replaced"  # by the next version
    ENDED = "ended"


ALIVE = (MandateStage.OFFERED, MandateStage.ACCEPTED, MandateStage.HANDED_BACK)
STANDS = "stage IN ('offered', 'accepted', 'handed back')"


class Mandate(Row, table=True):
    """One version of it; one of a team and process stands, the ones before it stay as they were."""

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("team_id", "process_id", "number"),
        CheckConstraint("until_on >= from_on", name="days"),
        Index(
            "ix_mandate_one_stands",
            "team_id",
            "process_id",
            unique=True,
            sqlite_where=sql(STANDS),
            postgresql_where=sql(STANDS),
        ),
    )

    team_id: int = points_to("team.id", index=False)
    process_id: int = points_to("process.id")
    number: int = 1
    measure: str = Field(max_length=200)  # which outcome or touchpoint, in words
    figure_now: float | None = None
    figure_wanted: float
    target: str = text()  # what that means for customers
    from_on: date
    until_on: date
    stage: MandateStage = choice(MandateStage, default=MandateStage.OFFERED)
    given_by: int = points_to("person.id")
    given_at: datetime = instant()
    answered_by: int | None = points_to("person.id", nullable=True)
    answered_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    @property
    def ref(self) -> str:
        """The record tells of the team."""
        return f"team:{self.team_id}"

    @property
    def stands(self) -> bool:
        return self.stage in ALIVE


class Owed(Row, table=True):
    """Something that the team owes the committee, on a day."""

    __tablename__ = "mandate_owed"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done"),
        Index("ix_mandate_owed_due", "due"),
    )

    mandate_id: int = points_to("mandate.id")
    place: int = Field(sa_type=SmallInteger)
    what: str = Field(max_length=300)
    due: date
    done_at: datetime | None = instant(nullable=True, default=None)
    done_by: int | None = points_to("person.id", nullable=True)
    words: str = text()  # what was handed in, or where it lies


class ReleaseStage(StrEnum):
    ASKED = "asked"
    RELEASED = "released"
    REFUSED = "refused"


class Release(Row, table=True):
    """A member's hours a week for the team, to be released by whom they report to.

    `asked_of`: their manager when the mandate was given, else the head of their department; none: the committee's chair
    says so.
    """

    __tablename__ = "mandate_hours"
    __table_args__ = (
        UniqueConstraint("mandate_id", "person_id"),
        CheckConstraint("hours BETWEEN 1 AND 60", name="hours"),
    )

    mandate_id: int = points_to("mandate.id", index=False)
    person_id: int = points_to("person.id")
    hours: int = Field(sa_type=SmallInteger)
    stage: ReleaseStage = choice(ReleaseStage, default=ReleaseStage.ASKED)
    asked_of: int | None = points_to("person.id", nullable=True)
    answered_by: int | None = points_to("person.id", nullable=True)
    answered_at: datetime | None = instant(nullable=True, default=None)
    words: str = text()
