"""The crossed random-effects model: score = overall + item + reviewer + noise, its variances by REML.

Items and reviewers are both random and normal, scores may be missing, loads unequal. Written as ratios to the noise,
V = I + a ZZ' + b WW'. The side with more levels (ratio `a`) is eliminated exactly, since Z'Z is diagonal; what stays
is one dense matrix of the smaller side, M = I + b T with T = W'(I + a ZZ')^-1 W. Likelihood, score, predictions,
their errors and joint draws all come from M, so that nothing of the size of the data is ever dense, and all of it
holds at a = 0 and b = 0 too: a variance of exactly 0 is a point like any other.

Sources: Patterson and Thompson (1971) for REML; Gilmour, Thompson and Cullis (1995) for the average information;
Henderson (1975) and Robinson (1991) for the predictions and their errors; Baayen, Davidson and Bates (2008) for
crossed effects. Held against statsmodels and dense algebra in tests/review/test_crossed.py.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST = 1e7  # a ratio to the noise above this is a noise of 0
STEPS = 100
HALVINGS = 40
CLOSE = 1e-10  # a step that promises to lower the deviance by less is not worth taking
GRID = (0.003, 0.01, 0.03, 0.1, 0.3)
LARGEST = 4_000  # levels on the smaller side: a dense matrix of this many rows is what is asked of a machine


class TooLarge(ValueError):
    """More items and more reviewers than the dense part can take."""


def summed(places: Ints, values: Floats, size: int) -> Floats:
    """The values that fall in each place, added up."""
    return np.asarray(np.bincount(places, values, size), dtype=np.float64)


@dataclass(frozen=True)
class Cross:
    """Which level of the larger side met which of the smaller one, and how often: N = Z'W, m by q, sparse or dense."""

    m: int
    q: int
    rows: Ints  # of the cells that are not empty, in order
    cols: Ints
    times: Floats

    @cached_property
    def dense(self) -> Floats | None:
        """N itself where it is full enough for plain products to be the cheaper way."""
        if float(self.many) * 40 < self.m * float(self.q) ** 2:
            return None
        matrix = np.zeros((self.m, self.q))
        matrix[self.rows, self.cols] = self.times
        return matrix

    @cached_property
    def many(self) -> int:
        """Pairs of cells in one row."""
        return int((np.bincount(self.rows, minlength=self.m) ** 2).sum())

    @cached_property
    def begins(self) -> Ints:
        """Where each row's cells begin; every level has one."""
        return np.searchsorted(self.rows, np.arange(self.m))

    @cached_property
    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """Each pair of cells of a row: the row, where it falls in a q by q matrix, the product of both."""
        width = np.bincount(self.rows, minlength=self.m)
        first = np.repeat(np.arange(len(self.rows)), width[self.rows])
        begin = (np.cumsum(width) - width)[self.rows]
        within = np.arange(len(first)) - np.repeat(np.cumsum(width[self.rows]) - width[self.rows], width[self.rows])
        second = begin[first] + within
        place = self.cols[first] * self.q + self.cols[second]
        return self.rows[first], place, self.times[first] * self.times[second]

    def gram(self, weights: Floats) -> Floats:
        """N' diag(weights) N."""
        if self.dense is not None:
            product: Floats = (self.dense.T * weights) @ self.dense
            return product
        row, place, product = self.pairs
        return summed(place, product * weights[row], self.q * self.q).reshape(self.q, self.q)

    def quadratic(self, matrix: Floats) -> Floats:
        """The diagonal of N matrix N'."""
        if self.dense is not None:
            return np.asarray(((self.dense @ matrix) * self.dense).sum(axis=1))
        row, place, product = self.pairs
        return summed(row, product * matrix.ravel()[place], self.m)

    def times_small(self, values: Floats) -> Floats:
        """N values, for one vector of q or for several beside each other."""
        if self.dense is not None:
            product: Floats = self.dense @ values
            return product
        if values.ndim == 1:
            return summed(self.rows, self.times * values[self.cols], self.m)
        met: Floats = np.add.reduceat(self.times[:, None] * values[self.cols], self.begins, axis=0)
        return met

    def times_large(self, values: Floats) -> Floats:
        """N' values."""
        return summed(self.cols, self.times * values[self.rows], self.q)


@dataclass(frozen=True)
class Data:
    """Scores by the levels of both sides, centred and scaled so that one size of step fits all."""

    large: Ints
    small: Ints
    y: Floats
    cross: Cross
    n_large: Floats = field(repr=False)
    n_small: Floats = field(repr=False)
    y_large: Floats = field(repr=False)
    y_small: Floats = field(repr=False)

    @property
    def n(self) -> int:
        return len(self.y)

    def to_large(self, values: Floats) -> Floats:
        return summed(self.large, values, self.cross.m)

    def to_small(self, values: Floats) -> Floats:
        return summed(self.small, values, self.cross.q)


