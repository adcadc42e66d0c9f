"""Impact: how much each process moves an outcome (derived importance).

Outcome shape (n,), drivers shape (n, k), NaN where there is no answer, weights shape (n,) or none.
`correlation` takes each driver with all who answered it and the outcome; `shapley` and `johnson` take the
respondents who answered all, standardise, and part the R2 of the linear model among the drivers.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import atanh, factorial, sqrt, tanh

import numpy as np
import numpy.typing as npt

from app.estimates import Estimate
from app.voice.distributions import Z95
from app.voice.indices import effective_n

Floats = npt.NDArray[np.float64]

MOST_SHAPLEY = 15
SMALLEST_PIVOT = 1e-10


class Method(StrEnum):
    CORRELATION = "correlation"
    SHAPLEY = "shapley"
    JOHNSON = "johnson"


@dataclass(frozen=True, slots=True)
class Drivers:
    """Impacts in the order of the drivers: correlations, or parts of R2 (their intervals: resampling).

    `shares` sum to 1; they and `r2` are None for correlations and where the model cannot be fitted. `n`
    counts the respondents who answered the outcome, for the models also every driver.
    """

    method: Method
    impacts: tuple[Estimate, ...]
    shares: tuple[float, ...] | None
    r2: float | None
    n: int


def drive(method: Method, outcome: Floats, drivers: Floats, weights: Floats | None = None) -> Drivers:
    return {Method.CORRELATION: correlation, Method.SHAPLEY: shapley, Method.JOHNSON: johnson}[method](
        outcome, drivers, weights
    )


def correlation(outcome: Floats, drivers: Floats, weights: Floats | None = None) -> Drivers:
    """Pearson's r of each driver with the outcome, pairwise complete, with Fisher's z interval.

    R. A. Fisher, "On the Probable Error of a Coefficient of Correlation", Metron 1, 1921.
    """
    heavy = np.ones_like(outcome) if weights is None else weights
    impacts = tuple(_pearson(outcome, column, heavy) for column in drivers.T)
    return Drivers(Method.CORRELATION, impacts, None, None, int((~np.isnan(outcome)).sum()))


def shapley(outcome: Floats, drivers: Floats, weights: Floats | None = None) -> Drivers:
    """LMG: each driver's gain in R2, averaged over all orders in which the drivers may enter.

    U. Grömping, "Estimators of Relative Importance in Linear Regression Based on Variance Decomposition",
    The American Statistician 61, 2007. Refuses (ValueError) more than 15 drivers: use `johnson`.
    """
    if drivers.shape[1] > MOST_SHAPLEY:
        raise ValueError(f"Shapley takes at most {MOST_SHAPLEY} drivers; use johnson for more.")
    return _parted(Method.SHAPLEY, outcome, drivers, weights)


def johnson(outcome: Floats, drivers: Floats, weights: Floats | None = None) -> Drivers:
    """Relative weights: R2 parted through the nearest uncorrelated variables.

    J. W. Johnson, "A Heuristic Method for Estimating the Relative Weight of Predictor Variables in Multiple
    Regression", Multivariate Behavioral Research 35, 2000.
    """
    return _parted(Method.JOHNSON, outcome, drivers, weights)


def complete(outcome: Floats, drivers: Floats) -> npt.NDArray[np.bool_]:
    """Who answered the outcome and every driver, shape (n,)."""
    return ~(np.isnan(outcome) | np.isnan(drivers).any(axis=1))


def parts_of_r2(method: Method, correlations: Floats) -> Floats:
    """Parts of R2, shape (batch, k), from correlation matrices, shape (batch, k + 1, k + 1), outcome last."""
    return _lmg(correlations) if method is Method.SHAPLEY else _relative_weights(correlations)


def correlations_of(moments: Floats) -> Floats:
    """Correlation matrices of covariances, shape (..., p, p); what does not vary goes with nothing."""
    deviation = np.sqrt(np.maximum(np.diagonal(moments, axis1=-2, axis2=-1), 0.0))
    inverse = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > SMALLEST_PIVOT)
    return np.asarray(moments * inverse[..., :, None] * inverse[..., None, :], dtype=np.float64)


def _pearson(outcome: Floats, column: Floats, weights: Floats) -> Estimate:
    there = ~(np.isnan(outcome) | np.isnan(column))
    x, y, w, n = column[there], outcome[there], weights[there], int(there.sum())
    effective = effective_n(w)
    if not effective:
        return Estimate(None, None, None, n)
    x, y = x - np.average(x, weights=w), y - np.average(y, weights=w)
    spread = sqrt((w * x * x).sum() * (w * y * y).sum())
    if spread <= SMALLEST_PIVOT:
        return Estimate(None, None, None, n)
    r = float((w * x * y).sum()) / spread
    if effective <= 3:
        return Estimate(r, None, None, n)
    centre, reach = atanh(min(max(r, -1 + 1e-15), 1 - 1e-15)), Z95 / sqrt(effective - 3)
    return Estimate(r, tanh(centre - reach), tanh(centre + reach), n)


def _parted(method: Method, outcome: Floats, drivers: Floats, weights: Floats | None) -> Drivers:
    there, k = complete(outcome, drivers), drivers.shape[1]
    n = int(there.sum())
    table = np.column_stack((drivers, outcome))[there]
    if not k or n <= k + 1 or np.ptp(table[:, -1]) == 0:
        return Drivers(method, (Estimate(None, None, None, n),) * k, None, None, n)
    heavy = None if weights is None else weights[there]
    matrix = correlations_of(np.cov(table, rowvar=False, aweights=heavy))
    parts = parts_of_r2(method, matrix[None])[0]
    r2 = float(parts.sum())
    impacts = tuple(Estimate(float(part), None, None, n) for part in parts)
    return Drivers(method, impacts, tuple(float(part) / r2 for part in parts) if r2 else None, r2, n)


def _lmg(correlations: Floats) -> Floats:
    """All 2^k models at once: every driver in turn is left out or swept out of what remains.

    After j drivers `rest` holds, for each of their 2^j subsets, the covariances of the others given it,
    so the whole costs little more than its last step; no model is fitted by itself.
    """
    k = correlations.shape[-1] - 1
    rest = correlations[:, None]
    for _ in range(k):
        pivot, column, without = rest[..., 0, 0], rest[..., 1:, 0], rest[..., 1:, 1:]
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > SMALLEST_PIVOT)
        swept = without - (column * inverse[..., None])[..., :, None] * column[..., None, :]
        rest = np.concatenate((without, swept), axis=1)
    explained = correlations[:, None, -1, -1] - rest[..., 0, 0]
    weight = _share_of_orders(k)
    return np.stack([_gain(explained, driver) @ weight for driver in range(k)], axis=1)


def _gain(explained: Floats, driver: int) -> Floats:
    """What a driver adds to each subset of the others, shape (batch, 2^(k-1)); bit j is driver j."""
    batch, low = explained.shape[0], 1 << driver
    pairs = explained.reshape(batch, -1, 2, low)
    return np.asarray((pairs[:, :, 1] - pairs[:, :, 0]).reshape(batch, -1), dtype=np.float64)


def _share_of_orders(k: int) -> Floats:
    """How many of the k! orders put exactly a given subset of k - 1 drivers before the one looked at."""
    by_size = np.array([factorial(s) * factorial(k - 1 - s) / factorial(k) for s in range(k)])
    size = np.zeros(1, dtype=np.int64)
    for _ in range(k - 1):
        size = np.concatenate((size, size + 1))
    return np.asarray(by_size[size], dtype=np.float64)


def _relative_weights(correlations: Floats) -> Floats:
    among, with_outcome = correlations[..., :-1, :-1], correlations[..., :-1, -1]
    values, vectors = np.linalg.eigh(among)
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=values > SMALLEST_PIVOT)
    loading = (vectors * root[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    unloading = (vectors * inverse[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    slopes = (unloading @ with_outcome[..., None])[..., 0]
    return np.asarray((loading**2 @ (slopes**2)[..., None])[..., 0], dtype=np.float64)
