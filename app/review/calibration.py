"""From scores by reviewers of unequal severity to calibrated scores: what each item would have had from the average
reviewer, how sure that is, and which ranks it could have.

The model and its estimator are in crossed.py. `adjusted` is overall + the item's prediction, `se` its prediction error
with the variances as estimated and the overall mean's error in it, the interval 1.96 of these to each side. Ranks are
those of `adjusted`; their intervals are the middle 95 % of the ranks in draws from the joint distribution of the items
(seeded, so that the same scores always give the same ranks). See docs/decisions/calibration.md.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from statistics import fmean
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from app.review.crossed import MOST, Floats, Ints, Point, Side, data_of, drawn, large_side, reml, small_side
from app.review.scoring import TIE_DIGITS
from app.voice.distributions import Z95, t95

Item = TypeVar("Item", bound=Hashable)
Reviewer = TypeVar("Reviewer", bound=Hashable)
Best = Literal["high", "low"]
DRAWS = 2_000
CELLS = 2_000_000  # items by draws: fewer draws for very many items
SEED = 20261122
ENOUGH_ITEMS = 25  # with fewer, the error of the variances shows in the intervals
SPARE = 6  # scores beyond what items and reviewers take up: with fewer, what is noise is a guess


class Doubt(StrEnum):
    """Why calibrated scores would mislead, or are none."""

    ALONE = "alone"  # fewer than two items or two reviewers
    SINGLE = "single"  # no item was scored twice: an item and the noise of its score are one
    EQUAL = "equal"  # every score is the same
    APART = "apart"  # the items fall into groups that no reviewer joins
    FEW = "few"  # too few scores beside what items and reviewers take up
    FLAT = "flat"  # the variance of the items is 0: what they differ by is noise and severity


@dataclass(frozen=True, slots=True)
class Calibrated(Generic[Item]):
    """An item. What the data cannot tell is None; then the rank is that of the means."""

    item: Item
    n: int
    mean: float
    adjusted: float | None
    se: float | None
    low: float | None
    high: float | None
    rank: int
    rank_low: int | None
    rank_high: int | None


@dataclass(frozen=True, slots=True)
class Severe(Generic[Reviewer]):
    """A reviewer, and how much harder than the average one they score: positive is harsher, whichever end is best."""

    reviewer: Reviewer
    n: int
    severity: float | None


@dataclass(frozen=True)
class Calibration(Generic[Item, Reviewer]):
    """Items best first. Variances are None where they cannot be told from each other."""

    n: int
    overall: float
    item_variance: float | None
    reviewer_variance: float | None
    noise_variance: float | None
    items: tuple[Calibrated[Item], ...]
    reviewers: tuple[Severe[Reviewer], ...]
    parts: int
    doubts: tuple[Doubt, ...]

    @cached_property
    def by_item(self) -> Mapping[Item, Calibrated[Item]]:
        return {one.item: one for one in self.items}

    @cached_property
    def ranks(self) -> Counter[int]:
        """How many items share each rank."""
        return Counter(one.rank for one in self.items)

    @property
    def connected(self) -> bool:
        return self.parts == 1

    @property
    def noise_share(self) -> float | None:
        """Of the variance of a single score, what is neither the item nor the reviewer."""
        if self.item_variance is None or self.noise_variance is None:
            return None
        whole = self.item_variance + (self.reviewer_variance or 0) + self.noise_variance
        return self.noise_variance / whole if whole else None


@dataclass(frozen=True)
class Coded(Generic[Item, Reviewer]):
    """Rows as numbers."""

    items: Sequence[Item]
    reviewers: Sequence[Reviewer]
    item: Ints
    reviewer: Ints
    score: Floats


Row = tuple[Item, Reviewer, float]


def calibrate(rows: Sequence[tuple[Any, Any, float]], best: Best = "high") -> Calibration[Any, Any]:
    """From (item, reviewer, score); keys of one kind, which can be sorted. An item may be scored by whoever it was,
    and what is missing is not there. Refuses (ValueError) no rows at all, and scores that are not numbers."""
    if not rows or not all(np.isfinite(row[2]) for row in rows):
        raise ValueError("Scores are numbers, one at least.")
    coded = code(rows)
    parts = components(coded)
    free = estimable(coded, parts)
    if not any(free) or np.ptp(coded.score) == 0:
        return uncalibrated(coded, best, parts, free)
    return fitted(coded, best, parts, free)


@lru_cache(maxsize=128)
def kept(rows: tuple[tuple[int, int, float], ...]) -> Calibration[int, int]:
    """The same, kept by the scores themselves: what a reader may not see is not in them, and nothing goes stale."""
    return calibrate(rows)


def code(rows: Sequence[Row[Item, Reviewer]]) -> Coded[Item, Reviewer]:
    items = sorted({row[0] for row in rows})  # type: ignore[type-var]
    reviewers = sorted({row[1] for row in rows})  # type: ignore[type-var]
    of_item = {item: place for place, item in enumerate(items)}
    of_reviewer = {reviewer: place for place, reviewer in enumerate(reviewers)}
    return Coded(
        items,
        reviewers,
        np.array([of_item[row[0]] for row in rows], dtype=np.intp),
        np.array([of_reviewer[row[1]] for row in rows], dtype=np.intp),
        np.array([row[2] for row in rows], dtype=float),
    )


def components(coded: Coded[Any, Any]) -> int:
    """Into how many groups the items fall, when a reviewer joins those that they scored."""
    label = np.arange(len(coded.items))
    while True:
        least = np.full(len(coded.reviewers), len(label))
        np.minimum.at(least, coded.reviewer, label[coded.item])
        found = label.copy()
        np.minimum.at(found, coded.item, least[coded.reviewer])
        found = found[found]
        if (found == label).all():
            return len(np.unique(label))
        label = found


def estimable(coded: Coded[Any, Any], parts: int) -> tuple[bool, bool]:
    """Whether the variance of items, and that of reviewers, can be told from the noise (and from each other)."""
    items, reviewers = len(coded.items), len(coded.reviewers)
    item = items > 1 and int(np.bincount(coded.item).max()) > 1
    reviewer = reviewers > 1 and int(np.bincount(coded.reviewer).max()) > 1
    return item, reviewer and not parts == items == reviewers


def uncalibrated(
    coded: Coded[Item, Reviewer], best: Best, parts: int, free: tuple[bool, bool]
) -> Calibration[Item, Reviewer]:
    """Nothing to estimate: no two scores of one item or reviewer, or all scores the same."""
    equal = free[0] and np.ptp(coded.score) == 0
    overall = fmean(coded.score)
    nothing = 0.0 if equal else None
    side = Side(np.zeros(len(coded.items)), np.zeros(len(coded.items))) if equal else None
    items = placed(coded, best, overall, side, None)
    counts = np.bincount(coded.reviewer)
    reviewers = tuple(Severe(one, int(n), nothing) for one, n in zip(coded.reviewers, counts, strict=True))
    doubts = doubts_of(coded, parts, free, nothing)
    return Calibration(len(coded.score), overall, nothing, nothing, nothing, items, reviewers, parts, doubts)


def fitted(
    coded: Coded[Item, Reviewer], best: Best, parts: int, free: tuple[bool, bool]
) -> Calibration[Item, Reviewer]:
    """The model on centred and scaled scores, turned back; the side with more levels is the one that is eliminated."""
    centre, scale = float(coded.score.mean()), float(coded.score.std())
    y = (coded.score - centre) / scale
    items_large = len(coded.items) >= len(coded.reviewers)
    sides = (coded.item, coded.reviewer) if items_large else (coded.reviewer, coded.item)
    point = reml(data_of(*sides, y), free if items_large else (free[1], free[0]))
    of_items, of_reviewers = both_sides(point, items_large)
    overall = centre + scale * point.overall
    side = Side(of_items.effects * scale, of_items.variances * scale**2) if free[0] else None
    ratios = (point.a, point.b) if items_large else (point.b, point.a)
    noise = 0.0 if max(ratios) >= MOST else point.noise * scale**2
    variances = [ratio * point.noise * scale**2 if can else None for ratio, can in zip(ratios, free, strict=True)]
    errors = None
    if side is not None and ratios[0] > 0:
        errors = scale * drawn(point, items_large, draws_for(len(coded.items)), SEED)
    return Calibration(
        len(coded.score),
        overall,
        variances[0],
        variances[1],
        noise if free[0] else None,
        placed(coded, best, overall, side, errors),
        severities(coded, best, scale * of_reviewers.effects, free[1]),
        parts,
        doubts_of(coded, parts, free, variances[0]),
    )


def both_sides(point: Point, items_large: bool) -> tuple[Side, Side]:
    large, small = large_side(point), small_side(point)
    return (large, small) if items_large else (small, large)


def draws_for(items: int) -> int:
    return max(200, min(DRAWS, CELLS // items))


def severities(coded: Coded[Any, Reviewer], best: Best, effects: Floats, told: bool) -> tuple[Severe[Reviewer], ...]:
    sign = -1.0 if best == "high" else 1.0
    counts = np.bincount(coded.reviewer)
    return tuple(
        Severe(one, int(n), sign * float(effect) + 0.0 if told else None)
        for one, n, effect in zip(coded.reviewers, counts, effects, strict=True)
    )


def placed(
    coded: Coded[Item, Any], best: Best, overall: float, side: Side | None, errors: Floats | None
) -> tuple[Calibrated[Item], ...]:
    """Items with their figures and ranks, best first."""
    found = unplaced(coded, best) if side is None else by_model(coded, best, overall, side, errors)
    return tuple(sorted(found, key=lambda one: one.rank))


def unplaced(coded: Coded[Item, Any], best: Best) -> list[Calibrated[Item]]:
    """By the means alone."""
    counts, means = np.bincount(coded.item).tolist(), means_of(coded)
    rows = zip(coded.items, counts, means, ranks_of(np.array(means), coded.score, best), strict=True)
    return [Calibrated(item, n, mean, None, None, None, None, at, None, None) for item, n, mean, at in rows]


def by_model(
    coded: Coded[Item, Any], best: Best, overall: float, side: Side, errors: Floats | None
) -> list[Calibrated[Item]]:
    adjusted, se = overall + side.effects, np.sqrt(side.variances)
    off = factor_of(len(se)) * se
    ranks = np.array(ranks_of(adjusted, coded.score, best))
    first, last = ranges(adjusted, errors, best)
    of_item = (coded.items, np.bincount(coded.item).tolist(), means_of(coded))
    figures = (adjusted, se, adjusted - off, adjusted + off)
    reach = (ranks, np.minimum(ranks, first), np.maximum(ranks, last))
    return list(map(Calibrated, *of_item, *(one.tolist() for one in (*figures, *reach))))


def means_of(coded: Coded[Any, Any]) -> list[float]:
    scores: list[list[float]] = [[] for _ in coded.items]
    for item, score in zip(coded.item.tolist(), coded.score.tolist(), strict=True):
        scores[item].append(score)
    return [fmean(one) for one in scores]


def ranks_of(values: Floats, scores: Floats, best: Best) -> list[int]:
    """Ties share the better rank and the next stay empty, as in scoring.py: what agrees to nine digits of the scores'
    range is the same figure."""
    sign = -1 if best == "high" else 1
    sought = np.round(sign * (values - values.min()) / (np.ptp(scores) or 1), TIE_DIGITS)
    return [int(place) + 1 for place in np.searchsorted(np.sort(sought), sought, side="left")]


def factor_of(items: int) -> float:
    """How many standard errors an interval goes to each side: Student's with items - 1 degrees for few items, since
    the variances are estimated from so few; else the normal's."""
    return t95(items - 1) if 1 < items < ENOUGH_ITEMS else Z95


