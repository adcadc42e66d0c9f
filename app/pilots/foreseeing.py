"""What a plan of measurement can show before it is run, from the answers of the wave before."""

from dataclasses import dataclass
from math import sqrt

from sqlalchemy.orm import Session

from app.pilots.figures import measured
from app.pilots.measures import labels_of
from app.pilots.measuring import place_of
from app.pilots.models import Compare, Measure
from app.pilots.power import Cell, answers_needed, smallest_shown, spread_of
from app.voice.indices import Measured


@dataclass(frozen=True)
class Foresight:
    """Of one measure. smallest: the effect that `expected` answers would show in 80 % of cases; needed: answers in the
    wave after, where it runs, for the smallest effect worth having; None where no number would do. elsewhere: how many
    answers the comparison gets for each of them, by the wave before; 0 without one."""

    n_before: int
    expected: int | None
    smallest: float | None
    worth: float
    needed: int | None
    elsewhere: float

    @property
    def enough(self) -> bool | None:
        """Whether what is expected can show what is worth having; None where either is not said."""
        return None if self.smallest is None or not self.worth else self.smallest <= self.worth


def foresee(db: Session, measure: Measure) -> Foresight | None:
    """None for figures typed by hand, and where the wave before says too little to reckon with."""
    if measure.before_id is None:
        return None
    there, rest = before_of(db, measure)
    compared = measure.compare is not Compare.NOTHING and bool(measure.segment)
    if there is None or (compared and rest is None):
        return None
    known = [Cell(spread_of(one), one.n) for one in (there, rest) if one]
    share = rest.n / there.n if rest else 0.0
    spreads = [known[0].spread, *(cell.spread / sqrt(share) for cell in known[1:])]
    expected = measure.expected
    coming = [Cell(spread, expected) for spread in spreads] if expected else []
    return Foresight(
        there.n,
        expected,
        smallest_shown([*known, *coming]) if coming else None,
        measure.worth,
        answers_needed(measure.worth, spreads, known) if measure.worth else None,
        share,
    )


def before_of(db: Session, measure: Measure) -> tuple[Measured | None, Measured | None]:
    """The wave before, where it runs and where it is compared with."""
    assert measure.before_id is not None
    place, weighted = place_of(measure), measure.weighted
    there = measured(db, measure.before_id, measure.outcome, place, weighted=weighted)
    if place is None or measure.compare is Compare.NOTHING:
        return there, None
    among = labels_of(measure.against)
    rest = measured(db, measure.before_id, measure.outcome, place, elsewhere=True, among=among, weighted=weighted)
    return there, rest
