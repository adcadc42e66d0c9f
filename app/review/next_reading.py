"""Which further reviews would narrow a set of items most, in the model of crossed.py.

In a normal model the variance that a further score takes away is known before it is given: it depends on who has
scored what, never on the scores. After one reading is chosen the next is weighed as if it were in (greedy design,
as in sequential optimal design; Chaloner and Verdinelli 1995).
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from app.review.crossed import Floats, Ints

Item = TypeVar("Item", bound=Hashable)
Person = TypeVar("Person", bound=Hashable)
LARGEST = 1_200  # items and people together: above it nothing is proposed
LOOSE = 1e-6  # the precision of the overall mean before any score


@dataclass(frozen=True, slots=True)
class Variances:
    item: float
    reviewer: float
    noise: float


SUPPOSED = Variances(0.3, 0.15, 0.55)
"""Of a single score, where no scores are seen that could tell: about what reviews of proposals are found to have."""


@dataclass(frozen=True, slots=True)
class Proposed(Generic[Item, Person]):
    """`share`: the part of the variance of the wanted items, all together, that this review would take away."""

    item: Item
    person: Person
    share: float


@dataclass
class Posterior:
    """Covariance of the overall mean, items and people, in units of their spread; it shrinks with each review."""

    covariance: Floats
    item: float
    person: float

    def along(self, rows: Floats, items: Ints, people: Ints) -> Floats:
        """rows times the design of each (item, person)."""
        return rows[..., [0]] + self.item * rows[..., items] + self.person * rows[..., people]

    def add(self, item: int, person: int) -> None:
        ahead = self.along(self.covariance, np.array([item]), np.array([person]))[:, 0]
        own = ahead[0] + self.item * ahead[item] + self.person * ahead[person]
        self.covariance = self.covariance - np.outer(ahead, ahead) / (1 + own)


def next_readings(
    read: Collection[tuple[Item, Person]],
    open_to: Sequence[tuple[Item, Person]],
    wanted: Collection[Item],
    variances: Variances,
    most: int = 5,
) -> list[Proposed[Item, Person]]:
    """Of the pairs that are open, the few whose reviews narrow the wanted items most, each given those before."""
    candidates = [pair for pair in dict.fromkeys(open_to) if pair[0] in wanted]
    places, people = numbered(read, candidates, wanted)
    if not candidates or variances.item <= 0 or 1 + len(places) + len(people) > LARGEST:
        return []
    posterior = after(read, places, people, variances)
    at = [np.array([places[item] for item in dict.fromkeys(wanted)], dtype=np.intp)]
    at.append(np.array([places[item] for item, _ in candidates], dtype=np.intp))
    at.append(np.array([people[person] for _, person in candidates], dtype=np.intp))
    whole = float(spread(posterior, at[0]))
    chosen: list[Proposed[Item, Person]] = []
    left = np.ones(len(candidates), dtype=bool)
    while left.any() and len(chosen) < most:
        gains = np.where(left, gained(posterior, *at), -1.0)
        best = int(np.argmax(gains))
        chosen.append(Proposed(*candidates[best], float(gains[best]) / whole))
        left[best] = False
        posterior.add(int(at[1][best]), int(at[2][best]))
    return chosen


def numbered(
    read: Collection[tuple[Item, Person]], candidates: Collection[tuple[Item, Person]], wanted: Collection[Item]
) -> tuple[dict[Item, int], dict[Person, int]]:
    """The overall mean is 0; then the items, then the people."""
    pairs = [*read, *candidates]
    items = dict.fromkeys([*wanted, *(pair[0] for pair in pairs)])
    people = dict.fromkeys(pair[1] for pair in pairs)
    return (
        {item: place for place, item in enumerate(items, start=1)},
        {person: place for place, person in enumerate(people, start=1 + len(items))},
    )


def after(
    read: Collection[tuple[Item, Person]], items: dict[Item, int], people: dict[Person, int], variances: Variances
) -> Posterior:
    ratios = [(part / max(variances.noise, 1e-9)) ** 0.5 for part in (variances.item, variances.reviewer)]
    size = 1 + len(items) + len(people)
    design = np.zeros((len(read), size))
    for row, (item, person) in enumerate(read):
        design[row, [0, items[item], people[person]]] = 1, *ratios
    precision = design.T @ design + np.eye(size)
    precision[0, 0] += LOOSE - 1
    return Posterior(np.asarray(np.linalg.inv(precision), dtype=np.float64), *ratios)


def targets(posterior: Posterior, wanted: Ints) -> Floats:
    """Of each wanted item, overall + effect: its covariance with everything."""
    rows: Floats = posterior.covariance[[0]] + posterior.item * posterior.covariance[wanted]
    return rows


def spread(posterior: Posterior, wanted: Ints) -> float:
    rows = targets(posterior, wanted)
    own = rows[:, 0] + posterior.item * rows[np.arange(len(wanted)), wanted]
    return float(own.sum())


def gained(posterior: Posterior, wanted: Ints, items: Ints, people: Ints) -> Floats:
    """How much the variances of the wanted items, together, fall by each candidate."""
    over = posterior.along(targets(posterior, wanted), items, people)
    ahead = posterior.along(posterior.covariance, items, people)
    each = np.arange(len(items))
    own = ahead[0] + posterior.item * ahead[items, each] + posterior.person * ahead[people, each]
    found: Floats = (over**2).sum(axis=0) / (1 + own)
    return found
