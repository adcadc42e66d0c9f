"""What a comparison can show, before it is run: the answers that an effect needs, the effect that answers can show.

A two-sided test at 5 % that finds a true effect in 80 % of cases: the effect is then as large as the two quantiles
z(0.975) + z(0.80) times the standard error of the comparison (J. Cohen, "Statistical Power Analysis for the Behavioral
Sciences", 2nd edition, 1988, 2.4). A cell is one sample of answers: before and after, there and elsewhere; the
comparison's variance is the sum of theirs. Spreads are standard deviations of single answers, in the figure's own unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, sqrt

from app.voice.distributions import Z95
from app.voice.indices import Measured

Z80 = 0.8416212335729143
REACH = Z95 + Z80
MOST = 10_000_000  # answers that anybody could ask for


@dataclass(frozen=True, slots=True)
class Cell:
    """One sample of a comparison: how far single answers lie apart, and how many there are or are expected."""

    spread: float
    n: float

    @property
    def variance(self) -> float:
        return self.spread**2 / self.n if self.n > 0 else inf


def spread_of(figure: Measured) -> float:
    """The standard deviation of single answers behind a figure; with weights, what they cost is in it."""
    return figure.error * sqrt(figure.n)


def smallest_shown(cells: Sequence[Cell]) -> float:
    """The smallest true effect that would be found in 80 % of cases; infinite where a cell has no answers."""
    return REACH * sqrt(sum(cell.variance for cell in cells))


def answers_needed(effect: float, spreads: Sequence[float], known: Sequence[Cell] = ()) -> int | None:
    """Answers in each cell that is still to come, for a true effect of this size to be found in 80 % of cases.

    spreads: of the cells to come, which all get as many; known: those that are there already. None where what is
    there leaves too much doubt for any number of answers, or none that anybody could ask for would do.
    """
    if effect <= 0:
        raise ValueError("The effect to be found is above 0.")
    left = (effect / REACH) ** 2 - sum(cell.variance for cell in known)
    if left <= 0:
        return None
    needed = sum(spread**2 for spread in spreads) / left
    return max(2, ceil(needed - 1e-9)) if needed <= MOST else None
