"""What performance and impact would have been, had chance sent other respondents: a bootstrap of both axes.

Every unit (a respondent, or an account with all its respondents) is counted a Poisson number of times, so that rows
pass by in blocks and the resamples themselves are never held. Above 20,000 units a bag of little bootstraps
(Kleiner, Talwalkar, Sarkar and Jordan, JRSS B 76, 2014): sets of 20,000, each counted up to the full number, their
deviations laid around the figures of all. The work is bounded by 1,000 times 20,000 units.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import lgamma, log, sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.processes.drivers import SMALLEST_PIVOT, Method, complete, correlations_of, parts_of_r2

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Progress = Callable[[float], None]

RESAMPLES = 1_000
MOST_AT_ONCE = 20_000
MOST_SETS = 10
BLOCK = 500
DRAWS = 2**16
SHAPLEY_AT_ONCE = 2**16
MOMENTS_AT_ONCE = 100
SEED = 20_161_107


@dataclass(frozen=True, slots=True)
class Block:
    """Some respondents: outcomes (n, m); of each item (n, k) what they said, 0 to 100, and which part of it was on the
    best two steps, 0 to 100; weights (n,). NaN where there is no answer."""

    outcomes: Floats
    said: Floats
    best: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.said)

    def rows(self, which: slice | Places) -> "Block":
        return Block(self.outcomes[which], self.said[which], self.best[which], self.weights[which])


class Told(Protocol):
    """Respondents that come in blocks: held (a Block is one itself) or unpacked as they are asked for."""

    def __len__(self) -> int: ...

    def rows(self, which: slice | Places) -> Block: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """Performance by mean and by top two, (resamples, items); impacts, one such an outcome; and how they were found."""

    name: str
    said: Floats
    best: Floats
    impacts: tuple[Floats, ...]

    def shifted(self, whole: "Figures", own: "Figures") -> "Figures":
        """The deviations from what a set says itself, laid around what all say."""
        impacts = zip(self.impacts, whole.impacts, own.impacts, strict=True)
        return Figures(
            self.name,
            whole.said + self.said - own.said,
            whole.best + self.best - own.best,
            tuple(full + one - mid for one, full, mid in impacts),
        )


@dataclass(frozen=True, slots=True)
class Design:
    """What the sums are made into: impacts by `method`, over answers taken around `centre` (items, then outcomes)."""

    method: Method
    centre: Floats
    items: int

    def columns(self, block: Block) -> Floats:
        """What each respondent adds to the sums, all of them linear in how often the respondent counts."""
        said = block.said - self.centre[: self.items]
        heard = ~np.isnan(said) * block.weights[:, None]
        parts = [heard, heard * np.nan_to_num(said), heard * np.nan_to_num(block.best)]
        terms = pair_terms if self.method is Method.CORRELATION else model_terms
        for outcome in (block.outcomes - self.centre[self.items :]).T:
            parts.append(terms(outcome, said, block.weights))
        return np.hstack(parts)

    def figures(self, sums: Floats, name: str, progress: Progress) -> Figures:
        k = self.items
        heard, said, best, rest = sums[:, :k], sums[:, k : 2 * k], sums[:, 2 * k : 3 * k], sums[:, 3 * k :]
        count = max(1, len(self.centre) - k)
        width = rest.shape[1] // count
        impacts = []
        for place in range(len(self.centre) - k):
            own = rest[:, place * width : (place + 1) * width]
            impacts.append(r_of(own) if self.method is Method.CORRELATION else parts_of(own, k, self.method, progress))
        return Figures(name, self.centre[:k] + over(said, heard), over(best, heard), tuple(impacts))


def resample(
    told: Told,
    method: Method,
    centre: Floats,
    whole: Figures,
    units: Places | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    progress: Progress = lambda _: None,
) -> Figures:
    """The same answers and seed give the same figures. `whole`: what all say. `units`: whose answers go together.

    `centre` is near the means of items and outcomes: sums around it stay exact. `progress` gets 0 to 1.
    """
    rng = np.random.default_rng(seed)
    design = Design(method, centre, whole.said.shape[1])
    many = len(told) if units is None else int(units.max(initial=-1)) + 1
    if many <= MOST_AT_ONCE:
        everybody = np.arange(len(told))
        return drawn(told, design, everybody, units, 1.0, resamples, rng, "bootstrap", progress)
    sets = min(MOST_SETS, many // MOST_AT_ONCE)
    order = rng.permutation(many)[: sets * MOST_AT_ONCE].reshape(sets, -1)
    bags, name = [], "bag of little bootstraps"
    for place, chosen in enumerate(order):
        which, own_units = members(np.sort(chosen), units)
        own = stands(told, design, which)
        parts = share(progress, place, sets)
        rate = many / MOST_AT_ONCE
        found = drawn(told, design, which, own_units, rate, resamples // sets, rng, name, parts)
        bags.append(found.shifted(whole, own))
    return together(bags)


def share(progress: Progress, place: int, of: int) -> Progress:
    return lambda part: progress((place + part) / of)


def members(chosen: Places, units: Places | None) -> tuple[Places, Places | None]:
    """The respondents of the chosen units, and of each the place of its unit among them."""
    if units is None:
        return chosen, None
    which = np.flatnonzero(np.isin(units, chosen))
    return which, np.searchsorted(chosen, units[which])


def together(bags: Sequence[Figures]) -> Figures:
    impacts = zip(*(bag.impacts for bag in bags), strict=True)
    return Figures(
        bags[0].name,
        np.concatenate([bag.said for bag in bags]),
        np.concatenate([bag.best for bag in bags]),
        tuple(np.concatenate(one) for one in impacts),
    )


def drawn(
    told: Told,
    design: Design,
    which: Places,
    units: Places | None,
    rate: float,
    resamples: int,
    rng: np.random.Generator,
    name: str,
    progress: Progress,
) -> Figures:
    """Sums over units, each times its count in the resample; half of the way is the sums, half what is made of them."""
    sums: Floats | None = None
    blocks = by_respondent(told, design, which) if units is None else by_unit(told, design, which, units)
    total = len(which) if units is None else int(units.max(initial=-1)) + 1
    table, done = poisson(rate), 0
    for columns in blocks:
        added = table[rng.integers(0, DRAWS, (resamples, len(columns)), dtype=np.uint16)] @ columns
        sums = added if sums is None else sums + added
        done += len(columns)
        progress(0.5 * done / total)
    assert sums is not None
    return design.figures(sums, name, lambda part: progress(0.5 + 0.5 * part))


@cache
def poisson(rate: float) -> Floats:
    """How often a unit counts, by one of 65,536 equally likely draws: several times as fast as drawing it exactly."""
    most = int(rate + 12 * sqrt(rate) + 20)
    chances = np.exp([k * log(rate) - rate - lgamma(k + 1) for k in range(most)])
    return np.searchsorted(np.cumsum(chances), (np.arange(DRAWS) + 0.5) / DRAWS).astype(np.float64)


def stands(told: Told, design: Design, which: Places) -> Figures:
    sums = np.sum([columns.sum(axis=0) for columns in by_respondent(told, design, which)], axis=0, keepdims=True)
    return design.figures(sums, "", lambda _: None)


def by_respondent(told: Told, design: Design, which: Places) -> Iterator[Floats]:
    for start in range(0, len(which), BLOCK):
        yield design.columns(told.rows(which[start : start + BLOCK]))


def by_unit(told: Told, design: Design, which: Places, units: Places) -> Iterator[Floats]:
    """The columns of respondents added up over each unit, shape (units, columns), in blocks of units."""
    order = np.argsort(units, kind="stable")
    total: Floats | None = None
    for start in range(0, len(order), BLOCK):
        some = order[start : start + BLOCK]
        columns, whose = design.columns(told.rows(which[some])), units[some]
        first = np.flatnonzero(np.concatenate(([True], whose[1:] != whose[:-1])))
        if total is None:
            total = np.zeros((int(units.max()) + 1, columns.shape[1]))
        total[whose[first]] += np.add.reduceat(columns, first, axis=0)
    assert total is not None
    for start in range(0, len(total), BLOCK):
        yield total[start : start + BLOCK]


def over(total: Floats, count: Floats) -> Floats:
    return np.divide(total, count, out=np.zeros_like(total), where=count > 0)


def pair_terms(outcome: Floats, said: Floats, weights: Floats) -> Floats:
    """Six terms an item over those who answered it and the outcome: w, wx, wy, wxx, wyy, wxy."""
    there = ~(np.isnan(said) | np.isnan(outcome)[:, None])
    w = there * weights[:, None]
    x = np.where(there, said, 0.0)
    y = np.where(there, outcome[:, None], 0.0)
    return np.hstack((w, w * x, w * y, w * x * x, w * y * y, w * x * y))


def r_of(sums: Floats) -> Floats:
    """Pearson's r, shape (resamples, items); 0 where a resample happens not to vary."""
    w, x, y, xx, yy, xy = np.moveaxis(sums.reshape(len(sums), 6, -1), 1, 0)
    spread = np.sqrt(np.maximum((w * xx - x * x) * (w * yy - y * y), 0.0))
    return np.divide(w * xy - x * y, spread, out=np.zeros_like(spread), where=spread > SMALLEST_PIVOT)


