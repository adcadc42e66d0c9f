"""How forecasts did: pure numbers, no database.

A forecast is a change of an outcome, in its own points, with a range that its maker holds for 80 % likely (LEVEL).
What came is the effect that the pilot measured. Higher is better for an effect, lower for a score of a forecast.

Sources: the interval score of Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation",
Journal of the American Statistical Association 102 (2007), equation 43; the share inside a range ("hit rate" of
interval forecasts) as in Lichtenstein, Fischhoff and Phillips, "Calibration of probabilities: the state of the art to
1980", in Kahneman, Slovic and Tversky (1982); Wilson's interval for a share, Journal of the American Statistical
Association 22 (1927), as Brown, Cai and DasGupta (2001) advise it for few cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from app.estimates import Estimate

LEVEL = 0.8
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast and what came of it; `low` and `high` None where no range was given."""

    value: float
    low: float | None
    high: float | None
    came: float

    @property
    def ranged(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def inside(self) -> bool | None:
        return None if self.low is None or self.high is None else self.low <= self.came <= self.high

    @property
    def error(self) -> float:
        """Above 0: more was promised than came."""
        return self.value - self.came

    @property
    def score(self) -> float | None:
        return None if self.low is None or self.high is None else interval_score(self.low, self.high, self.came)


def interval_score(low: float, high: float, came: float, level: float = LEVEL) -> float:
    """(high - low) + 2/alpha (low - came) below the range, + 2/alpha (came - high) above it; alpha = 1 - level.

    In the outcome's points; smaller is better, and it cannot be made smaller by saying another range than one believes.
    Refuses (ValueError) a range that is upside down and a level outside 0 to 1.
    """
    if low > high or not 0 < level < 1:
        raise ValueError("A range goes from low to high, and its level lies between 0 and 1.")
    alpha = 1 - level
    below, above = max(0.0, low - came), max(0.0, came - high)
    return (high - low) + 2 / alpha * (below + above)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Several forecasts together. `inside`: the share whose range held what came, with Wilson's interval; n counts
    those with a range. `error`: the mean of forecast minus what came; `miss`: of its size; `score`: the mean interval
    score. None where there is nothing to count."""

    n: int
    inside: Estimate
    error: float | None
    miss: float | None
    score: float | None


def calibration(forecasts: Sequence[Forecast]) -> Calibration:
    held = [one.inside for one in forecasts if one.inside is not None]
    scores = [one.score for one in forecasts if one.score is not None]
    errors = [one.error for one in forecasts]
    return Calibration(
        len(forecasts),
        share(sum(held), len(held)),
        fmean(errors) if errors else None,
        fmean(abs(error) for error in errors) if errors else None,
        fmean(scores) if scores else None,
    )


def share(hits: int, n: int) -> Estimate:
    """A share with its 95 % interval by Wilson."""
    if n == 0:
        return Estimate(None, None, None, 0)
    p, wide = hits / n, Z * Z / n
    middle, reach = (p + wide / 2) / (1 + wide), Z * sqrt(p * (1 - p) / n + wide / (4 * n)) / (1 + wide)
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    high = 1.0 if hits == n else min(1.0, middle + reach)
    return Estimate(p, low, high, n)
