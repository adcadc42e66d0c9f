"""A figure that comes from a sample. It stands leftmost, so that maths, pages and exports say it alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval and the number of answers behind it.

    `value` is None where nobody answered, `low` and `high` where there are too few answers for an interval.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
