"""Whose comments are shown, where a filter parts those who answered: never so few that one of them could be known.

A group is withheld when it has fewer people than the source's smallest cell; and, because what is shown could be taken
away from what was shown before, when leaving out one of its conditions would add fewer than that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.changes import table_of
from app.lately import lately
from app.voice.answers import Answers, answers
from app.voice.comments.asking import CAMPS, ENDS, Asked, Scope
from app.voice.models import Outcome, OutcomeKind, Response
from app.voice.queries import outcomes_of
from app.voice.showing import withheld

Mask = NDArray[np.bool_]
LOW, HIGH = 0.35, 0.65  # of an outcome's scale from worst to best: 1 and 2, 4 and 5 of five
POOR = 50.0  # below this on 0-100 a touchpoint was rated low


@dataclass(frozen=True)
class People:
    """All responses of a source in the order of their ids: their ids and days (0 where none is known)."""

    ids: NDArray[np.int64]
    days: NDArray[np.int32]


@dataclass(frozen=True)
class Cell:
    """The responses whose comments may be shown; those among them who rated the touchpoint low. None: too few."""

    chosen: NDArray[np.int64] | None
    poor: NDArray[np.int64] | None


def people(db: Session, source: Scope) -> People:
    def read() -> People:
        columns = table_of(Response).c
        query = select(columns.id, columns.on).where(columns.source_id == source.id).order_by(columns.id)
        rows = db.execute(query).all()
        days = np.array([row[1].toordinal() if row[1] else 0 for row in rows], dtype=np.int32)
        return People(np.array([row[0] for row in rows], dtype=np.int64), days)

    return lately(db, "people of sources", 6).or_made((source.id, source.version), read)


def cell(db: Session, source: Scope, asked: Asked) -> Cell:
    known, told = people(db, source), answers(db, source.id)
    parts = conditions(db, source, asked, told, known)
    chosen = together(parts, len(known.ids))
    open_ = shown(parts, len(known.ids), source.minimum_cell) and not with_siblings(db, source, asked, told)
    poor: Mask | None = None
    if asked.touchpoint in told.touchpoint_ids:
        rated = told.percent[:, told.touchpoint_ids.index(asked.touchpoint)] < POOR
        if shown([*parts, rated], len(known.ids), source.minimum_cell):
            poor = chosen & rated
    return Cell(known.ids[chosen] if open_ else None, known.ids[poor] if open_ and poor is not None else None)


def with_siblings(db: Session, source: Scope, asked: Asked, told: Answers) -> bool:
    """Whether a group must stay unseen because a small one beside it would be what remains of everybody."""
    for groups, chosen in siblings(db, source, asked, told):
        hidden = withheld(list(groups.values()), source.minimum_cell)
        if chosen in {list(groups)[place] for place in hidden}:
            return True
    return False


def siblings(db: Session, source: Scope, asked: Asked, told: Answers) -> Iterator[tuple[dict[str, int], str]]:
    """For each filter how many people are in each of the groups it could name, and which one it names."""
    if asked.segment and asked.segment[0] in told.segment_names:
        place = told.segment_names.index(asked.segment[0])
        labels = ["", *told.labels[place]]
        counts = np.bincount(told.segments[:, place] + 1, minlength=len(labels))
        yield {label: int(n) for label, n in zip(labels, counts, strict=True) if n}, asked.segment[1]
    outcome = next((one for one in outcomes_of(db, source.id) if asked.score and one.name == asked.score[1]), None)
    if outcome is not None and asked.score is not None:
        values = told.outcome(outcome.name)
        parts = CAMPS if asked.score[0] in CAMPS else ENDS
        groups = {part: int(scored(outcome, values, part).sum()) for part in parts}
        groups[""] = int(np.isnan(values).sum())
        groups["between"] = len(values) - sum(groups.values())
        yield {part: n for part, n in groups.items() if n}, asked.score[0]


def conditions(db: Session, source: Scope, asked: Asked, told: Answers, known: People) -> list[Mask]:
    """One mask a filter over the source's responses; nobody where the source does not know it."""
    nobody = np.zeros(len(known.ids), dtype=bool)
    parts: list[Mask] = []
    if asked.score:
        outcome = next((one for one in outcomes_of(db, source.id) if one.name == asked.score[1]), None)
        parts.append(nobody if outcome is None else scored(outcome, told.outcome(outcome.name), asked.score[0]))
    if asked.segment:
        name, label = asked.segment
        knows = name in told.segment_names and label in told.labels[told.segment_names.index(name)]
        parts.append(told.where(name, label) if knows else nobody)
    if asked.since or asked.until:
        parts.append(within(source, known, asked))
    return parts


def scored(outcome: Outcome, values: NDArray[np.float64], part: str) -> Mask:
    """Promoters 9 and 10, detractors 0 to 6; low and high by the scale, of an amount its lower and upper third."""
    match part:
        case "detractors":
            return np.asarray(values <= 6)
        case "passives":
            return np.asarray((values > 6) & (values < 9))
        case "promoters":
            return np.asarray(values >= 9)
    if outcome.kind == OutcomeKind.AMOUNT and not np.isnan(values).all():
        low, high = np.nanquantile(values, [1 / 3, 2 / 3])
        return np.asarray(values <= low if part == "low" else values >= high)
    worst, best = sorted((outcome.worst, outcome.best))
    place = (values - worst) / ((best - worst) or 1.0)
    return np.asarray(place <= LOW if part == "low" else place >= HIGH)


def within(source: Scope, known: People, asked: Asked) -> Mask:
    """Answers of these days; who has no day counts with the last one of the source."""
    days = np.where(known.days == 0, source.last_day.toordinal(), known.days)
    first = asked.since.toordinal() if asked.since else 0
    last = asked.until.toordinal() if asked.until else 10**7
    return np.asarray((days >= first) & (days <= last))


def together(parts: list[Mask], n: int) -> Mask:
    return np.logical_and.reduce(parts) if parts else np.ones(n, dtype=bool)


def shown(parts: list[Mask], n: int, smallest: int) -> bool:
    """Whether the group, and what it differs by from each group with one condition less, is large enough."""
    size = int(together(parts, n).sum())
    if size < smallest:
        return False
    wider = (int(together([*parts[:place], *parts[place + 1 :]], n).sum()) for place in range(len(parts)))
    return all(more == size or more - size >= smallest for more in wider)
