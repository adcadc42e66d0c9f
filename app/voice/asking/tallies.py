"""How often each answer of a scale was given, and the figures that follow from it: no array over responses.

A tally counts a question's answers by their place on its scale (0 the worst); after the scale's places stand "not
applicable" and "no answer". It grows with each batch by addition, so that a figure over a million answers costs as
much as one over ten, and is the same as `figures` works out of the answers themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from app.estimates import Estimate
from app.voice.distributions import t95
from app.voice.figures import OutcomeFigures, UseFigures
from app.voice.importing.packing import MISSING, NOT_APPLICABLE, Scale
from app.voice.indices import Camps, nps_of
from app.voice.models import OutcomeKind
from app.voice.packed import Floats


@dataclass
class Tally:
    """counts: one for each place of the scale, then not applicable, then no answer. weights: their sums, likewise."""

    counts: list[int]
    weights: list[float]

    @classmethod
    def empty(cls, scale: Scale) -> "Tally":
        return cls([0] * (scale.values + 2), [0.0] * (scale.values + 2))

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None, scale: Scale) -> "Tally":
        return cls(list(kept["counts"]), list(kept["weights"])) if kept else cls.empty(scale)

    def add(self, places: Iterable[int], weights: Iterable[float | None]) -> None:
        """Places on the scale, NOT_APPLICABLE or MISSING, each with its answer's weight where it has one."""
        at = {NOT_APPLICABLE: len(self.counts) - 2, MISSING: len(self.counts) - 1}
        for place, weight in zip(places, weights, strict=True):
            self.counts[at.get(place, place)] += 1
            self.weights[at.get(place, place)] += weight or 0.0

    @property
    def answered(self) -> Sequence[int]:
        return self.counts[:-2]

    @property
    def n(self) -> int:
        return sum(self.answered)


def values_of(scale: Scale) -> Floats:
    """Each place's value on the original range, higher better."""
    return np.asarray(scale.low + np.arange(scale.values) * scale.step, dtype=np.float64)


def mean_of(values: Floats, counts: Sequence[int]) -> Estimate:
    """Mean with Student's t interval, n - 1 degrees of freedom: `indices.mean` from counts."""
    times = np.asarray(counts, dtype=np.float64)
    n = sum(counts)
    if not n:
        return Estimate(None, None, None, 0)
    value = float((values * times).sum() / n)
    if n < 2:
        return Estimate(value, None, None, n)
    reach = t95(n - 1) * sqrt(float((times * (values - value) ** 2).sum()) / n / (n - 1))
    return Estimate(value, value - reach, value + reach, n)


def weighted_mean(values: Floats, tally: Tally) -> float | None:
    heavy = np.asarray(tally.weights[:-2])
    return float((values * heavy).sum() / heavy.sum()) if heavy.sum() else None


def camps_of(tally: Tally) -> Camps:
    return Camps(sum(tally.answered[9:]), sum(tally.answered[7:9]), sum(tally.answered[:7]))


def weighted_nps(tally: Tally) -> float | None:
    heavy = tally.weights[:-2]
    return 100 * (sum(heavy[9:]) - sum(heavy[:7])) / sum(heavy) if sum(heavy) else None


def outcome_of(kind: OutcomeKind, scale: Scale, tally: Tally, weighted: bool) -> OutcomeFigures:
    values = values_of(scale)
    mean = mean_of(values, tally.answered)
    ends = (scale.worst, scale.best)
    n, missing = tally.n, sum(tally.counts[-2:])
    if kind is OutcomeKind.NPS:
        camps = camps_of(tally)
        found, heavy = nps_of(camps), weighted_nps(tally) if weighted else None
        figures = (found.value, found.low, found.high, heavy, mean.value, None)
        return OutcomeFigures(*ends, n, missing, *figures, camps.promoters, camps.passives, camps.detractors)
    best_two = int(values.searchsorted(max(ends) - 1))
    top = sum(tally.answered[best_two:]) / n if n else None
    heavy = weighted_mean(values, tally) if weighted else None
    return OutcomeFigures(*ends, n, missing, mean.value, mean.low, mean.high, heavy, mean.value, top)


def use_of(scale: Scale, tally: Tally, weighted: bool) -> UseFigures:
    values = values_of(scale)
    found = mean_of(values, tally.answered)

    def score(value: float | None) -> float | None:
        return None if value is None else 100 * (value - scale.low) / abs(scale.best - scale.worst)

    return UseFigures(
        found.n,
        tally.counts[-2],
        tally.counts[-1],
        found.value,
        found.low,
        found.high,
        weighted_mean(values, tally) if weighted else None,
        score(found.value),
        score(found.low),
        score(found.high),
    )
