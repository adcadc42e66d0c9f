"""All that one survey says of its items at once: performance two ways, impact on each outcome, both also resampled.

Pure: numbers in, numbers out. The rule, the outcome looked at and the measure of performance are choices made
afterwards, over the same resamples (see priority), so that what another choice would change costs nothing.

Intervals are the middle 95 % of the resamples, for both axes alike, so that a figure's interval and the chance that it
lies over a line come from one and the same chance. An item with fewer than 30 answers is not resampled: its mean has
Student's t interval and its correlation Fisher's (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13, on percentile intervals).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import atanh, sqrt, tanh

import numpy as np

from app.processes.drivers import MOST_SHAPLEY, SMALLEST_PIVOT, Method, correlations_of, entangled, parts_of_r2
from app.processes.resampling import RESAMPLES, SEED, Block, Figures, Floats, Places, Progress, Told, resample
from app.processes.sums import Sums, added, same
from app.voice.distributions import Z95, t95

FEWEST_ANSWERS = 30


class Measure(StrEnum):
    """Performance as the mean of what respondents said, or as the part of their answers on the best two steps."""

    MEAN = "mean"
    TOP_TWO = "top-two"


@dataclass(frozen=True, slots=True)
class Stand:
    """An item's performance on 0 to 100, its interval and standard error, and how many said something of it."""

    value: float | None
    low: float | None
    high: float | None
    error: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Pair:
    """An item and an outcome among those who answered both: Pearson's r with its interval."""

    r: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Model:
    """Parts of R2 in the order of the items; None where no model can be fitted."""

    parts: tuple[float, ...] | None
    r2: float | None


@dataclass(frozen=True, slots=True)
class Tie:
    """How the items go with one outcome. `complete` answered the outcome and every item.

    `lows` and `highs` are of the impacts by the study's own method. `entangled`: items of which one follows exactly
    from the others.
    """

    n: int
    complete: int
    mean: float | None
    mean_complete: float | None
    flat: bool
    pairs: tuple[Pair, ...]
    models: dict[Method, Model]
    entangled: tuple[int, ...] = ()
    lows: tuple[float | None, ...] = ()
    highs: tuple[float | None, ...] = ()

    def impacts(self, method: Method) -> tuple[float | None, ...]:
        if method is Method.CORRELATION:
            return tuple(pair.r for pair in self.pairs)
        model = self.models.get(method)
        return (None,) * len(self.pairs) if model is None or model.parts is None else model.parts


@dataclass(frozen=True, slots=True)
class Study:
    """`method` is how impacts were resampled. `units`: how many accounts were, where answers belong to accounts.

    `said`, `best` and `moved` (one an outcome) are resamples of performance and impact, (resamples, items), NaN for an
    item that has too few answers to be resampled.
    """

    method: Method
    n: int
    weighted: bool
    units: int | None
    resampling: str | None
    seed: int
    outcomes: tuple[str, ...]
    stands: dict[Measure, tuple[Stand, ...]]
    ties: tuple[Tie, ...]
    same: tuple[int, ...]
    said: Floats = field(repr=False, compare=False)
    best: Floats = field(repr=False, compare=False)
    moved: tuple[Floats, ...] = field(repr=False, compare=False)

    def tie(self, outcome: str) -> Tie:
        return self.ties[self.outcomes.index(outcome)]

    def performances(self, measure: Measure) -> Floats:
        return self.said if measure is Measure.MEAN else self.best

    def impacts(self, outcome: str) -> Floats:
        return self.moved[self.outcomes.index(outcome)]


