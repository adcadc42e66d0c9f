"""The rows behind the figures, a page at a time: for those alone whom the source lets see rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.answers import answers, scale_of, uses_of
from app.voice.importing.packing import MISSING, NOT_APPLICABLE, unpack_indices
from app.voice.models import Outcome, Remark, Response, Source
from app.voice.packed import unpack_outcomes
from app.voice.queries import comments_visible_to, outcomes_of
from app.voice.segments import part_by, values_of
from app.voice.showing import NOBODY_SAID
from app.voice.trends.models import Recode
from app.web.sheets import Cell

PAGE = 25
CHUNK = 5_000


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


@dataclass(frozen=True)
class Filter:
    """Which rows: those with every one of these labels, who answered `of`, of one camp of a recommendation."""

    parts: tuple[tuple[str, str], ...] = ()
    of: str = ""
    camp: str = ""

    def __bool__(self) -> bool:
        return bool(self.parts or self.of or self.camp)


CAMPS = {"promoter": (9, 10), "passive": (7, 8), "detractor": (0, 6)}


def behind(db: Session, source: Source, chosen: Filter, recodes: Mapping[int, Recode]) -> NDArray[np.int64]:
    """The ids of the responses behind a figure, in the order of the file. What the source does not know is nobody's."""
    told = answers(db, source.id)
    assert told.ids is not None
    mine = np.ones(len(told.ids), dtype=bool)
    for key, label in chosen.parts:
        parting = part_by(told, key, recodes)
        known = parting.labels if parting else ()
        place = -1 if label == NOBODY_SAID and label not in known else known.index(label) if label in known else None
        mine &= (parting.codes == place) if parting and place is not None else False
    if chosen.of:
        values = values_of(told, chosen.of)
        mine &= ~np.isnan(values) if values is not None else False
        if values is not None and chosen.camp in CAMPS:
            low, high = CAMPS[chosen.camp]
            mine &= (values >= low) & (values <= high)
    return told.ids[mine]


def rows(
    db: Session, source: Source, touchpoint_id: int | None = None, after: int = 0, ids: NDArray[np.int64] | None = None
) -> list[Row]:
    """Responses in the order of the file, one more than a page shows; with one touchpoint's rating."""
    query = (
        select(Response)
        .where(col(Response.source_id) == source.id, col(Response.id) > after)
        .order_by(col(Response.id))
        .limit(PAGE + 1)
    )
    if ids is not None:
        first = int(np.searchsorted(ids, after, side="right"))
        query = query.where(col(Response.id).in_(ids[first : first + PAGE + 1].tolist()))
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


def whole_rows(db: Session, source: Source, ids: NDArray[np.int64]) -> tuple[list[str], Iterator[list[Cell]]]:
    """Every chosen response with all that it says, comments apart: from the arrays, and who it was a few at a time."""
    told = answers(db, source.id)
    scales = [scale_of(use) for use, _ in uses_of(db, source.id)]
    places = np.searchsorted(told.ids if told.ids is not None else ids, ids)
    header = ["Respondent", "Day", "Weight", "Account", *told.outcome_names, *told.touchpoint_names]
    people = who_they_are(db, ids)

    def lines() -> Iterator[list[Cell]]:
        for number, place in zip(ids.tolist(), places.tolist(), strict=True):
            outcomes = [None if value != value else float(value) for value in told.outcomes[place]]
            ratings = [
                None if value != value else scale.value(round(value / 100 * (scale.values - 1)))
                for value, scale in zip(told.percent[place], scales, strict=True)
            ]
            labels = [
                own[code] if code >= 0 else "" for own, code in zip(told.labels, told.segments[place], strict=True)
            ]
            yield [*people[number], *outcomes, *ratings, *labels]

    return [*header, *told.segment_names], lines()


def who_they_are(db: Session, ids: NDArray[np.int64]) -> dict[int, tuple[Cell, ...]]:
    """Respondent, day, weight and account by the id of the response."""
    who = (Response.id, Response.respondent, Response.on, Response.weight, Response.account)
    found: dict[int, tuple[Cell, ...]] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(*who).where(col(Response.id).in_(ids[start : start + CHUNK].tolist()))  # type: ignore[call-overload]
        found |= {row[0]: tuple(row[1:]) for row in db.execute(query)}
    return found
