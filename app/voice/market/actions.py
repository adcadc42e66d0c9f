"""Keeping what the market says, on the record."""

from sqlalchemy.orm import Session

from app.columns import now
from app.errors import Stale
from app.record.actions import write
from app.voice.market.models import Benchmark, BenchmarkForm


def keep(db: Session, person_id: int | None, form: BenchmarkForm) -> Benchmark:
    values = form.model_dump(exclude={"touchpoint"})
    benchmark = Benchmark(**values, touchpoint_id=form.touchpoint, person_id=person_id)
    db.add(benchmark)
    db.flush()
    figures = {"index": form.index, "value": str(form.value), "from": form.first_day.isoformat()}
    write(db, person_id, "keep", benchmark.ref, figures=figures, words={"read_in": form.read_in})
    return benchmark


def withdraw(db: Session, person_id: int, benchmark: Benchmark, reason: str) -> None:
    """It stays as a row, and is compared with nothing any more."""
    if benchmark.withdrawn_at is not None:
        raise Stale("This figure was withdrawn already.")
    benchmark.withdrawn_at = now()
    benchmark.version += 1
    write(db, person_id, "withdraw", benchmark.ref, words={"reason": reason})
