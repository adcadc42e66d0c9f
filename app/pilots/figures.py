"""One outcome of one wave as a figure with its error: of everybody, of where a pilot ran, or of everywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.voice.answers import Answers, answers
from app.voice.indices import Measured, measured_mean, measured_nps, measured_share
from app.voice.models import Outcome, OutcomeKind, Source
from app.voice.packed import Floats
from app.voice.showing import withheld


@dataclass(frozen=True)
class Place:
    """Where a pilot ran: a segment of the survey and its label."""

    segment: str
    label: str


def measured(
    db: Session,
    source_id: int,
    outcome: str,
    place: Place | None = None,
    *,
    elsewhere: bool = False,
    among: Sequence[str] = (),
    weighted: bool = False,
) -> Measured | None:
    """None where too few answered for a figure, or fewer than the source's smallest cell.

    `outcome` names an outcome of the source, or one of its touchpoints: that is taken on 0 to 100.

    Elsewhere are those whose segment is known and another (with `among`, one of these labels): who did not say where
    they were is on neither side.
    """
    found = chosen_answers(db, source_id, outcome, place, elsewhere=elsewhere, among=among)
    if found is None:
        return None
    values, weights, kind = found
    figure = figured(kind, values, weights if weighted else None)
    return figure if figure and figure.n >= smallest_cell(db, source_id) else None


def chosen_answers(
    db: Session, source_id: int, outcome: str, place: Place | None, *, elsewhere: bool, among: Sequence[str]
) -> tuple[Floats, Floats | None, OutcomeKind] | None:
    """The answers of one cell with their weights, NaN where there is none, and how it was asked; None where the cell is
    withheld, or another could be told from it."""
    told = answers(db, source_id)
    kind, column = asked_as(db, source_id, outcome, told)
    smallest = smallest_cell(db, source_id)
    if place and tells_a_small_cell(told, place, column, smallest, elsewhere=elsewhere, among=among):
        return None
    chosen = rest_of(told, place, among) if elsewhere and place else told.where(*parts(place))
    if 0 < int((~np.isnan(column[chosen])).sum()) < smallest:
        return None
    return column[chosen], told.weights[chosen] if told.weights is not None else None, kind


def tells_a_small_cell(
    told: Answers, place: Place, column: Floats, smallest: int, *, elsewhere: bool, among: Sequence[str] = ()
) -> bool:
    """Whether a place's figure, taken from that of everybody, leaves one of fewer than the smallest cell.

    The cells that a source's own page withholds are withheld here too; and what is elsewhere, where those who did not
    say where they were are few: they are what is left of all without both sides. Of labels that are named each is held
    to the same, and so is what is left without them.
    """
    chosen = told.where(*parts(place))
    answered = ~np.isnan(column)
    whose = told.segments[answered, told.segment_names.index(place.segment)]
    labels = told.labels[told.segment_names.index(place.segment)]
    counts = [int((whose == number).sum()) for number in range(-1, len(labels))]
    there = [number for number, count in enumerate(counts) if count]
    hidden = {there[at] for at in withheld([counts[number] for number in there], smallest)}
    mine = int(told.segments[chosen, told.segment_names.index(place.segment)][0]) + 1 if chosen.any() else -1
    if elsewhere and among:
        named = {labels.index(label) + 1 for label in among if label in labels}
        left = sum(count for number, count in enumerate(counts) if number not in {mine, *named})
        return mine in hidden or bool(named & hidden) or 0 < left < smallest
    return mine in hidden or (elsewhere and 0 in hidden)


def parts(place: Place | None) -> tuple[str | None, str | None]:
    return (place.segment, place.label) if place else (None, None)


def rest_of(told: Answers, place: Place, among: Sequence[str] = ()) -> NDArray[np.bool_]:
    there = told.where(place.segment, place.label)
    if among:
        return np.asarray(np.logical_or.reduce([told.where(place.segment, label) for label in among]) & ~there)
    known = told.segments[:, told.segment_names.index(place.segment)] >= 0
    return np.asarray(known & ~there)


def figured(kind: OutcomeKind, values: Floats, weights: Floats | None) -> Measured | None:
    """NPS in points, yes or no in points of 100, everything else as the mean on its own scale."""
    if kind is OutcomeKind.NPS:
        return measured_nps(values, weights)
    if kind is OutcomeKind.YESNO:
        share = measured_share(values, weights)
        return Measured(100 * share.value, 100 * share.error, share.n) if share else None
    return measured_mean(values, weights)


def asked_as(db: Session, source_id: int, name: str, told: Answers) -> tuple[OutcomeKind, Floats]:
    """How a source asked for an outcome or a touchpoint, and what was answered."""
    query = select(col(Outcome.kind)).where(col(Outcome.source_id) == source_id, col(Outcome.name) == name)
    kind = db.scalars(query).first()
    if kind is not None:
        return kind, told.outcome(name)
    if name in told.touchpoint_names:
        return OutcomeKind.RATING, told.rating(told.touchpoint_names.index(name))
    raise Missing(f"This source has neither an outcome nor a touchpoint {name}.")


def smallest_cell(db: Session, source_id: int) -> int:
    return db.get_one(Source, source_id).minimum_cell
