"""Evidence beside surveys: events counted by touchpoint and period, and findings of people who asked or looked."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import model_validator
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.voice.models import Audience, SourceKind
from app.web import FormModel

COUNTED = (SourceKind.COMPLAINTS, SourceKind.LOST_SALES, SourceKind.WAITING)
FOUND = (SourceKind.INTERVIEWS, SourceKind.OBSERVATION, SourceKind.REPORTS)
OTHER = (*COUNTED, *FOUND)


class EventCount(Row, table=True):
    """How many complaints, lost sales or waits one touchpoint had in one period.

    `exposure` is among how many (passengers, orders), so that there is a rate. For waits `amount` is how long: the
    median where single waits came in, with its interval, else the figure that the file told.
    """

    __tablename__ = "event_count"
    __table_args__ = (
        UniqueConstraint("source_id", "touchpoint_id", "first_day", "last_day"),
        CheckConstraint("count >= 0", name="count"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("exposure IS NULL OR exposure > 0", name="exposure"),
    )

    source_id: int = points_to("source.id", index=False)
    touchpoint_id: int = points_to("touchpoint.id")
    first_day: date
    last_day: date
    count: int
    exposure: float | None = None
    amount: float | None = None
    amount_low: float | None = None
    amount_high: float | None = None
    person_id: int | None = points_to("person.id", nullable=True)
    made_at: datetime = instant()


class FindingKind(StrEnum):
    PAIN = "pain"
    NEED = "need"
    GAIN = "gain"
    IDEA = "idea"
    FACT = "fact"


class Finding(Row, table=True):
    """What somebody found by asking, looking or reading, pinned to a touchpoint. A withdrawn one stays for its trace.

    said_by of asked: how many people said it, of how many; both None where nobody counted.
    """

    __tablename__ = "finding"
    __table_args__ = (CheckConstraint("said_by IS NULL OR (said_by >= 0 AND said_by <= asked)", name="strength"),)

    source_id: int = points_to("source.id")
    touchpoint_id: int | None = points_to("touchpoint.id", nullable=True)
    kind: FindingKind = choice(FindingKind)
    words: str = text()
    quote: str = text()
    said_by: int | None = None
    asked: int | None = None
    on: date
    person_id: int | None = points_to("person.id", nullable=True)
    made_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class SourceForm(FormModel):
    """A source that is no survey."""

    name: str = Field(min_length=1, max_length=200)
    kind: SourceKind
    department: int | None = None
    first_day: date
    last_day: date
    unit: str = Field(default="", max_length=40)
    minimum_cell: int = Field(default=1, ge=1, le=1_000)
    figures_for: Audience = Audience.EMPLOYEES
    comments_for: Audience = Audience.COMMITTEE
    rows_for: Audience = Audience.COMMITTEE

    @model_validator(mode="after")
    def in_order(self) -> "SourceForm":
        if self.last_day < self.first_day:
            raise ValueError("The last day is not before the first one.")
        return self


class CountForm(FormModel):
    """One line by hand."""

    touchpoint: int
    first_day: date
    last_day: date
    count: int = Field(ge=0, le=1_000_000_000)
    exposure: float | None = Field(default=None, gt=0, le=1e15)
    amount: float | None = Field(default=None, ge=0, le=1e12)
    reason: str = Field(default="", max_length=1_000)


class FindingForm(FormModel):
    touchpoint: int | None = None
    kind: FindingKind
    words: str = Field(min_length=1, max_length=2_000)
    quote: str = Field(default="", max_length=5_000)
    said_by: int | None = Field(default=None, ge=0, le=1_000_000)
    asked: int | None = Field(default=None, ge=1, le=1_000_000)
    on: date
    version: int = 0


class WithdrawForm(FormModel):
    reason: str = Field(min_length=1, max_length=1_000)
