"""Figures of groups of answers from sums: weighted or not, and clustered where answers belong to accounts.

A value a respondent, NaN where there is no answer: NPS as 1, 0, -1 (a promoter, a passive, a detractor), a share as 1
and 0, a mean as it is. Of each group its sums are kept; those of several groups add up, so that margins, rests and
differences cost no second look at the answers. Unclustered figures are those of `indices`.

Answers of one account are not independent. Their figure is a ratio of sums over accounts, its variance linearised:
G/(G-1) sum u^2 over the G accounts, u = (sum of w (y - mean) of the account) / sum w, with Student's t on G - 1 degrees
(Liang and Zeger, Biometrika 73, 1986; Cameron and Miller, Journal of Human Resources 50, 2015). Intervals of NPS and of
shares keep their form with the effective number of answers, n divided by the design effect, never more than n (Korn and
Graubard, Survey Methodology 24, 1998).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.estimates import Estimate
from app.voice.distributions import Z95, t95

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Measure(StrEnum):
    NPS = "nps"
    MEAN = "mean"
    TOP_TWO = "top two"
    SHARE = "share"
    MEDIAN = "median"

    @property
    def is_share(self) -> bool:
        return self in (Measure.TOP_TWO, Measure.SHARE)

    @property
    def times(self) -> float:
        """From the sums' unit to the one that is shown: NPS points, percent, the scale's own."""
        return 100.0 if self is Measure.NPS or self.is_share else 1.0


class Accounts(NamedTuple):
    """One entry an account: who, sum of weights, sum of weight x value, how many answers. Some may have none."""

    who: Ints
    weight: Floats
    total: Floats
    answers: Floats

    @property
    def many(self) -> int:
        return int(np.count_nonzero(self.answers))

    def present(self) -> "Accounts":
        there = self.answers > 0
        return Accounts(self.who[there], self.weight[there], self.total[there], self.answers[there])


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one group: n, sum w, sum w^2, sum w y, sum w y^2; `centre` was taken from every y before."""

    n: int
    weight: float
    squares: float
    total: float
    total_squares: float
    centre: float = 0.0
    accounts: Accounts | None = None

    @property
    def effective(self) -> float:
        """Kish's effective number of answers."""
        return self.weight**2 / self.squares if self.squares else 0.0

    @property
    def mean(self) -> float:
        return self.total / self.weight

    def without(self, others: "Sums") -> "Sums":
        """Those of these answers that are not among `others`, which are some of them."""
        own, theirs = self.accounts, others.accounts
        rest = None
        if own and theirs:
            counted = zip(own[1:], theirs[1:], strict=True)
            rest = Accounts(own.who, *(mine - gone for mine, gone in counted))
        return Sums(
            self.n - others.n,
            self.weight - others.weight,
            self.squares - others.squares,
            self.total - others.total,
            self.total_squares - others.total_squares,
            self.centre,
            rest,
        )

    @property
    def spread(self) -> float:
        return max(0.0, self.total_squares / self.weight - self.mean**2)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it rests on. `error` is its standard error, `df` the degrees of freedom of its t.

    effective: how many equal, independent answers would say as much. accounts: how many they come from, None where the
    source knows none; design_effect: how many times the variance is that of as many independent answers.
    """

    estimate: Estimate
    error: float | None = None
    df: float = inf
    effective: float = 0.0
    accounts: int | None = None
    design_effect: float | None = None


@dataclass(frozen=True)
class Tally:
    """The sums of several groups, arrays of shape (groups,).

    `by_account` are those of each group and account, in the order of the groups; `places` which of `who` each is of.
    """

    n: Ints
    weight: Floats
    squares: Floats
    total: Floats
    total_squares: Floats
    centre: float
    who: Ints | None = None
    places: Ints | None = None
    by_account: tuple[Floats, Floats, Floats] | None = None
    starts: Ints | None = None  # where each group's accounts begin

    def of(self, groups: Sequence[int]) -> Sums:
        """Several groups as one."""
        at = np.asarray(groups, dtype=np.int64)
        return Sums(
            int(self.n[at].sum()),
            float(self.weight[at].sum()),
            float(self.squares[at].sum()),
            float(self.total[at].sum()),
            float(self.total_squares[at].sum()),
            self.centre,
            self.accounts_of(groups),
        )

    def accounts_of(self, groups: Sequence[int]) -> Accounts | None:
        if self.who is None or self.places is None or self.by_account is None or self.starts is None:
            return None
        parts = [slice(int(self.starts[group]), int(self.starts[group + 1])) for group in groups]
        places = together(self.places, parts)
        weight, total, count = (added(places, together(told, parts), len(self.who)) for told in self.by_account)
        return Accounts(self.who, weight, total, count)

    def all(self) -> Sums:
        return self.of(range(len(self.n)))


def together(told: Any, parts: Sequence[slice]) -> Any:
    return told[parts[0]] if len(parts) == 1 else np.concatenate([told[part] for part in parts] or [told[:0]])


def scored(measure: Measure, values: Floats, best: float = 0.0, step: float = 1.0) -> Floats:
    """Answers as their tally takes them; top two: the best step of a scale and the one below."""
    if measure is Measure.NPS:
        found = (values >= 9).astype(np.float64) - (values <= 6)
        found[np.isnan(values)] = np.nan
        return found
    if measure is Measure.TOP_TWO:
        return np.where(np.isnan(values), np.nan, (values >= best - step - 1e-9).astype(np.float64))
    return values


def tally(
    values: Floats, groups: Ints, count: int, weights: Floats | None = None, accounts: Ints | None = None
) -> Tally:
    """Sums of scored values by group, 0 to count - 1; -1 is in none. Missing values are left out."""
    there = ~np.isnan(values) & (groups >= 0)
    y, where = values[there], groups[there]
    w = np.ones(len(y)) if weights is None else weights[there]
    centre = 0.0
    if len(y) and not np.isin(y[:1000], (-1.0, 0.0, 1.0)).all():
        centre = float(y.mean())  # squares of what lies near 0 lose no digits
        y = y - centre
    found = Tally(
        np.bincount(where, minlength=count).astype(np.int64),
        added(where, w, count),
        added(where, w * w, count),
        added(where, w * y, count),
        added(where, w * y * y, count),
        centre,
    )
    return found if accounts is None else with_accounts(found, where, accounts[there], w, w * y)


def with_accounts(found: Tally, where: Ints, who: Ints, w: Floats, wy: Floats) -> Tally:
    known, numbers = np.unique(who, return_inverse=True)
    key = where * np.int64(max(1, len(known))) + numbers
    pairs, places, counts = np.unique(key, return_inverse=True, return_counts=True)
    group, account = np.divmod(pairs, max(1, len(known)))
    return replace(
        found,
        who=known,
        places=account,
        by_account=(added(places, w, len(pairs)), added(places, wy, len(pairs)), counts.astype(np.float64)),
        starts=np.searchsorted(group, np.arange(len(found.n) + 1)),
    )


def added(places: Any, parts: Floats, count: int) -> Floats:
    return np.bincount(places, parts, count).astype(np.float64, copy=False)


def figure(sums: Sums, measure: Measure) -> Figure:
    if not sums.weight:
        return Figure(Estimate(None, None, None, sums.n))
    return clustered(sums, measure) if sums.accounts else independent(sums, measure)


def independent(sums: Sums, measure: Measure) -> Figure:
    n, value = sums.effective, sums.mean + sums.centre
    if measure is Measure.NPS:
        centre, error = adjusted_wald(sums, n)
        return shown(sums, measure, value, (centre, Z95 * error), sqrt(sums.spread / n) or error)
    if measure.is_share:
        return shown(sums, measure, value, wilson(value, n, Z95), error_of_share(value, n))
    if n < 2:
        return Figure(Estimate(value, None, None, sums.n), effective=n)
    error = sqrt(sums.spread / (n - 1))
    return replace(shown(sums, measure, value, (value, t95(n - 1) * error), error), df=n - 1)


def shown(sums: Sums, measure: Measure, value: float, interval: tuple[float, float], error: float) -> Figure:
    """In the unit that is shown, kept on the scale that the figure can take."""
    (centre, reach), times = interval, measure.times
    low, high = centre - reach, centre + reach
    if measure is not Measure.MEAN:
        low, high = max(low, 0.0 if measure.is_share else -1.0), min(high, 1.0)
    return Figure(Estimate(times * value, times * low, times * high, sums.n), times * error, effective=sums.effective)


def clustered(sums: Sums, measure: Measure) -> Figure:
    assert sums.accounts is not None
    many, value = sums.accounts.many, sums.mean + sums.centre
    if many < 2:
        return Figure(Estimate(measure.times * value, None, None, sums.n), effective=min(sums.n, 1), accounts=many)
    variance = many / (many - 1) * float((influence(sums) ** 2).sum())
    n = min(sums.n, sums.spread / variance) if variance else float(min(sums.n, many))
    t, error = t95(many - 1), sqrt(variance)
    if measure is Measure.NPS:
        centre, adjusted = adjusted_wald(sums, n)
        interval, error = (centre, t * adjusted), error or adjusted
    elif measure.is_share:
        interval, error = wilson(value, n, t), error or error_of_share(value, n)
    else:
        interval = (value, t * error)
    found = shown(sums, measure, value, interval, error)
    spread = sums.spread / sums.n
    return replace(found, df=many - 1, effective=n, accounts=many, design_effect=variance / spread if spread else None)


def influence(sums: Sums) -> Floats:
    """What each account adds to the figure's error."""
    assert sums.accounts is not None
    return (sums.accounts.total - sums.mean * sums.accounts.weight) / sums.weight


