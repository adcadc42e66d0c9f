"""What customers' answers add up to, and how that changed between two waves.

Every function takes one value a respondent, shape (n,), NaN where there is no answer, and optionally the
survey's weights, shape (n,). Weighted figures keep the number of answers as `n`; their intervals use the
effective number (sum w)^2 / sum w^2, after Kish, "Survey Sampling", 1965. All intervals are 95 %.
A scale is (worst, best) as printed in the questionnaire; best is the smaller number where 1 is best.
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
import numpy.typing as npt

from app.estimates import Estimate
from app.voice.distributions import Z95, t95

Floats = npt.NDArray[np.float64]
Scale = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Camps:
    """Answers to "would you recommend us", 0 to 10, counted by camp."""

    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Tcs:
    """Total Customer Satisfaction: the mean, turned so that higher is better, and share of the top two."""

    mean: Estimate
    top_two: Estimate


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its standard error: what it takes to compare two waves. `df`: where it comes from few accounts."""

    value: float
    error: float
    n: int
    df: float = inf


@dataclass(frozen=True, slots=True)
class Change:
    """After minus before, in the figure's own unit. `z` is None where neither wave varies at all."""

    change: float
    low: float
    high: float
    z: float | None
    n_before: int
    n_after: int


@dataclass(frozen=True, slots=True)
class _Answers:
    values: Floats
    weights: Floats
    effective: float

    @property
    def n(self) -> int:
        return len(self.values)

    def mean(self, of: Floats) -> float:
        return float(np.average(of, weights=self.weights))


def camps(values: npt.ArrayLike) -> Camps:
    """Promoters 9-10, passives 7-8, detractors 0-6. Refuses (ValueError) what is not a whole 0 to 10."""
    given = _recommendations(_answers(values, None)).values
    promoters, detractors = int((given >= 9).sum()), int((given <= 6).sum())
    return Camps(promoters, len(given) - promoters - detractors, detractors)


