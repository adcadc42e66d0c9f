"""Many differences looked at together: intervals that hold for all of them at once.

Bonferroni: of m differences each gets the interval of level 1 - 0.05 / m, so that with 95 % none of the m misses
(C. E. Bonferroni 1936; O. J. Dunn, "Multiple Comparisons among Means", JASA 56, 1961). Where such an interval leaves 0
out, the difference is more than chance explains although the largest of m was looked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

from app.voice.distributions import Z95
from app.voice.indices import Change


def together(changes: Sequence[Change | None]) -> list[Change | None]:
    """The same differences with wider intervals; None stays None and is not counted."""
    many = sum(change is not None for change in changes)
    wider = NormalDist().inv_cdf(1 - 0.025 / many) / Z95 if many else 1.0
    return [change and widened(change, wider) for change in changes]


def widened(change: Change, by: float) -> Change:
    reach = (change.high - change.low) / 2 * by
    return replace(change, low=change.change - reach, high=change.change + reach)
