"""Groups of answers held against each other, from their sums (see `tallies`): two by their difference, several at once.

Two groups are compared over all their accounts together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from app.voice.distributions import chi2_above, f_above, t95, t_two
from app.voice.tallies import Figure, Floats, Measure, Sums, added, figure, influence

MOST_IN_MEMORY = 20_000_000  # groups x accounts, in the test of all groups together


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two groups, the second minus the first, in the unit that is shown; `p` is two-sided.

    `corrected` is p corrected for all tests of its table, set by whoever tests many.
    """

    change: float
    low: float
    high: float
    statistic: float
    df: float
    p: float
    corrected: float | None = None

    @property
    def certain(self) -> bool:
        """More than chance explains, all tests of its table taken together."""
        return (self.p if self.corrected is None else self.corrected) < 0.05


@dataclass(frozen=True, slots=True)
class Overall:
    """Whether any of several groups differs: the name of the test, its statistic, degrees of freedom and p."""

    test: str
    statistic: float
    df: tuple[float, ...]
    p: float
    small: int = 0  # cells that expect fewer than 5


def difference(before: Sums, after: Sums, measure: Measure) -> Difference | None:
    """`after` minus `before`, none of whose answers are in both. None where it cannot be told."""
    one, other = figure(before, measure), figure(after, measure)
    if one.error is None or other.error is None or one.estimate.value is None or other.estimate.value is None:
        return None
    change = other.estimate.value - one.estimate.value
    error, df = error_of_difference(before, after, one, other, measure)
    if error <= 0:
        return None
    reach, statistic = t95(df) * error, change / error
    return Difference(change, change - reach, change + reach, statistic, df, t_two(statistic, df))


def error_of_difference(before: Sums, after: Sums, one: Figure, other: Figure, measure: Measure) -> tuple[float, float]:
    assert one.error is not None
    assert other.error is not None
    apart = one.error**2 + other.error**2
    if before.accounts and after.accounts:
        both, many = joined(before, after)
        joint = measure.times**2 * many / (many - 1) * float((both**2).sum())
        return sqrt(joint or apart), many - 1
    if before.accounts or after.accounts:
        return sqrt(apart), min(one.df, other.df)
    if measure is not Measure.MEAN or not apart:
        return sqrt(apart), inf
    # Welch, Biometrika 34, 1947
    return sqrt(apart), apart**2 / (one.error**4 / one.df + other.error**4 / other.df)


def joined(before: Sums, after: Sums) -> tuple[Floats, int]:
    """What each account of either adds to the error of their difference, and how many accounts there are."""
    assert before.accounts is not None
    assert after.accounts is not None
    if before.accounts.who is after.accounts.who:
        there = (before.accounts.answers + after.accounts.answers) > 0
        return influence(after) - influence(before), int(np.count_nonzero(there))
    one, other = before.accounts.present(), after.accounts.present()
    known, places = np.unique(np.concatenate([one.who, other.who]), return_inverse=True)
    parts = [-influence(replace(before, accounts=one)), influence(replace(after, accounts=other))]
    return added(places, np.concatenate(parts), len(known)), len(known)


def overall(groups: Sequence[Sums], measure: Measure, weighted: bool) -> Overall | None:
    """Whether the groups differ at all. Groups of fewer than two answers say nothing."""
    told = [sums for sums in groups if sums.n > 1 and sums.weight]
    if len(told) < 2:
        return None
    if weighted or told[0].accounts:
        return wald(told, measure)
    return welch(told) if measure is Measure.MEAN else chi_square(told, measure)


def chi_square(groups: Sequence[Sums], measure: Measure) -> Overall | None:
    """Pearson's, of the camps (or of yes and no) by group."""
    y, yy, n = (np.array([getattr(sums, name) for sums in groups]) for name in ("total", "total_squares", "n"))
    counts = [(yy + y) / 2, n - yy, (yy - y) / 2] if measure is Measure.NPS else [y, n - y]
    table = np.array([row for row in counts if row.sum()])
    if len(table) < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic, df = float(((table - expected) ** 2 / expected).sum()), float((len(table) - 1) * (len(groups) - 1))
    return Overall("chi-square", statistic, (df,), chi2_above(statistic, df), int((expected < 5).sum()))


def welch(groups: Sequence[Sums]) -> Overall | None:
    """Welch's analysis of variance: each group keeps its own (Biometrika 38, 1951)."""
    n = np.array([sums.n for sums in groups], dtype=np.float64)
    means = np.array([sums.mean for sums in groups])
    variance = np.array([sums.spread * sums.n / (sums.n - 1) for sums in groups])
    if not variance.all():
        return None
    k, heavy = len(groups), n / variance
    parts = heavy / heavy.sum()
    between = float((heavy * (means - (parts * means).sum()) ** 2).sum()) / (k - 1)
    lack = float(((1 - parts) ** 2 / (n - 1)).sum())
    statistic = between / (1 + 2 * (k - 2) / (k**2 - 1) * lack)
    df = (k - 1.0, (k**2 - 1) / (3 * lack))
    return Overall("Welch's analysis of variance", statistic, df, f_above(statistic, *df))


def wald(groups: Sequence[Sums], measure: Measure) -> Overall | None:
    """Wald's test of equal figures, with the covariance over accounts where there are some."""
    k, df = len(groups), inf
    if groups[0].accounts:
        there = sum((sums.accounts.answers for sums in groups if sums.accounts), np.zeros(1)) > 0
        many = int(np.count_nonzero(there))
        if many <= k or k * len(there) > MOST_IN_MEMORY:
            return None
        told, df = np.array([influence(sums) for sums in groups]), many - 1.0
        covariance = many / (many - 1) * told @ told.T
    else:
        covariance = np.diag([((figure(sums, measure).error or 0.0) / measure.times) ** 2 for sums in groups])
    apart = np.array([sums.mean + sums.centre for sums in groups])
    apart, contrast = apart[1:] - apart[0], np.c_[-np.ones(k - 1), np.eye(k - 1)]
    inner = contrast @ covariance @ contrast.T
    if np.linalg.matrix_rank(inner, hermitian=True) < k - 1:
        return None
    statistic = float(apart @ np.linalg.solve(inner, apart)) / (k - 1)
    return Overall("Wald's test", statistic, (k - 1.0, df), f_above(statistic, k - 1.0, df))