def nps(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Estimate:
    """Net Promoter Score, -100 to 100: % promoters minus % detractors, by adjusted Wald.

    The interval adds three answers (3/4 promoter, 3/4 detractor, 3/2 passive) and is therefore not centred on
    the score. B. Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70, 2016.
    """
    given = _recommendations(_answers(values, weights))
    if not given.effective:
        return Estimate(None, None, None, given.n)
    up, down = _promoters_and_detractors(given)
    centre, error = _adjusted_wald(up, down, given.effective)
    return Estimate(
        100 * (up - down),
        100 * max(-1.0, centre - Z95 * error),
        100 * min(1.0, centre + Z95 * error),
        given.n,
    )


def nps_of(counted: Camps) -> Estimate:
    """The same from the camps alone, each answer weighing one."""
    n = counted.promoters + counted.passives + counted.detractors
    if not n:
        return Estimate(None, None, None, 0)
    up, down = counted.promoters / n, counted.detractors / n
    centre, error = _adjusted_wald(up, down, n)
    return Estimate(100 * (up - down), 100 * max(-1.0, centre - Z95 * error), 100 * min(1.0, centre + Z95 * error), n)


def mean(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Estimate:
    """Mean with Student's t interval, n - 1 degrees of freedom (the effective n where there are weights)."""
    given = _answers(values, weights)
    if not given.effective:
        return Estimate(None, None, None, given.n)
    value = given.mean(given.values)
    if given.effective < 2:
        return Estimate(value, None, None, given.n)
    reach = t95(given.effective - 1) * _error_of_mean(given)
    return Estimate(value, value - reach, value + reach, given.n)


def share(hits: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Estimate:
    """Share of 1 among 0 and 1, as a part of 1, with Wilson's score interval (JASA 22, 1927).

    Refuses (ValueError) any other value.
    """
    given = _answers(hits, weights)
    if not np.isin(given.values, (0.0, 1.0)).all():
        raise ValueError("A share is counted over answers of 0 and 1.")
    if not given.effective:
        return Estimate(None, None, None, given.n)
    part, n = given.mean(given.values), given.effective
    centre = (part + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    reach = Z95 / (1 + Z95**2 / n) * sqrt(part * (1 - part) / n + Z95**2 / (4 * n**2))
    return Estimate(part, max(0.0, centre - reach), min(1.0, centre + reach), given.n)


def turned(values: npt.ArrayLike, scale: Scale) -> Floats:
    """Ratings on their own scale, turned where 1 is best, so that higher is better.

    Refuses (ValueError) values off the scale, as `percent` and `top_two` do.
    """
    given, (worst, best) = _on_scale(values, scale), scale
    return given if worst < best else worst + best - given


def percent(values: npt.ArrayLike, scale: Scale) -> Floats:
    """Ratings as 0 (worst) to 100 (best), whichever end of the scale is the better one."""
    worst, best = scale
    return np.asarray(100 * (_on_scale(values, scale) - worst) / (best - worst), dtype=np.float64)


def top_two(values: npt.ArrayLike, scale: Scale, weights: npt.ArrayLike | None = None) -> Estimate:
    """Share of answers on the best two steps of a scale with steps of 1."""
    given = _on_scale(values, scale)
    hits = np.where(np.isnan(given), np.nan, np.abs(given - scale[1]) <= 1)
    return share(hits, weights)


def tcs(values: npt.ArrayLike, scale: Scale, weights: npt.ArrayLike | None = None) -> Tcs:
    return Tcs(mean(turned(values, scale), weights), top_two(values, scale, weights))


def measured_nps(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Measured | None:
    """NPS with the standard error of a difference of two shares; the adjusted one where all agree."""
    given = _recommendations(_answers(values, weights))
    if not given.effective:
        return None
    up, down = _promoters_and_detractors(given)
    error = sqrt(max(0.0, up + down - (up - down) ** 2) / given.effective)
    return Measured(100 * (up - down), 100 * (error or _adjusted_wald(up, down, given.effective)[1]), given.n)


def measured_mean(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Measured | None:
    given = _answers(values, weights)
    if given.effective < 2:
        return None
    return Measured(given.mean(given.values), _error_of_mean(given), given.n)


def measured_share(hits: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Measured | None:
    """A share with its standard error; where all agree, that of Agresti and Coull (four answers added)."""
    part, given = share(hits, weights).value, _answers(hits, weights)
    if part is None:
        return None
    n = given.effective
    if part in (0.0, 1.0):
        part_added, n = (part * n + 2) / (n + 4), n + 4
        return Measured(part, sqrt(part_added * (1 - part_added) / n), given.n)
    return Measured(part, sqrt(part * (1 - part) / n), given.n)


def change(before: Measured, after: Measured) -> Change:
    """After minus before of two independent waves (Welch: each wave keeps its own variance)."""
    value, error = after.value - before.value, sqrt(before.error**2 + after.error**2)
    z, reach = value / error if error else None, t95(min(before.df, after.df)) * error
    return Change(value, value - reach, value + reach, z, before.n, after.n)


def effective_n(weights: Floats) -> float:
    """Kish's effective number of answers: how many equal ones would say as much."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _answers(values: npt.ArrayLike, weights: npt.ArrayLike | None) -> _Answers:
    every = np.asarray(values, dtype=np.float64)
    heavy = np.ones_like(every) if weights is None else np.asarray(weights, dtype=np.float64)
    if heavy.shape != every.shape:
        raise ValueError(f"{every.shape[0]} answers came with {heavy.shape[0]} weights.")
    there = ~np.isnan(every)
    if not (heavy[there] >= 0).all():
        raise ValueError("A weight is missing or below 0.")
    return _Answers(every[there], heavy[there], effective_n(heavy[there]))


def _recommendations(given: _Answers) -> _Answers:
    if not np.isin(given.values, np.arange(11)).all():
        raise ValueError("NPS takes whole answers from 0 to 10; name other codes as missing.")
    return given


def _on_scale(values: npt.ArrayLike, scale: Scale) -> Floats:
    given, (low, high) = np.asarray(values, dtype=np.float64), sorted(scale)
    if low == high or ((given < low) | (given > high)).any():
        raise ValueError(f"An answer lies outside the scale {low:g} to {high:g}.")
    return given


def _promoters_and_detractors(given: _Answers) -> tuple[float, float]:
    return given.mean((given.values >= 9).astype(float)), given.mean((given.values <= 6).astype(float))


def _adjusted_wald(up: float, down: float, n: float) -> tuple[float, float]:
    """Centre and standard error of promoters minus detractors, as parts of 1, with three answers added."""
    up, down = (up * n + 0.75) / (n + 3), (down * n + 0.75) / (n + 3)
    return up - down, sqrt((up + down - (up - down) ** 2) / (n + 3))


def _error_of_mean(given: _Answers) -> float:
    """sqrt(variance / effective n), the variance with the effective n - 1 below it."""
    spread = given.mean((given.values - given.mean(given.values)) ** 2)
    return sqrt(spread / (given.effective - 1))
