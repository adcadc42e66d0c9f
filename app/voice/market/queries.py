"""Reading the market. Benchmarks were published by others: every employee sees them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.market.models import Benchmark


@dataclass(frozen=True)
class Market:
    """The market's figure for an index: the latest known. `low` and `high` are None where nobody says them."""

    value: float
    low: float | None
    high: float | None
    name: str
    period: str


IN_FORCE: ColumnElement[bool] = col(Benchmark.withdrawn_at).is_(None)


def for_index(index: str, touchpoint_id: int | None = None) -> Select[Benchmark]:
    """Benchmarks of one index, the latest first."""
    mine = (
        col(Benchmark.touchpoint_id).is_(None)
        if touchpoint_id is None
        else (col(Benchmark.touchpoint_id) == touchpoint_id)
    )
    query = select(Benchmark).where(IN_FORCE, col(Benchmark.index) == index, mine)
    return query.order_by(col(Benchmark.last_day).desc(), col(Benchmark.id).desc())


def latest_benchmark(db: Session, index: str, touchpoint_id: int | None = None) -> Market | None:
    """The latest figure of the market for an index ("NPS", "TCS mean", "TCS top two", "touchpoint"), or None.

    NPS is on -100 to 100, all others on 0 to 100 (TCS: the mean answer turned to 0 to 100, or a share in percent).
    """
    found = db.scalars(for_index(index, touchpoint_id).limit(1)).first()
    return Market(found.value, found.low, found.high, found.name, found.period) if found else None