def model_terms(outcome: Floats, said: Floats, weights: Floats) -> Floats:
    """Products of all pairs of 1, items and outcome over the complete respondents, upper triangle."""
    there = complete(outcome, said)
    table = np.column_stack((np.ones(len(said)), said, outcome))
    first, second = np.triu_indices(table.shape[1])
    table = np.where(there[:, None], table, 0.0)
    return np.asarray(table[:, first] * table[:, second] * weights[:, None], dtype=np.float64)


def parts_of(sums: Floats, items: int, method: Method, progress: Progress) -> Floats:
    """Parts of R2, shape (resamples, items), a few resamples at a time: all subsets of each are looked at.

    0 in a resample that nobody complete is in.
    """
    size = items + 2
    first, second = np.triu_indices(size)
    at_once = max(1, SHAPLEY_AT_ONCE >> items) if method is Method.SHAPLEY else MOMENTS_AT_ONCE
    found = []
    for start in range(0, len(sums), at_once):
        some = sums[start : start + at_once]
        moments = np.empty((len(some), size, size))
        moments[:, first, second] = moments[:, second, first] = over(some, np.broadcast_to(some[:, :1], some.shape))
        means = moments[:, 0, 1:]
        covariances = moments[:, 1:, 1:] - means[:, :, None] * means[:, None, :]
        found.append(parts_of_r2(method, correlations_of(covariances)))
        progress(min(1.0, (start + at_once) / len(sums)))
    return np.concatenate(found)
