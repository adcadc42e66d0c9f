"""The line of what a committee can take, and which ideas are surely above it, surely below, or undecided.

An idea is undecided where the interval of its rank crosses the line: it could as well be taken as not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    ABOVE = "above"
    UNDECIDED = "undecided"
    BELOW = "below"


@dataclass(frozen=True)
class Line:
    """`taken` of the best `of` ideas are above it; None where nothing says where the line is.

    Where a budget draws it, `budget` and what those above cost; `unpriced` is the idea without a cost at which the
    budget's line is lost.
    """

    of: int
    taken: int | None = None
    budget: Decimal | None = None
    spent: Decimal | None = None
    unpriced: int | None = None

    def side(self, rank_low: int | None, rank_high: int | None) -> Side | None:
        if self.taken is None or rank_low is None or rank_high is None:
            return None
        if rank_high <= self.taken:
            return Side.ABOVE
        return Side.BELOW if rank_low > self.taken else Side.UNDECIDED


def by_number(of: int, many: int) -> Line:
    return Line(of, min(of, many))


def by_budget(costs: Sequence[tuple[int, Decimal | None]], budget: Decimal) -> Line:
    """From (idea, cost), best first, down to the first that the budget does not pay any more."""
    spent = Decimal(0)
    for taken, (idea, cost) in enumerate(costs):
        if cost is None:
            return Line(len(costs), None, budget, unpriced=idea)
        if spent + cost > budget:
            return Line(len(costs), taken, budget, spent)
        spent += cost
    return Line(len(costs), len(costs), budget, spent)
