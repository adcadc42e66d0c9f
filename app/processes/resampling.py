"""What performance and impact would have been, had chance sent other respondents: a bootstrap.

Every respondent is counted a Poisson number of times, so that rows pass by in blocks and the resamples
themselves are never held. Above 20,000 respondents a bag of little bootstraps (Kleiner, Talwalkar, Sarkar and
Jordan, JRSS B 76, 2014): sets of 20,000, each counted up to the full number, their deviations laid around the
figures of all. The work is bounded by 1,000 times 20,000 rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.processes.drivers import SMALLEST_PIVOT, Method, complete, correlations_of, parts_of_r2

Floats = npt.NDArray[np.float64]

RESAMPLES = 1_000
MOST_AT_ONCE = 20_000
MOST_SETS = 10
BLOCK = 500
SHAPLEY_MODELS = 2**22
SHAPLEY_FEWEST = 200
MOMENTS_AT_ONCE = 100
SEED = 20_161_107


@dataclass(frozen=True, slots=True)
class Answers:
    """Outcome (n,), what was said of each item (n, items), weights (n,); NaN where there is no answer."""

    outcome: Floats
    said: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.outcome)

    def rows(self, which: slice | npt.NDArray[np.int64]) -> "Answers":
        return Answers(self.outcome[which], self.said[which], self.weights[which])


@dataclass(frozen=True, slots=True)
class Figures:
    """Performance and impact, shapes (resamples, items), and how they were found."""

    name: str
    performance: Floats
    impact: Floats


def resample(answers: Answers, method: Method, resamples: int = RESAMPLES, seed: int = SEED) -> Figures:
    """The same answers and seed give the same figures. Every item needs answers enough for an impact.

    Shapley fits 2^items models a resample: above 12 items it makes do with fewer resamples, 200 at the least.
    """
    rng = np.random.default_rng(seed)
    if method is Method.SHAPLEY:
        resamples = min(resamples, max(SHAPLEY_FEWEST, SHAPLEY_MODELS >> answers.said.shape[1]))
    answers, centre = _centred(answers)
    if len(answers) <= MOST_AT_ONCE:
        performance, impact = _counted(answers, method, 1.0, resamples, rng)
        return Figures("bootstrap", centre + performance, impact)
    sets = min(MOST_SETS, len(answers) // MOST_AT_ONCE)
    whole = _as_they_stand(answers, method)
    bags = []
    for which in rng.permutation(len(answers))[: sets * MOST_AT_ONCE].reshape(sets, -1):
        few = answers.rows(which)
        own = _as_they_stand(few, method)
        drawn = _counted(few, method, len(answers) / MOST_AT_ONCE, resamples // sets, rng)
        bags.append([full + one - mid for full, one, mid in zip(whole, drawn, own, strict=True)])
    performance, impact = (np.concatenate(axis) for axis in zip(*bags, strict=True))
    return Figures("bag of little bootstraps", centre + performance, impact)


def _centred(answers: Answers) -> tuple[Answers, Floats]:
    """Answers around their means, which keeps the sums exact, and the means of the items."""
    centre = np.asarray(np.nanmean(answers.said, axis=0), dtype=np.float64)
    outcome = answers.outcome - np.nanmean(answers.outcome)
    return Answers(outcome, answers.said - centre, answers.weights), centre


def _counted(
    answers: Answers, method: Method, rate: float, resamples: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    return _figures(answers, method, resamples, lambda rows: rng.poisson(rate, (resamples, rows)).astype(np.float64))


def _as_they_stand(answers: Answers, method: Method) -> tuple[Floats, Floats]:
    return _figures(answers, method, 1, lambda rows: np.ones((1, rows)))


def _figures(
    answers: Answers, method: Method, resamples: int, counts: Callable[[int], Floats]
) -> tuple[Floats, Floats]:
    """Performance and impact from sums over respondents, each times its count in the resample."""
    terms = _pair_terms if method is Method.CORRELATION else _model_terms
    sums: Floats | None = None
    for start in range(0, len(answers), BLOCK):
        block = answers.rows(slice(start, start + BLOCK))
        told = ~np.isnan(block.said) * block.weights[:, None]
        columns = np.hstack((told, told * np.nan_to_num(block.said), terms(block)))
        added = counts(len(block)) @ columns
        sums = added if sums is None else sums + added
    assert sums is not None
    items = answers.said.shape[1]
    answered, total, rest = sums[:, :items], sums[:, items : 2 * items], sums[:, 2 * items :]
    performance = np.divide(total, answered, out=np.zeros_like(total), where=answered > 0)
    return performance, _correlations(rest) if method is Method.CORRELATION else _parts(rest, items, method)


def _pair_terms(block: Answers) -> Floats:
    """Six terms an item over those who answered it and the outcome: w, wx, wy, wxx, wyy, wxy."""
    there = ~(np.isnan(block.said) | np.isnan(block.outcome)[:, None])
    w = there * block.weights[:, None]
    x = np.where(there, block.said, 0.0)
    y = np.where(there, block.outcome[:, None], 0.0)
    return np.hstack((w, w * x, w * y, w * x * x, w * y * y, w * x * y))


def _correlations(sums: Floats) -> Floats:
    """Pearson's r, shape (resamples, items); 0 where a resample happens not to vary."""
    w, x, y, xx, yy, xy = np.moveaxis(sums.reshape(len(sums), 6, -1), 1, 0)
    spread = np.sqrt(np.maximum((w * xx - x * x) * (w * yy - y * y), 0.0))
    return np.divide(w * xy - x * y, spread, out=np.zeros_like(spread), where=spread > SMALLEST_PIVOT)


def _model_terms(block: Answers) -> Floats:
    """Products of all pairs of 1, items and outcome over the complete respondents, upper triangle."""
    there = complete(block.outcome, block.said)
    table = np.column_stack((np.ones(len(block)), block.said, block.outcome))
    first, second = np.triu_indices(table.shape[1])
    table = np.where(there[:, None], table, 0.0)
    return np.asarray(table[:, first] * table[:, second] * block.weights[:, None], dtype=np.float64)


def _parts(sums: Floats, items: int, method: Method) -> Floats:
    """Parts of R2, shape (resamples, items), a few resamples at a time: all subsets of each are looked at."""
    size = items + 2
    first, second = np.triu_indices(size)
    at_once = max(1, 2**16 >> items) if method is Method.SHAPLEY else MOMENTS_AT_ONCE
    found = []
    for start in range(0, len(sums), at_once):
        some = sums[start : start + at_once]
        moments = np.empty((len(some), size, size))
        moments[:, first, second] = moments[:, second, first] = some / some[:, :1]
        means = moments[:, 0, 1:]
        covariances = moments[:, 1:, 1:] - means[:, :, None] * means[:, None, :]
        found.append(parts_of_r2(method, correlations_of(covariances)))
    return np.concatenate(found)
