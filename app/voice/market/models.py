"""What the market says (VoM): a figure of somebody else's, for one index and period, with where it was read."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text


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
        return period_words(self.first_day, self.last_day)


def period_words(first: date, last: date) -> str:
    """2025, 2025 Q3, March 2025, or both days."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{first.year}" if first.year == last.year else f"{first.year} to {last.year}"
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and (last.month != _next(last).month)
    if whole and months == 3 and first.month % 3 == 1:
        return f"{first.year} Q{first.month // 3 + 1}"
    if whole and months == 1:
        return f"{first:%B %Y}"
    return f"{first:%-d %b %Y} to {last:%-d %b %Y}"


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
