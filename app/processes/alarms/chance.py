"""What got worse beyond chance, with the rate of false alarms that each rule has.

Pure: numbers in, numbers out. Between waves: one-sided tests, all of a wave corrected together. While answers come in:
a CUSUM of each day's mean, whose average time between false alarms is chosen first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, sqrt

from app.voice.indices import Measured

FEWEST = 30  # answers in each wave: below, the normal distribution is no good guide
EXACT_TO = 2_000  # people with a theme in both waves, to which the test of shares is exact
DRIFT = 0.5  # CUSUM's reference value: half the shift, in standard errors, that it finds fastest


def upper_tail(z: float) -> float:
    """P(Z >= z) of the standard normal distribution."""
    return 0.5 * erfc(z / sqrt(2))


def fell(before: Measured, after: Measured) -> float | None:
    """One-sided p that a mean fell: Welch's statistic against the normal distribution; None with too few answers.

    B. L. Welch, Biometrika 34, 1947.
    """
    error = sqrt(before.error**2 + after.error**2)
    if min(before.n, after.n) < FEWEST or error == 0:
        return None
    return upper_tail((before.value - after.value) / error)


def swelled(hits_before: int, n_before: int, hits: int, n: int) -> float | None:
    """One-sided p that a share grew: Fisher's exact test, past 2,000 hits the pooled z; None with too few people.

    R. A. Fisher, "Statistical Methods for Research Workers", 5th edition, 1934.
    """
    if min(n_before, n) < FEWEST:
        return None
    total, everybody = hits_before + hits, n_before + n
    if total == 0 or total == everybody:
        return 1.0
    if total > EXACT_TO:
        share = total / everybody
        error = sqrt(share * (1 - share) * (1 / n_before + 1 / n))
        return upper_tail((hits / n - hits_before / n_before) / error)
    whole = chosen(everybody, total)
    most = min(total, n)
    return min(1.0, sum(exp(chosen(n, k) + chosen(n_before, total - k) - whole) for k in range(hits, most + 1)))


def more(before: int, days_before: float, now: int, days: float) -> float:
    """One-sided p that events come faster than before: given their sum, `now` is binomial under equal rates.

    J. Przyborowski and H. Wilenski, Biometrika 31, 1940. days: the length of each period, in any one unit.
    """
    total, part = before + now, days / (days_before + days)
    if total == 0:
        return 1.0
    if total > EXACT_TO:
        return upper_tail((now - 0.5 - total * part) / sqrt(total * part * (1 - part)))
    return min(1.0, sum(exp(chosen(total, k)) * part**k * (1 - part) ** (total - k) for k in range(now, total + 1)))


def chosen(n: int, k: int) -> float:
    """Logarithm of n over k; minus infinity where there is no way to choose."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) if 0 <= k <= n else -float("inf")


def holm(ps: Sequence[float], rate: float) -> list[bool]:
    """Which of these stand when the chance of any false one among them all is to be at most `rate`.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
    """
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    stands = [False] * len(ps)
    for rank, place in enumerate(order):
        if ps[place] > rate / (len(ps) - rank):
            break
        stands[place] = True
    return stands


def run_length(limit: float) -> float:
    """About how many days a one-sided CUSUM with drift 0.5 runs on average when nothing changes.

    D. Siegmund, "Sequential Analysis", 1985: (exp(2kb) - 2kb - 1) / (2 k^2) with b = h + 1.166.
    """
    b = limit + 1.166
    return (exp(2 * DRIFT * b) - 2 * DRIFT * b - 1) / (2 * DRIFT**2)


def limit_for(days: float) -> float:
    """The decision limit at which `days` pass on average between false alarms."""
    low, high = 0.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if run_length(middle) < days else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class Crossing:
    """A day (its place) on which the sum of what fell short crossed the limit, and where that fall began."""

    day: int
    begun: int


def slides(zs: Sequence[float], limit: float) -> list[Crossing]:
    """E. S. Page's CUSUM (Biometrika 41, 1954) of daily means in standard errors, for falls; begins anew after each."""
    found: list[Crossing] = []
    total, begun = 0.0, 0
    for day, z in enumerate(zs):
        if total == 0.0:
            begun = day
        total = max(0.0, total - z - DRIFT)
        if total > limit:
            found.append(Crossing(day, begun))
            total = 0.0
    return found
