"""Tail probabilities of the tests, without scipy.

Incomplete beta and gamma functions by continued fraction and series as in Press et al., "Numerical Recipes", 3rd
edition, 6.2 and 6.4 (modified Lentz; DLMF 8.17.22 and 8.9.2). Against scipy they agree to 1e-9 relative for tails down
to 1e-200. Probabilities are between 0 and 1; degrees of freedom need not be whole; infinite ones mean the normal.
"""

from functools import lru_cache
from math import erfc, exp, inf, isinf, lgamma, log, log1p, pi, sqrt

TINY = 1e-300
CLOSE = 1e-15
STEPS = 100_000
Z95 = 1.959963984540054


def normal_two(z: float) -> float:
    """P(|Z| >= |z|)."""
    return erfc(abs(z) / sqrt(2))


def t_two(t: float, df: float) -> float:
    """P(|T| >= |t|) of Student's t."""
    if isinf(df):
        return normal_two(t)
    return incomplete_beta(df / 2, 0.5, df / (df + t * t), t * t / (df + t * t))


def f_above(value: float, df1: float, df2: float) -> float:
    """P(F >= value) of Snedecor's F."""
    if value <= 0:
        return 1.0
    if isinf(df2):
        return chi2_above(df1 * value, df1)
    whole = df2 + df1 * value
    return incomplete_beta(df2 / 2, df1 / 2, df2 / whole, df1 * value / whole)


def chi2_above(value: float, df: float) -> float:
    """P(X >= value) of chi-square."""
    return 1.0 if value <= 0 else incomplete_gamma_above(df / 2, value / 2)


@lru_cache(4096)
def t95(df: float) -> float:
    """Two-sided 95 % point of Student's t."""
    if isinf(df) or df > 1e9:
        return Z95
    if df <= 0:
        return inf
    if df < 3:
        return between(df)
    found = expanded(df)
    for _ in range(4):  # Newton's method
        density = exp(lgamma((df + 1) / 2) - lgamma(df / 2) - (df + 1) / 2 * log1p(found * found / df)) / sqrt(df * pi)
        found += (t_two(found, df) - 0.05) / (2 * density)
    return found


def expanded(df: float) -> float:
    """Near it: Abramowitz and Stegun 26.7.5."""
    z = Z95
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / df + second / df**2


def between(df: float) -> float:
    """By bisection on the logarithm, for few degrees."""
    low, high = 0.0, 2.0
    while t_two(exp(high), df) > 0.05:
        high *= 2
        if high > 600:
            return inf
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_two(exp(middle), df) > 0.05 else (low, middle)
    return exp((low + high) / 2)


def incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Regularised, I_x(a, b); `rest` is 1 - x, which the caller knows without cancellation."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, rest, x)
    whole = lgamma(a + b) - lgamma(a) - lgamma(b)
    front = exp(whole + a * log(x) + b * (log1p(-x) if x < 0.5 else log(rest)))
    return front * beta_fraction(a, b, x) / a


def beta_fraction(a: float, b: float, x: float) -> float:
    def kept(value: float) -> float:
        return value if abs(value) > TINY else TINY

    c, d = 1.0, 1 / kept(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / kept(1 + step * d), kept(1 + step / c)
            found *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return found


def incomplete_gamma_above(a: float, x: float) -> float:
    """Regularised, Q(a, x)."""
    front = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, STEPS):
            term *= x / (a + n)
            total += term
            if term < total * CLOSE:
                break
        return 1 - front * total
    b = x + 1 - a
    c, d = 1 / TINY, 1 / b
    found = d
    for n in range(1, STEPS):
        step = -n * (n - a)
        b += 2
        d = step * d + b
        d = 1 / (d if abs(d) > TINY else TINY)
        c = b + step / c
        c = c if abs(c) > TINY else TINY
        found *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return front * found


def holm(values: list[float | None]) -> list[float | None]:
    """p-values corrected so that the chance of any false finding among all is kept (Holm, Scand. J. Stat. 6, 1979)."""
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    found: list[float | None] = [None] * len(values)
    worst = 0.0
    for rank, (value, place) in enumerate(known):
        worst = max(worst, min(1.0, value * (len(known) - rank)))
        found[place] = worst
    return found


def benjamini_hochberg(values: list[float | None]) -> list[float | None]:
    """p-values corrected for the share of false findings among those found (JRSS B 57, 1995)."""
    known = sorted(((value, place) for place, value in enumerate(values) if value is not None), reverse=True)
    found: list[float | None] = [None] * len(values)
    best = 1.0
    for after, (value, place) in enumerate(known):
        best = min(best, value * len(known) / (len(known) - after))
        found[place] = best
    return found