def study(
    told: Told,
    outcomes: Sequence[str],
    items: int,
    method: Method,
    *,
    weighted: bool = False,
    units: Places | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    progress: Progress = lambda _: None,
) -> Study:
    """Everything, for every outcome. Refuses (ValueError) Shapley over more than 15 items."""
    if method is Method.SHAPLEY and items > MOST_SHAPLEY:
        raise ValueError(f"Shapley takes at most {MOST_SHAPLEY} drivers; use johnson for more.")
    sums = added(told, items, len(outcomes), lambda part: progress(0.3 * part))
    ties = tuple(tie(sums, place) for place in range(len(outcomes)))
    stands = {Measure.MEAN: means_of(sums), Measure.TOP_TWO: shares_of(sums)}
    usable = np.flatnonzero(sums.heard >= FEWEST_ANSWERS)
    shape = (0 if not len(usable) else resamples, items)
    empty = tuple(np.full(shape, np.nan) for _ in range(2 + len(outcomes)))
    plain = Study(
        method,
        sums.n,
        weighted,
        None if units is None else int(units.max(initial=-1)) + 1,
        None,
        seed,
        tuple(outcomes),
        stands,
        ties,
        same(sums),
        empty[0],
        empty[1],
        empty[2:],
    )
    if not len(usable) or not resamples:
        return plain
    again = resample(
        Chosen(told, usable),
        method,
        sums.centre[np.concatenate((usable, items + np.arange(len(outcomes))))],
        as_they_stand(plain, usable),
        units,
        resamples,
        seed,
        lambda part: progress(0.3 + 0.7 * part),
    )
    return with_intervals(plain, again, usable)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The same respondents, some items of theirs."""

    told: Told
    items: Places

    def __len__(self) -> int:
        return len(self.told)

    def rows(self, which: slice | Places) -> Block:
        block = self.told.rows(which)
        return Block(block.outcomes, block.said[:, self.items], block.best[:, self.items], block.weights)


def means_of(sums: Sums) -> tuple[Stand, ...]:
    return tuple(
        stand(sums.centre[i], sums.first[i], sums.second[i], sums.heavy[i], sums.heavy2[i], int(sums.heard[i]))
        for i in range(sums.items)
    )


def shares_of(sums: Sums) -> tuple[Stand, ...]:
    return tuple(
        stand(0.0, sums.best[i], sums.best2[i], sums.heavy[i], sums.heavy2[i], int(sums.heard[i]))
        for i in range(sums.items)
    )


def stand(centre: float, first: float, second: float, heavy: float, heavy2: float, n: int) -> Stand:
    """A mean with Student's t interval, n - 1 degrees of freedom (the effective n where there are weights)."""
    effective = heavy**2 / heavy2 if heavy2 > 0 else 0.0
    if not effective:
        return Stand(None, None, None, None, n)
    middle = first / heavy
    value = float(centre + middle)
    if effective < 2:
        return Stand(value, None, None, None, n)
    error = sqrt(max(0.0, second / heavy - middle**2) / (effective - 1))
    reach = t95(effective - 1) * error
    return Stand(value, value - reach, value + reach, error, n)


def tie(sums: Sums, place: int) -> Tie:
    k = sums.items
    n, heavy, total = sums.whole[place]
    centre = float(sums.centre[k + place])
    flat = bool(n) and bool(sums.most[k + place] - sums.least[k + place] < 1e-9)
    products, complete = sums.models[place][:-1, :-1], int(sums.models[place][-1, -1])
    mass = float(products[0, 0])
    pairs = tuple(pair(sums.pairs[place][:, i], sums.counted[place][i]) for i in range(k))
    models, knot = modelled(products, complete, k, flat)
    return Tie(
        int(n),
        complete,
        centre + float(total / heavy) if heavy > 0 else None,
        centre + float(products[0, -1]) / mass if mass > 0 else None,
        flat,
        pairs,
        models,
        knot,
        tuple(one.low for one in pairs),
        tuple(one.high for one in pairs),
    )


def pair(sums: Floats, xy: float) -> Pair:
    """Pearson's r with Fisher's z interval; none where one of the two does not vary."""
    n, w, ww, x, xx, y, yy = (float(one) for one in sums)
    if not n or w <= 0 or ww <= 0:
        return Pair(None, None, None, int(n))
    across, up = max(0.0, xx - x * x / w), max(0.0, yy - y * y / w)
    spread = sqrt(across * up)
    # What does not vary leaves only what rounding adds up to.
    if spread <= SMALLEST_PIVOT or across <= 1e-12 * (xx + 1e-9) or up <= 1e-12 * (yy + 1e-9):
        return Pair(None, None, None, int(n))
    r = min(1.0, max(-1.0, (xy - x * y / w) / spread))
    effective = w * w / ww
    if effective <= 3:
        return Pair(r, None, None, int(n))
    middle, reach = atanh(min(max(r, -1 + 1e-15), 1 - 1e-15)), Z95 / sqrt(effective - 3)
    return Pair(r, tanh(middle - reach), tanh(middle + reach), int(n))


