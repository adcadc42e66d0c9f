"""What others reach at our touchpoints."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.market.models import SCORE, Benchmark
from app.voice.market.queries import IN_FORCE


def benchmarks(db: Session, touchpoint_ids: Sequence[int]) -> dict[int, float]:
    """The latest figure of the market for each touchpoint that has one, on 0 to 100, in one statement."""
    query = (
        select(col(Benchmark.touchpoint_id), col(Benchmark.value))
        .where(IN_FORCE, col(Benchmark.index) == SCORE, col(Benchmark.touchpoint_id).in_(touchpoint_ids))
        .order_by(col(Benchmark.last_day), col(Benchmark.id))
    )
    return {number: value for number, value in db.execute(query) if number is not None}