def adjusted_wald(sums: Sums, n: float) -> tuple[float, float]:
    """Centre and standard error of NPS as a part of 1, three answers added (Rocks, see indices.nps)."""
    net, said = sums.mean * n / (n + 3), (sums.total_squares / sums.weight * n + 1.5) / (n + 3)
    return net, sqrt((said - net**2) / (n + 3))


def wilson(part: float, n: float, z: float) -> tuple[float, float]:
    centre = (part + z**2 / (2 * n)) / (1 + z**2 / n)
    return centre, z / (1 + z**2 / n) * sqrt(max(0.0, part * (1 - part)) / n + z**2 / (4 * n**2))


def error_of_share(part: float, n: float) -> float:
    """That of Agresti and Coull (four answers added) where all agree."""
    if part * (1 - part) > 1e-12:
        return sqrt(part * (1 - part) / n)
    part, n = (part * n + 2) / (n + 4), n + 4
    return sqrt(part * (1 - part) / n)


def median(values: Floats, weights: Floats | None = None, design_effect: float = 1.0) -> Estimate:
    """The middle answer, its interval by Woodruff's method (JASA 47, 1952): that of a share of a half, read off."""
    there = ~np.isnan(values)
    order = np.argsort(values[there], kind="stable")
    y = values[there][order]
    w = np.ones(len(y)) if weights is None else weights[there][order]
    if not w.sum():
        return Estimate(None, None, None, len(y))
    n = w.sum() ** 2 / (w**2).sum() / max(design_effect, 1.0)
    reach = Z95 * 0.5 / sqrt(n)
    reached = np.cumsum(w) / w.sum()

    def at(part: float) -> float:
        place = min(int(np.searchsorted(reached, part - 1e-12)), len(y) - 1)
        half = abs(reached[place] - part) < 1e-12 and place + 1 < len(y)
        return float((y[place] + y[place + 1]) / 2 if half else y[place])

    if reach >= 0.5:
        return Estimate(at(0.5), None, None, len(y))
    return Estimate(at(0.5), at(0.5 - reach), at(0.5 + reach), len(y))
