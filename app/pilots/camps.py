"""What stands behind an NPS: means and shares of the camps, before and after, there and elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.pilots.figures import chosen_answers
from app.pilots.measures import labels_of
from app.pilots.measuring import place_of
from app.pilots.models import Compare, Measure
from app.voice.indices import mean, share
from app.voice.models import Outcome, OutcomeKind
from app.voice.packed import Floats


@dataclass(frozen=True)
class Camps:
    """One cell of the comparison. mean: 0 to 10; shares as parts of 1, each with its interval."""

    where: str
    when: str
    mean: Estimate
    promoters: Estimate
    passives: Estimate
    detractors: Estimate


def camps_of(db: Session, measure: Measure) -> Sequence[Camps]:
    """Empty but for an NPS that was asked in both waves; cells that are withheld are left out."""
    if measure.before_id is None or measure.after_id is None or not is_nps(db, measure):
        return ()
    place = place_of(measure)
    sides = [("where it ran" if place else "everybody", False)]
    if place and measure.compare is not Compare.NOTHING:
        sides.append(("comparison", True))
    found = []
    for where, elsewhere in sides:
        for when, source in (("before", measure.before_id), ("after", measure.after_id)):
            among = labels_of(measure.against) if elsewhere else ()
            told = chosen_answers(db, source, measure.outcome, place, elsewhere=elsewhere, among=among)
            if told is not None:
                found.append(cell(where, when, told[0], told[1] if measure.weighted else None))
    return found


def is_nps(db: Session, measure: Measure) -> bool:
    query = select(col(Outcome.kind)).where(
        col(Outcome.source_id) == measure.before_id, col(Outcome.name) == measure.outcome
    )
    return db.scalars(query).first() is OutcomeKind.NPS


def cell(where: str, when: str, values: Floats, weights: Floats | None) -> Camps:
    said = values[values == values]  # without those who did not answer
    heavy = None if weights is None else weights[values == values]
    return Camps(
        where,
        when,
        mean(said, heavy),
        share(said >= 9, heavy),
        share((said >= 7) & (said <= 8), heavy),
        share(said <= 6, heavy),
    )
