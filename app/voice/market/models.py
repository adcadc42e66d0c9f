"""What the market says (VoM): a figure of somebody else's, for one index and period, with where it was read."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.voice.evidence.periods import words_of
from app.web import FormModel


class Whose(StrEnum):
    MARKET = "market"
    COMPETITOR = "competitor"
    INDUSTRY = "industry"


NPS, TCS, TOP_TWO, SCORE = "NPS", "TCS mean", "TCS top two", "touchpoint"
INDICES = (NPS, TCS, TOP_TWO, SCORE)


class Benchmark(Row, table=True):
    """`index` is one of INDICES. NPS on -100 to 100, all others on 0 to 100. Withdrawn ones stay, out of sight."""

    __tablename__ = "benchmark"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days"),)

    index: str = Field(max_length=40, index=True)
    touchpoint_id: int | None = points_to("touchpoint.id", nullable=True)
    whose: Whose = choice(Whose, default=Whose.MARKET)
    name: str = Field(max_length=200)  # "All airports of the region", "Airport of Z"
    first_day: date
    last_day: date
    value: float
    low: float | None = None  # 95 %, as told or worked out from n or a standard error
    high: float | None = None
    n: int | None = None
    error: float | None = None
    read_in: str = text()  # where it was read, in words
    link: str = Field(default="", max_length=500)
    read_on: date
    person_id: int | None = points_to("person.id", nullable=True)
    made_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    @property
    def period(self) -> str:
        return words_of(self.first_day, self.last_day)


class BenchmarkForm(FormModel):
    index: Literal["NPS", "TCS mean", "TCS top two", "touchpoint"]
    touchpoint: int | None = None
    whose: Whose = Whose.MARKET
    name: str = Field(min_length=1, max_length=200)
    first_day: date
    last_day: date
    value: float = Field(ge=-100, le=100)
    low: float | None = Field(default=None, ge=-100, le=100)
    high: float | None = Field(default=None, ge=-100, le=100)
    n: int | None = Field(default=None, ge=1, le=1_000_000_000)
    error: float | None = Field(default=None, gt=0, le=100)
    read_in: str = Field(min_length=1, max_length=1_000)
    link: str = Field(default="", max_length=500)
    read_on: date


def wrong_with(form: BenchmarkForm) -> list[tuple[str, str]]:
    """What is wrong with a benchmark that can be read: field and words."""
    found = []
    if form.last_day < form.first_day:
        found.append(("last_day", "The last day is not before the first one."))
    if form.index == SCORE and form.touchpoint is None:
        found.append(("touchpoint", "Say which touchpoint's score it is."))
    if form.index != SCORE and form.touchpoint is not None:
        found.append(("touchpoint", f"{form.index} is of the whole, not of one touchpoint."))
    if form.index != NPS and min(form.value, form.low or 0, form.high or 0) < 0:
        found.append(("value", f"{form.index} is on 0 to 100; NPS alone goes below."))
    if (form.low is None) != (form.high is None):
        found.append(("high", "Give both ends of the interval, or neither."))
    elif form.low is not None and form.high is not None and not form.low <= form.value <= form.high:
        found.append(("low", "The value lies within its interval."))
    if form.link and not form.link.startswith(("https://", "http://")):
        found.append(("link", "A link begins with https://."))
    return found
