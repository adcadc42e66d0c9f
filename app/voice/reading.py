"""The rows behind the figures, a page at a time: for those alone whom the source lets see rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.answers import scale_of, uses_of
from app.voice.importing.packing import MISSING, NOT_APPLICABLE, unpack_indices
from app.voice.models import Outcome, Remark, Response, Source
from app.voice.packed import unpack_outcomes
from app.voice.queries import comments_visible_to, outcomes_of

PAGE = 25


@dataclass(frozen=True)
class Row:
    id: int
    respondent: str
    on: date | None
    weight: float | None
    outcomes: tuple[str, ...]
    rating: str


def commented_sources(db: Session, actor: Actor) -> Sequence[tuple[int, str]]:
    """Sources with comments that this person may read."""
    there = select(col(Remark.id)).where(col(Remark.source_id) == col(Source.id)).exists()
    query = select(col(Source.id), col(Source.name)).where(comments_visible_to(actor), there)
    return [(number, name) for number, name in db.execute(query.order_by(col(Source.last_day).desc()))]


def rows(db: Session, source: Source, touchpoint_id: int | None = None, after: int = 0) -> list[Row]:
    """Responses in the order of the file, one more than a page shows; with one touchpoint's rating."""
    query = (
        select(Response)
        .where(col(Response.source_id) == source.id, col(Response.id) > after)
        .order_by(col(Response.id))
        .limit(PAGE + 1)
    )
    told = db.scalars(query).all()
    outcomes = outcomes_of(db, source.id)
    uses = [use for use, _ in uses_of(db, source.id)] if touchpoint_id is not None else []
    place = next((at for at, use in enumerate(uses) if use.touchpoint_id == touchpoint_id), None)
    ratings = [""] * len(told)
    if place is not None and told:
        scales = [scale_of(use) for use in uses]
        found = unpack_indices(b"".join(one.ratings for one in told), scales, [place])[:, 0]
        ratings = [rating(scales[place].value(int(index)) if index >= 0 else None, int(index)) for index in found]
    return [
        Row(one.id, one.respondent, one.on, one.weight, told_outcomes(one, outcomes), rated)
        for one, rated in zip(told, ratings, strict=True)
    ]


def rating(value: float | None, index: int) -> str:
    return {NOT_APPLICABLE: "not applicable", MISSING: "no answer"}.get(
        index, f"{value:g}" if value is not None else ""
    )


def told_outcomes(one: Response, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    if not outcomes:
        return ()
    return tuple("–" if value != value else f"{value:g}" for value in unpack_outcomes(one.outcomes, len(outcomes))[0])
