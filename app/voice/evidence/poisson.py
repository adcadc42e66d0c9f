"""Counts of events: rates with exact intervals, and whether one period differs from another.

Counts are taken as Poisson: events that come one by one and independently. Where one cause brings many complaints at
once (a day of fog), true intervals are wider. All intervals are 95 %.

- Interval of a count: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28, 1936: quantiles of
  the gamma distribution at the count and at one more.
- Two counts: given their sum, the second is binomial (J. Przyborowski and H. Wilenski, Biometrika 31, 1940); its share
  has the interval of Clopper and Pearson, Biometrika 26, 1934; p is twice the smaller tail, so that it is below 0.05
  exactly where the interval of the ratio leaves out 1.
- Incomplete gamma and beta: series and continued fractions of "Numerical Recipes", 3rd ed., 6.2 and 6.4; quantiles by
  bisection to a relative 1e-10. From a count of 1,000,000 on the gamma's quantile is that of Wilson and Hilferty (PNAS
  17, 1931), whose relative error there is below 1e-8.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, inf, lgamma, log, sqrt

from app.estimates import Estimate
from app.voice.distributions import Z95

TINY, CLOSE = 1e-300, 1e-15
LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """The rate after over the rate before; `low` and `high` of 0 and infinity where nothing was counted on one side.

    p: how likely so unequal counts are, or more unequal ones, where the rates are the same.
    """

    ratio: float | None
    low: float
    high: float
    p: float

    @property
    def beyond_chance(self) -> bool:
        return self.p < 0.05


@lru_cache(maxsize=8192)
def interval(count: int) -> tuple[float, float]:
    """Garwood's 95 % interval of a Poisson mean from one count, 0 or more."""
    if count < 0:
        raise ValueError("A count is 0 or more.")
    low = gamma_quantile(count, 0.025) if count else 0.0
    return low, gamma_quantile(count + 1, 0.975)


def rate(count: int, exposure: float, per: float = 1.0) -> Estimate:
    """`count` events among `exposure`, as events per `per`, with Garwood's interval."""
    if exposure <= 0:
        raise ValueError("A rate needs an exposure above 0.")
    low, high = interval(count)
    return Estimate(per * count / exposure, per * low / exposure, per * high / exposure, count)


def compare(before: int, exposure_before: float, after: int, exposure_after: float) -> Ratio:
    """The rate of one period against that of another."""
    if min(exposure_before, exposure_after) <= 0:
        raise ValueError("A rate needs an exposure above 0.")
    n = before + after
    if n == 0:
        return Ratio(None, 0.0, inf, 1.0)
    odds = exposure_before / exposure_after
    expected = exposure_after / (exposure_before + exposure_after)
    low = beta_quantile(after, before + 1, 0.025) if after else 0.0
    high = beta_quantile(after + 1, before, 0.975) if before else 1.0
    ratio = after * exposure_before / (before * exposure_after) if before else None
    return Ratio(
        ratio, odds * low / (1 - low), odds * high / (1 - high) if high < 1 else inf, tails(after, n, expected)
    )


def tails(hits: int, n: int, share: float) -> float:
    """Twice the smaller tail of a binomial, at most 1."""
    upper = beta(hits, n - hits + 1, share) if hits else 1.0
    lower = 1 - beta(hits + 1, n - hits, share) if hits < n else 1.0
    return min(1.0, 2 * min(upper, lower))


def median(values: list[float]) -> tuple[float, float | None, float | None]:
    """The median with its distribution-free interval of at least 95 %, from ordered values (None below 6 of them).

    W. J. Conover, "Practical Nonparametric Statistics", 3rd ed., 1999, 3.2: the order statistics whose ranks a binomial
    with share 1/2 leaves 2.5 % outside of at each end.
    """
    given = sorted(values)
    n = len(given)
    if not n:
        raise ValueError("A median needs a value.")
    middle = (given[(n - 1) // 2] + given[n // 2]) / 2
    rank = 0  # how many values may be left out at each end
    while rank + 1 <= n // 2 and 1 - beta(rank + 1, n - rank, 0.5) <= 0.025:
        rank += 1
    return (middle, given[rank - 1], given[n - rank]) if rank else (middle, None, None)


def gamma_quantile(shape: float, share: float) -> float:
    """Where the gamma distribution of this shape (and scale 1) has `share` below it."""
    z = Z95 if share > 0.5 else -Z95  # of 0.025 and 0.975, which alone are asked for
    guess = shape * max(1e-9, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
    if shape >= LARGE:
        return guess
    low, high = guess / 2, guess * 2 + 1
    while gamma(shape, low) > share:
        low /= 2
    while gamma(shape, high) < share:
        high *= 2
    return between(lambda x: gamma(shape, x), share, low, high)


def beta_quantile(a: float, b: float, share: float) -> float:
    return between(lambda x: beta(a, b, x), share, 0.0, 1.0)


def between(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Where a rising function reaches a value."""
    for _ in range(200):
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
        if high - low <= 1e-10 * high:
            break
    return (low + high) / 2


def gamma(a: float, x: float) -> float:
    """The lower incomplete gamma function, regularised: P(a, x)."""
    if x <= 0:
        return 0.0
    front = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        return front * gamma_series(a, x)
    return 1.0 - front * gamma_fraction(a, x)


def gamma_series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for step in range(1, steps(a)):
        term *= x / (a + step)
        total += term
        if term < total * CLOSE:
            break
    return total


def gamma_fraction(a: float, x: float) -> float:
    """By Lentz's method."""
    b = x + 1.0 - a
    c, d = 1.0 / TINY, 1.0 / (b or TINY)
    found = d
    for step in range(1, steps(a)):
        part = -step * (step - a)
        b += 2.0
        d = 1.0 / ((part * d + b) or TINY)
        c = (b + part / c) or TINY
        found *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return found


def beta(a: float, b: float, x: float) -> float:
    """The incomplete beta function, regularised: I_x(a, b)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * beta_fraction(a, b, x) / a
    return 1.0 - front * beta_fraction(b, a, 1 - x) / b


def beta_fraction(a: float, b: float, x: float) -> float:
    """By Lentz's method."""
    c, d = 1.0, 1.0 / ((1.0 - (a + b) * x / (a + 1.0)) or TINY)
    found = d
    for m in range(1, steps(max(a, b))):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / ((1.0 + part * d) or TINY)
            c = (1.0 + part / c) or TINY
            found *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return found


def steps(size: float) -> int:
    """More terms than either expansion needs: of the order of the square root."""
    return 200 + 40 * ceil(sqrt(size))
