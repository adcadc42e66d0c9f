"""What the market says (VoM): a figure of somebody else's, for one index and period, with where it was read."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.voice.evidence.periods import words_of


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
