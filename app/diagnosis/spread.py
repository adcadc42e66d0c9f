"""How far apart groups answer: levels in, figures out. Shapes: a list of levels 1 to 5 for each group by name.

Means of levels 1 to 5 treat the steps as equally wide, as the chart does; the distribution stands beside them so that
nobody has to believe it. Groups of fewer than SMALLEST are withheld, and so is what the total would give away.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

SMALLEST = 3
LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Group:
    """name is "" for customers. mean is None, and counts are empty, where the group is withheld."""

    key: int
    n: int | None
    mean: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Spread:
    """One item. colleagues: the mean of all departments' people; gap: the furthest that two groups are
    apart, or a group and all colleagues."""

    item: str
    n: int
    colleagues: float | None
    customers: float | None
    groups: tuple[Group, ...]
    counts: tuple[int, ...]
    deviation: float | None
    gap: float | None

    @property
    def dispute(self) -> tuple[float, float]:
        """By which the most disputed stand first."""
        return (self.gap or 0.0, self.deviation or 0.0)


CUSTOMERS = 0


def spread(item: str, levels: Mapping[int, Sequence[int]]) -> Spread:
    """levels: by department's id, customers under CUSTOMERS; "can't say" is left out before."""
    sizes = {key: len(own) for key, own in levels.items() if own}
    apart = withheld(sizes)
    groups = tuple(group(key, levels[key], key in apart) for key in sorted(sizes))
    everybody = [level for own in levels.values() for level in own]
    inside = [level for key, own in levels.items() if key != CUSTOMERS for level in own]
    outside = list(levels.get(CUSTOMERS, ()))
    ours = mean(inside) if len(inside) >= SMALLEST else None
    theirs = mean(outside) if len(outside) >= SMALLEST else None
    means = [one.mean for one in groups if one.mean is not None]
    means += [side for side in (ours, theirs) if side is not None]
    few_customers = 0 < len(outside) < SMALLEST  # the total less what colleagues say would be theirs
    shown = len(everybody) >= SMALLEST and not few_customers and not hidden_alone(sizes, apart)
    return Spread(
        item,
        len(everybody),
        ours,
        theirs,
        groups,
        counted(everybody) if shown else (),
        deviation(everybody) if shown else None,
        max(means) - min(means) if len(means) > 1 else None,
    )


def withheld(sizes: Mapping[int, int]) -> frozenset[int]:
    """Departments below SMALLEST; and while what is withheld together is fewer, or is one alone, the next smallest too.

    Customers are a group of their own: colleagues and customers are never added up where that would tell.
    """
    apart = {key for key, n in sizes.items() if n < SMALLEST}
    inside = sorted((n, key) for key, n in sizes.items() if key != CUSTOMERS)
    hidden = [key for _, key in inside if key in apart]
    rest = [key for _, key in inside if key not in apart]
    while hidden and rest and sum(sizes[key] for key in hidden) < SMALLEST:
        hidden.append(rest.pop(0))
    return frozenset(apart | set(hidden))


def hidden_alone(sizes: Mapping[int, int], apart: frozenset[int]) -> bool:
    """Whether the total, less what is shown, would leave fewer than SMALLEST."""
    return 0 < sum(sizes[key] for key in apart) < SMALLEST


def group(key: int, levels: Sequence[int], apart: bool) -> Group:
    if apart:
        return Group(key, None, None, ())
    return Group(key, len(levels), mean(levels), counted(levels))


def counted(levels: Sequence[int]) -> tuple[int, ...]:
    """How many gave each level, from 1 to 5."""
    counts = Counter(levels)
    return tuple(counts[level] for level in LEVELS)


def mean(levels: Sequence[int]) -> float | None:
    return sum(levels) / len(levels) if levels else None


def deviation(levels: Sequence[int]) -> float | None:
    """Standard deviation with n - 1 below it."""
    if len(levels) < 2:
        return None
    middle = sum(levels) / len(levels)
    return sqrt(sum((level - middle) ** 2 for level in levels) / (len(levels) - 1))
