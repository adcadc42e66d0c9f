"""Who reviews what, as a flow of least cost: pure, exact, no database.

The network: a source gives each idea as many units as reviews are wanted of it, an idea passes them to members who may
review it (a unit a pair), each member to the sink, up to their cap. What there is to choose between all such flows is
decided in a fixed order, each matter only where those before it leave it open:

    slots   as many reviews as can be had, and evenly: nobody's third before everybody's second
    expert  each idea is read by one expert at least, where one may
    load    the sum of squares of what the members have to do: even, to one where nothing stands against it
    taste   what members would rather read
    kept    what is assigned already stays

A repair asks for `kept` straight after `slots`: who has an idea keeps it, unless an idea would stay without a review.

Method: successive shortest paths (Ahuja, Magnanti, Orlin: Network Flows, 1993, 9.7; the costs of slots and loads rise,
14.5). Members are few, so paths are sought among them alone: from one to another by the idea that moves at the least
cost. Each path is the cheapest of all, so after each the flow is one of least cost for its size.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = np.int64(2**61)  # dearer than any path; twice of it can still be added up
MOST = 2**60

ANEW = ("slots", "expert", "load", "taste", "kept")
REPAIR = ("slots", "kept", "expert", "load", "taste")


@dataclass(frozen=True)
class Question:
    """Rows are ideas, columns are members.

    wanted: reviews of each idea. allowed: no conflict, still there. taste: 0 is liked best. filed: begun or submitted,
    stays whatever else happens and counts. kept: assigned already. cap: the most for each member, filed ones among it.
    """

    wanted: Ints
    allowed: Flags
    taste: Ints
    expert: Flags
    cap: Ints
    filed: Flags
    kept: Flags
    order: tuple[str, ...] = ANEW


def solve(asked: Question) -> Flags:
    """Who reviews what, what is filed among it. Where more is wanted than there is, as much as there is."""
    flow = Flow(asked)
    while flow.one_more():
        pass
    return flow.chosen | asked.filed


def weights(asked: Question) -> dict[str, int]:
    """How much one step of each matter costs: more than all that may change along one cycle in those after it."""
    ideas, members = asked.allowed.shape
    most = {
        "slots": int(asked.wanted.max(initial=0)),
        "expert": members + 1,
        "load": 2 * (2 * ideas + 1),
        "taste": 2 * (members + 1) * int(asked.taste.max(initial=0)),
        "kept": 2 * (members + 1),
    }
    found, weight = {}, 1
    for matter in reversed(asked.order):
        found[matter] = weight
        weight *= 1 + most[matter]
    if weight > MOST:
        raise ValueError("This is more than can be worked out at once.")
    return found


class Flow:
    """The flow so far, and what the next step from anywhere would cost.

    enter[i, m]: one more review of idea i, by member m. move[a, b]: the cheapest idea of a's given to b instead, which
    is `by[a, b]`. NEVER where it cannot be.
    """

    def __init__(self, asked: Question) -> None:
        self.asked, self.weight = asked, weights(asked)
        ideas, members = asked.allowed.shape
        self.open = asked.allowed & ~asked.filed
        self.chosen: Flags = np.zeros((ideas, members), dtype=bool)
        self.level: Ints = asked.filed.sum(axis=1)
        self.load: Ints = asked.filed.sum(axis=0)
        self.experts: Ints = (asked.filed & asked.expert).sum(axis=1)
        self.cost: Ints = asked.taste * self.weight["taste"] - asked.kept * self.weight["kept"]
        self.move: Ints = np.full((members, members), NEVER)
        self.by: Ints = np.zeros((members, members), dtype=np.int64)
        self.enter: Ints = self.entering(np.arange(ideas))

    def entering(self, ideas: Ints) -> Ints:
        """What one more review of these ideas would cost, by each member."""
        first = (self.experts[ideas] == 0)[:, None] & self.asked.expert[ideas]
        cost = self.cost[ideas] - first * self.weight["expert"] + (self.level[ideas] * self.weight["slots"])[:, None]
        can = self.open[ideas] & ~self.chosen[ideas] & (self.level < self.asked.wanted)[ideas][:, None]
        return np.where(can, cost, NEVER)

    def moving(self, member: int) -> tuple[Ints, Ints]:
        """To each other member: the least that giving one of this member's ideas away costs, and which idea it is."""
        ideas = np.flatnonzero(self.chosen[:, member])
        if not len(ideas):
            return np.full(len(self.load), NEVER), np.zeros(len(self.load), dtype=np.int64)
        expert = self.asked.expert[ideas]
        without = self.experts[ideas] - expert[:, member]
        lost = (self.experts[ideas] > 0)[:, None] & ~((without[:, None] + expert) > 0)
        won = (self.experts[ideas] == 0)[:, None] & expert
        cost = self.cost[ideas] - self.cost[ideas, member][:, None]
        cost = cost + (lost.astype(np.int64) - won) * self.weight["expert"]
        cost = np.where(self.open[ideas] & ~self.chosen[ideas], cost, NEVER)
        best = cost.argmin(axis=0)
        return cost[best, np.arange(cost.shape[1])], ideas[best]

    def one_more(self) -> bool:
        """One review more, by the cheapest path there is; False where there is none."""
        if not self.enter.size:
            return False
        idea = self.enter.argmin(axis=0)
        begin = self.enter[idea, np.arange(len(idea))]
        reached, before = self.shortest(begin)
        end = np.where(self.load < self.asked.cap, (2 * self.load + 1) * self.weight["load"], NEVER)
        last = int((reached + end).argmin())
        if reached[last] >= MOST or end[last] >= MOST:
            return False
        self.push(last, before, idea)
        return True

    def shortest(self, begin: Ints) -> tuple[Ints, Ints]:
        """Bellman and Ford, a step at a time: of paths that cost the same the one with the fewest steps."""
        reached, before = begin.copy(), np.full(len(begin), -1)
        while True:
            through = reached[:, None] + self.move
            best = through.argmin(axis=0)
            cost = np.minimum(through[best, np.arange(len(best))], NEVER)
            better = cost < reached
            if not better.any():
                return reached, before
            reached, before = np.where(better, cost, reached), np.where(better, best, before)

    def push(self, last: int, before: Ints, entering: Ints) -> None:
        """Along the path from its end: each member gets the idea of the one before them, the first a new one."""
        self.load[last] += 1
        members, ideas = [last], []
        while before[member := members[-1]] >= 0:
            giver = int(before[member])
            idea = int(self.by[giver, member])
            self.put(idea, giver, -1)
            self.put(idea, member, 1)
            members.append(giver)
            ideas.append(idea)
        ideas.append(int(entering[members[-1]]))
        self.put(ideas[-1], members[-1], 1)
        self.renew(np.array(ideas), members)

    def put(self, idea: int, member: int, by: int) -> None:
        self.chosen[idea, member] = by > 0
        self.level[idea] += by
        self.experts[idea] += by * int(self.asked.expert[idea, member])

    def renew(self, ideas: Ints, members: list[int]) -> None:
        """What the next step costs is another for these ideas now, and for who has, or had, one of them."""
        self.enter[ideas] = self.entering(ideas)
        for member in {*members, *np.flatnonzero(self.chosen[ideas].any(axis=0)).tolist()}:
            self.move[member], self.by[member] = self.moving(member)