def data_of(large: Ints, small: Ints, y: Floats) -> Data:
    """Refuses (TooLarge) more than `LARGEST` levels on the smaller side."""
    m, q = int(large.max()) + 1, int(small.max()) + 1
    if q > LARGEST:
        raise TooLarge(f"{m:,} by {q:,}")
    cells, times = np.unique(large * q + small, return_counts=True)
    cross = Cross(m, q, cells // q, cells % q, times.astype(float))
    counts = [summed(side, np.ones(len(y)), size) for side, size in ((large, m), (small, q))]
    sums = [summed(side, y, size) for side, size in ((large, m), (small, q))]
    return Data(large, small, y, cross, counts[0], counts[1], sums[0], sums[1])


class Point:
    """The model at one pair of ratios: its likelihood at once, the rest when it is asked for."""

    def __init__(self, data: Data, a: float, b: float) -> None:
        self.data, self.a, self.b = data, a, b
        self.shrunk: Floats = 1 / (1 + a * data.n_large)
        weights = a * self.shrunk
        self.t = np.diag(data.n_small) - data.cross.gram(weights)
        self.m = np.eye(data.cross.q) + b * self.t
        self.lower: Floats = np.asarray(np.linalg.cholesky(self.m), dtype=np.float64)
        ones = data.cross.times_large(self.shrunk)
        right = data.y_small - data.cross.times_large(weights * data.y_large)
        solved = np.linalg.solve(self.m, np.column_stack([ones, right]))
        self.ones_small: Floats = np.asarray(solved[:, 0], dtype=np.float64)
        self.right_small: Floats = np.asarray(solved[:, 1], dtype=np.float64)
        self.xx = float(data.n_large @ self.shrunk - b * ones @ self.ones_small)
        xy = float(self.shrunk @ data.y_large - b * ones @ self.right_small)
        yy = float(data.y @ data.y - weights @ data.y_large**2 - b * right @ self.right_small)
        self.overall = xy / self.xx
        self.noise = max((yy - xy**2 / self.xx) / (data.n - 1), np.finfo(float).tiny)
        volume = np.log1p(a * data.n_large).sum() + 2 * np.log(np.diag(self.lower)).sum() + np.log(self.xx)
        self.deviance = float((data.n - 1) * np.log(self.noise) + volume)

    @cached_property
    def inverse(self) -> Floats:
        found: Floats = np.asarray(np.linalg.inv(self.m), dtype=np.float64)
        return (found + found.T) / 2

    @cached_property
    def ones_large(self) -> Floats:
        """Z'V^-1 1."""
        found: Floats = self.shrunk * (self.data.n_large - self.b * self.data.cross.times_small(self.ones_small))
        return found

    @cached_property
    def left_small(self) -> Floats:
        """W'Py."""
        return self.right_small - self.overall * self.ones_small

    @cached_property
    def left_large(self) -> Floats:
        """Z'Py."""
        rest = self.data.y_large - self.overall * self.data.n_large
        return self.shrunk * (rest - self.b * self.data.cross.times_small(self.left_small))

    @cached_property
    def spread_large(self) -> Floats:
        """The diagonal of N M^-1 N'."""
        return self.data.cross.quadratic(self.inverse)

    @cached_property
    def gradient(self) -> Floats:
        """Of the deviance, by a and by b."""
        large = (self.data.n_large * self.shrunk - self.b * self.shrunk**2 * self.spread_large).sum()
        small = (self.t * self.inverse).sum()
        traces = np.array(
            [large - self.ones_large @ self.ones_large / self.xx, small - self.ones_small @ self.ones_small / self.xx]
        )
        found: Floats = traces - self.squares / self.noise
        return found

    @cached_property
    def squares(self) -> Floats:
        return np.array([self.left_large @ self.left_large, self.left_small @ self.left_small])

    def projected(self, values: Floats) -> Floats:
        """P values."""
        found = self.solved(values)
        return found - self.solved(np.ones(self.data.n)) * (float(found.sum()) / self.xx)

    def solved(self, values: Floats) -> Floats:
        """V^-1 values."""
        first = values - (self.a * self.shrunk * self.data.to_large(values))[self.data.large]
        small = (self.b * self.inverse @ self.data.to_small(first))[self.data.small]
        second = small - (self.a * self.shrunk * self.data.to_large(small))[self.data.large]
        return first - second

    @cached_property
    def information(self) -> Floats:
        """The average information on a and b, the noise taken out; positive semi-definite."""
        moved = [self.left_large[self.data.large], self.left_small[self.data.small]]
        after = [self.projected(one) for one in moved]
        whole = np.array([[one @ other for other in after] for one in moved])
        total = self.noise * (self.data.n - 1)
        found: Floats = (whole - np.outer(self.squares, self.squares) / total) / self.noise
        return found


def reml(data: Data, free: tuple[bool, bool]) -> Point:
    """The ratios of the least deviance; one that is not free, because the data cannot tell it, stays 0.

    From a start inside; where that ends on a side, a few points inside along it are looked at too, so that a lower
    valley is not missed for a boundary.
    """
    point = descended(data, np.where(free, start(data), 0.0), free)
    for side in (0, 1):
        if free[side] and (point.a, point.b)[side] == 0:
            point = better_inside(data, point, side, free)
    return point


def start(data: Data) -> Floats:
    """Ratios by the method of moments (MINQUE with no prior ratios), kept inside."""
    ones, cross = float(data.n), data.cross
    of_large, of_small = (float(counts @ counts) for counts in (data.n_large, data.n_small))
    both = float(data.n_large @ cross.times_small(data.n_small))
    squares = np.array([[(data.n_large**3).sum(), both, of_large], [both, (data.n_small**3).sum(), of_small]])
    plain = np.array([[of_large, (cross.times**2).sum(), ones], [0, of_small, ones], [0, 0, ones]])
    whole = plain + np.triu(plain, 1).T
    sums = np.array([of_large, of_small, ones])
    edge = np.vstack([squares, sums])
    expected = whole - 2 * edge / ones + np.outer(sums, sums) / ones**2
    rest = data.y - data.y.mean()
    seen = [float(one @ one) for one in (data.to_large(rest), data.to_small(rest), rest)]
    found = np.linalg.lstsq(expected, np.array(seen), rcond=None)[0]
    ratios: Floats = np.clip(found[:2] / max(found[2], 0.02 * data.y.var()), 0.02, 50)
    return ratios


def better_inside(data: Data, point: Point, side: int, free: tuple[bool, bool]) -> Point:
    for ratio in GRID:
        at = np.array([point.a, point.b])
        at[side] = ratio
        if Point(data, at[0], at[1]).deviance < point.deviance:
            found = descended(data, at, free)
            return found if found.deviance < point.deviance else point
    return point


def descended(data: Data, start: Floats, free: tuple[bool, bool]) -> Point:
    """Newton's steps with the average information, kept inside, halved until the deviance falls."""
    point = Point(data, start[0], start[1])
    for _ in range(STEPS):
        at = np.array([point.a, point.b])
        slope = point.gradient
        moves = np.array(free) & ((at > 0) | (slope < 0)) & ((at < MOST) | (slope > 0))
        if not moves.any():
            return point
        step = step_of(point, at, slope, moves)
        following = stepped(data, point, at, step) if -step @ slope > CLOSE else None
        if following is None:
            return point
        point = following
    return point


def step_of(point: Point, at: Floats, slope: Floats, moves: NDArray[np.bool_]) -> Floats:
    step = np.zeros(2)
    matrix = point.information[np.ix_(moves, moves)]
    matrix = matrix + np.diag(1e-9 * np.diag(matrix) + 1e-300)
    step[moves] = -np.linalg.lstsq(matrix, slope[moves], rcond=None)[0]
    if step @ slope < 0:
        return step
    return np.where(moves, -slope * np.maximum(at, 0.01) ** 2, 0.0)


def stepped(data: Data, point: Point, at: Floats, step: Floats) -> Point | None:
    """The first of ever shorter steps at which the deviance is lower; None where no step helps any more."""
    for _ in range(HALVINGS):
        to = np.clip(at + step, 0, MOST)
        if (to == at).all():
            return None
        found = reached(data, to)
        if found is not None and found.deviance < point.deviance:
            return found
        step = step / 2
    return None


def reached(data: Data, to: Floats) -> Point | None:
    try:
        return Point(data, to[0], to[1])
    except np.linalg.LinAlgError:  # far out, where rounding takes the matrix its definiteness
        return None


@dataclass(frozen=True)
class Side:
    """Predictions for the levels of one side: overall + effect, with the variance of their error (overall's too)."""

    effects: Floats
    variances: Floats


def large_side(point: Point) -> Side:
    effects = point.a * point.left_large
    own = point.a * point.shrunk + (point.a * point.shrunk) ** 2 * point.b * point.spread_large
    shared = (1 - point.a * point.ones_large) ** 2 / point.xx
    return Side(effects, point.noise * (own + shared))


def small_side(point: Point) -> Side:
    shared = (1 - point.b * point.ones_small) ** 2 / point.xx
    return Side(point.b * point.left_small, point.noise * (point.b * np.diag(point.inverse) + shared))


def drawn(point: Point, large: bool, how_many: int, seed: int) -> Floats:
    """Draws from the joint distribution of the errors of overall + effect, given the variances: levels by draws."""
    chance = np.random.default_rng(seed)
    data = point.data
    small = np.sqrt(point.b) * np.linalg.solve(point.lower.T, chance.standard_normal((data.cross.q, how_many)))
    overall = chance.standard_normal(how_many) / np.sqrt(point.xx)
    if large:
        by_itself = np.sqrt(point.a * point.shrunk)[:, None] * chance.standard_normal((data.cross.m, how_many))
        carried = (point.a * point.shrunk)[:, None] * data.cross.times_small(small)
        effect = by_itself - carried + np.outer(1 - point.a * point.ones_large, overall)
    else:
        effect = small + np.outer(1 - point.b * point.ones_small, overall)
    drawn_errors: Floats = np.sqrt(point.noise) * effect
    return drawn_errors
