"""A touchpoint over the waves that asked about it; where the question or its scale changed, the series is broken."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.board import Line, measured_use, moved
from app.voice.models import Source, Use
from app.voice.queries import visible_to
from app.voice.showing import use_estimate


@dataclass(frozen=True)
class Asked:
    """One wave; `broken` says why it is not compared with the one before."""

    source: Source
    line: Line
    scale: str
    column: str
    broken: str


def waves(db: Session, actor: Actor, touchpoint_id: int, name: str) -> list[Asked]:
    """Latest first."""
    query = (
        select(Use, Source)
        .join(Source, col(Source.id) == col(Use.source_id))
        .where(visible_to(actor), col(Use.touchpoint_id) == touchpoint_id)
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
    )
    pairs: Sequence[tuple[Use, Source]] = [(use, source) for use, source in db.execute(query)]
    return [asked(name, use, source, before_of(pairs[at + 1 :], source)) for at, (use, source) in enumerate(pairs)]


def before_of(earlier: Sequence[tuple[Use, Source]], source: Source) -> tuple[Use, Source] | None:
    """The wave of the same series before."""
    if source.series_id is None:
        return None
    return next((pair for pair in earlier if pair[1].series_id == source.series_id), None)


def asked(name: str, use: Use, source: Source, before: tuple[Use, Source] | None) -> Asked:
    estimate = use_estimate(use, source.minimum_cell)
    broken = break_between(before[0], use) if before else ""
    was = use_estimate(before[0], before[1].minimum_cell) if before and not broken else None
    since = moved(measured_use(before[0]), measured_use(use)) if before and was and estimate else None
    line = Line(str(source.id), name, estimate, (0, 100), was.value if was else None, since, source_id=source.id)
    return Asked(source, line, f"{use.worst:g} to {use.best:g}", use.column, broken)


def break_between(before: Use, use: Use) -> str:
    if (before.worst, before.best, before.step) != (use.worst, use.best, use.step):
        return f"another scale: {before.worst:g} to {before.best:g} before"
    if before.question and use.question and before.question != use.question:
        return "another wording"
    return ""
