"""From a reviewer's scores to an idea's place: what was not answered is left out, never counted as 0."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

TIE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An idea's reviews together: the mean of their totals, and `spread`, their standard deviation.

    The spread shows disagreement; it is None below two totals. `n` counts the reviews that have a total.
    """

    mean: float | None
    spread: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Place:
    """An idea's rank: those that tie share the better one and the next ranks stay empty (1, 2, 2, 4)."""

    key: str
    mean: float | None
    rank: int | None
    tied: bool


def total(scores: Iterable[tuple[float, float | None]]) -> float | None:
    """A review's total from (weight, score): sum(weight x score) / sum(weights answered).

    None for a score is "can't say"; None is the total where nothing that counts was answered. Refuses
    (ValueError) a weight below 0.
    """
    answered = [(weight, score) for weight, score in scores if score is not None]
    if any(weight < 0 for weight, _ in answered):
        raise ValueError("A criterion's weight is not below 0.")
    heaviness = sum(weight for weight, _ in answered)
    return sum(weight * score for weight, score in answered) / heaviness if heaviness else None


def on_five(level: int, levels: int) -> float:
    """A level of a scale of `levels` (2 or more), on 1 to 5: the ends stay the ends. A scale of five stays as it is.

    Refuses (ValueError) a level beyond its scale.
    """
    if levels < 2 or not 1 <= level <= levels:
        raise ValueError("A level lies on its scale.")
    return 1 + 4 * (level - 1) / (levels - 1)


def aggregate(totals: Sequence[float | None]) -> Aggregate:
    given = [value for value in totals if value is not None]
    return Aggregate(fmean(given) if given else None, stdev(given) if len(given) > 1 else None, len(given))


def rank(means: Mapping[str, float | None], best: Literal["high", "low"] = "high") -> list[Place]:
    """Best first, ties in the order given, ideas without a mean last and without a rank.

    Means that agree to nine digits tie: sums of fractions in another order are the same figure.
    """
    sign = -1 if best == "high" else 1
    placed = {key: sign * round(value, TIE_DIGITS) for key, value in means.items() if value is not None}
    ordered = sorted(placed, key=lambda key: placed[key])
    values = [placed[key] for key in ordered]
    first = {value: place for place, value in reversed(list(enumerate(values, start=1)))}
    ranked = [Place(key, means[key], first[placed[key]], values.count(placed[key]) > 1) for key in ordered]
    return ranked + [Place(key, None, None, False) for key, value in means.items() if value is None]
