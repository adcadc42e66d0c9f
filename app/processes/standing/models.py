"""What each wave said of each process, kept: trends and the standing of priorities are read from here."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to
from app.processes.priority import Verdict


class Reading(Row, table=True):
    """One process in one wave, by its first outcome, correlation and means. `key` tells what it was worked out from."""

    __tablename__ = "process_reading"
    __table_args__ = (UniqueConstraint("process_id", "source_id"),)

    process_id: int = points_to("process.id", index=False)
    source_id: int = points_to("source.id")
    key: str = Field(max_length=64)
    n: int = 0
    performance: float | None = None
    performance_low: float | None = None
    performance_high: float | None = None
    impact: float | None = None
    impact_low: float | None = None
    impact_high: float | None = None
    verdict: Verdict = choice(Verdict, check="reading_verdict")
    vital_probability: float | None = None
    read_at: datetime = instant()

    @property
    def vital(self) -> bool:
        return self.verdict in (Verdict.VITAL, Verdict.PERHAPS)

    @property
    def enough(self) -> bool:
        return self.verdict is not Verdict.TOO_LITTLE
