"""The gap between the experience that is desired, promised and provided, with its interval.

Ratings are 0 to 10. Where the same raters gave both, differences are taken rater by rater (paired t: Student,
Biometrika 6, 1908); where a survey measured what is provided, the two samples are independent (B. L. Welch,
Biometrika 34, 1947). All intervals are 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from app.estimates import Estimate
from app.voice.distributions import t95
from app.voice.indices import mean


@dataclass(frozen=True)
class Three:
    """What one rater says of one statement, 0 to 10 each."""

    desired: float
    promised: float
    provided: float


@dataclass(frozen=True)
class Levels:
    """Of one statement, or of all. `gap` is desired minus provided, `kept` promised minus provided."""

    desired: Estimate
    promised: Estimate
    provided: Estimate
    gap: Estimate
    kept: Estimate

    @property
    def n(self) -> int:
        return self.gap.n


def levels(ratings: Sequence[Three], fewest: int) -> Levels | None:
    """Means and paired differences; None (withheld) where fewer than `fewest` have rated, or fewer than two."""
    if len(ratings) < max(fewest, 2):
        return None
    given = np.array([(one.desired, one.promised, one.provided) for one in ratings], dtype=float)
    desired, promised, provided = given.T
    return Levels(held(desired), held(promised), held(provided), mean(desired - provided), mean(promised - provided))


def held(values: np.ndarray) -> Estimate:
    """A mean whose interval stays on the scale."""
    found = mean(values)
    assert found.low is not None
    assert found.high is not None
    return Estimate(found.value, max(0.0, found.low), min(10.0, found.high), found.n)


def by_rater(ratings: Sequence[Sequence[Three]]) -> list[Three]:
    """Each rater's mean over the statements they rated: raters are what is independent, statements are not."""
    return [
        Three(
            sum(one.desired for one in own) / len(own),
            sum(one.promised for one in own) / len(own),
            sum(one.provided for one in own) / len(own),
        )
        for own in ratings
        if own
    ]


def against_survey(desired: Sequence[float], measured: Estimate | None, fewest: int) -> Estimate | None:
    """Desired by raters minus what customers answered in a survey (0 to 100, drawn to 0 to 10); `n` is the raters'.

    None where too few have rated, or the survey's figure has no interval.
    """
    if measured is None or measured.value is None or measured.low is None or measured.high is None:
        return None
    if len(desired) < max(fewest, 2) or measured.n < 2:
        return None
    values = np.array(desired, dtype=float)
    own = values.var(ddof=1) / len(values)
    theirs = ((measured.high - measured.low) / 2 / t95(measured.n - 1) / 10) ** 2
    error = sqrt(own + theirs)
    gap = float(values.mean()) - measured.value / 10
    if not error:
        return Estimate(gap, gap, gap, len(values))
    df = error**4 / (own**2 / (len(values) - 1) + theirs**2 / (measured.n - 1))
    return Estimate(gap, gap - t95(df) * error, gap + t95(df) * error, len(values))