def ranges(adjusted: Floats, errors: Floats | None, best: Best) -> tuple[Ints, Ints]:
    """The best and the worst rank that each item could well have. Without any difference, every one."""
    many = len(adjusted)
    if errors is None:
        return np.full(many, 1), np.full(many, many)
    sign = -1.0 if best == "high" else 1.0
    order = np.argsort(sign * (adjusted[:, None] + errors), axis=0, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, many + 1)[:, None], axis=0)
    ranks.sort(axis=1)
    last = ranks.shape[1] - 1
    return ranks[:, int(0.025 * last)], ranks[:, int(np.ceil(0.975 * last))]


def doubts_of(
    coded: Coded[Any, Any], parts: int, free: tuple[bool, bool], item_variance: float | None
) -> tuple[Doubt, ...]:
    items, reviewers = len(coded.items), len(coded.reviewers)
    equal = bool(np.ptp(coded.score) == 0)
    told = {
        Doubt.ALONE: items < 2 or reviewers < 2,
        Doubt.SINGLE: items > 1 and not free[0],
        Doubt.EQUAL: equal,
        Doubt.APART: parts > 1,
        Doubt.FEW: len(coded.score) - items - reviewers + parts < SPARE,
        Doubt.FLAT: item_variance == 0 and not equal,
    }
    return tuple(doubt for doubt, so in told.items() if so)