def modelled(products: Floats, n: int, k: int, flat: bool) -> tuple[dict[Method, Model], tuple[int, ...]]:
    """Both ways of parting R2, among those who answered all; and which items follow from each other."""
    none = Model(None, None)
    if not k or n <= k + 1 or flat or products[0, 0] <= 0:
        return {Method.SHAPLEY: none, Method.JOHNSON: none}, ()
    moments = products / products[0, 0]
    means = moments[0, 1:]
    covariances = moments[1:, 1:] - means[:, None] * means[None, :]
    scale = np.diagonal(moments)[1:]
    still = np.diagonal(covariances) <= 1e-12 * (scale + 1e-9)
    covariances = np.where(still[:, None] | still[None, :], 0.0, covariances)
    if covariances[-1, -1] <= 0:
        return {Method.SHAPLEY: none, Method.JOHNSON: none}, ()
    matrix = correlations_of(covariances)
    found = {}
    for method in (Method.SHAPLEY, Method.JOHNSON):
        if method is Method.JOHNSON or k <= MOST_SHAPLEY:
            parts = parts_of_r2(method, matrix[None])[0]
            found[method] = Model(tuple(map(float, parts)), float(parts.sum()))
    return found, entangled(matrix[:-1, :-1])


def as_they_stand(plain: Study, usable: Places) -> Figures:
    """The figures of all, as the resamples want them: 0 where there is none."""

    def row(values: Sequence[float | None]) -> Floats:
        return np.array([[value or 0.0 for value in values]])[:, usable]

    said, best = (row([one.value for one in plain.stands[measure]]) for measure in Measure)
    return Figures("", said, best, tuple(row(one.impacts(plain.method)) for one in plain.ties))


def with_intervals(plain: Study, again: Figures, usable: Places) -> Study:
    """The middle 95 % of the resamples in the place of what formulas say, for what was resampled."""
    count = len(again.said)

    def spread(drawn: Floats) -> Floats:
        wide = np.full((count, len(plain.stands[Measure.MEAN])), np.nan)
        wide[:, usable] = drawn
        return wide

    stands = {
        measure: tuple(
            around(one, drawn[:, place], plain.units is not None) for place, one in enumerate(plain.stands[measure])
        )
        for measure, drawn in ((Measure.MEAN, spread(again.said)), (Measure.TOP_TWO, spread(again.best)))
    }
    moved = tuple(spread(one) for one in again.impacts)
    ties = tuple(bounded(one, plain.method, drawn) for one, drawn in zip(plain.ties, moved, strict=True))
    return Study(
        plain.method,
        plain.n,
        plain.weighted,
        plain.units,
        again.name,
        plain.seed,
        plain.outcomes,
        stands,
        ties,
        plain.same,
        spread(again.said),
        spread(again.best),
        moved,
    )


def around(one: Stand, drawn: Floats, clustered: bool) -> Stand:
    if one.value is None or np.isnan(drawn[0]):
        return one
    low, high = np.quantile(drawn, (0.025, 0.975))
    error = float(drawn.std()) if clustered else one.error
    return Stand(one.value, min(float(low), one.value), max(float(high), one.value), error, one.n)


def bounded(one: Tie, method: Method, drawn: Floats) -> Tie:
    """An interval for each impact that has been resampled."""
    lows, highs = list(one.lows), list(one.highs)
    for place, value in enumerate(one.impacts(method)):
        if value is None:
            lows[place] = highs[place] = None
        elif not np.isnan(drawn[0, place]):
            low, high = np.quantile(drawn[:, place], (0.025, 0.975))
            lows[place], highs[place] = min(float(low), value), max(float(high), value)
    return Tie(
        one.n,
        one.complete,
        one.mean,
        one.mean_complete,
        one.flat,
        one.pairs,
        one.models,
        one.entangled,
        tuple(lows),
        tuple(highs),
    )
