"""The order of an agenda in which the fewest people leave the room and come back.

Whoever has a conflict with an item is out for it. All are in at the opening and at the end; between two items somebody
moves for each person who is out for one of them and not for the other. The cost of an order is the number of those
moves: the length of a tour through the sets of who is out, by Hamming distance, that begins and ends at "nobody".
Items with the same people out stand together (by the triangle inequality that costs nothing). Up to EXACT different
sets the order is the best there is, by dynamic programming over subsets (Held and Karp 1962); above that it is the
best of many greedy tours, mended by reversing and moving stretches until neither helps (Croes 1958, Or 1976).
Without randomness: the same agenda gives the same order, and what ties keeps the order that was given.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

EXACT = 11
GREEDY = 40  # beginnings that are tried

Set = frozenset[int]
NOBODY: Set = frozenset()


def switches(out: Sequence[Collection[int]]) -> int:
    """How often somebody leaves or comes back when the items are taken in this order."""
    walk = [NOBODY, *(frozenset(one) for one in out), NOBODY]
    return sum(len(before ^ after) for before, after in pairwise(walk))


def best_order(out: Sequence[Collection[int]]) -> list[int]:
    """Places of the items (0 to n-1) in the order to take them. out: who is out for each."""
    groups: dict[Set, list[int]] = {}
    for place, people in enumerate(out):
        groups.setdefault(frozenset(people), []).append(place)
    sets = list(groups)
    tour = exact(sets) if len(sets) <= EXACT else mended(sets)
    return [place for one in tour for place in groups[sets[one]]]


def distances(sets: Sequence[Set]) -> list[list[int]]:
    """Between each two sets; the last row and column is "nobody"."""
    ends = [*sets, NOBODY]
    return [[len(one ^ other) for other in ends] for one in ends]


def exact(sets: Sequence[Set]) -> list[int]:
    count, far = len(sets), distances(sets)
    if count < 2:
        return list(range(count))
    # best[seen][last]: from here to the end; filled from the full set down, so that reading goes forward.
    full = (1 << count) - 1
    rest: list[list[int]] = [[0] * count for _ in range(full + 1)]
    rest[full] = [far[last][count] for last in range(count)]
    for seen in range(full - 1, 0, -1):
        left = [one for one in range(count) if not seen >> one & 1]
        for last in range(count):
            if seen >> last & 1:
                rest[seen][last] = min(far[last][one] + rest[seen | 1 << one][one] for one in left)
    tour: list[int] = []
    seen, last = 0, count
    while seen != full:
        here, come_from = seen, last
        last = min(
            (one for one in range(count) if not here >> one & 1),
            key=lambda one: (far[come_from][one] + rest[here | 1 << one][one], one),
        )
        seen |= 1 << last
        tour.append(last)
    return tour


def mended(sets: Sequence[Set]) -> list[int]:
    far = distances(sets)
    tours = (improved(greedy(begin, len(sets), far), far) for begin in range(min(len(sets), GREEDY)))
    return min(tours, key=lambda tour: length(tour, far))


def length(tour: Sequence[int], far: Sequence[Sequence[int]]) -> int:
    walk = [len(far) - 1, *tour, len(far) - 1]
    return sum(far[before][after] for before, after in pairwise(walk))


def greedy(begin: int, count: int, far: Sequence[Sequence[int]]) -> list[int]:
    tour, left = [begin], [one for one in range(count) if one != begin]
    while left:
        nearest = min(left, key=lambda one: (far[tour[-1]][one], one))
        tour.append(nearest)
        left.remove(nearest)
    return tour


def improved(tour: list[int], far: Sequence[Sequence[int]]) -> list[int]:
    """Reverse a stretch, or move one of up to three items elsewhere, while that shortens the tour."""
    shorter: list[int] | None = tour
    while shorter is not None:
        tour = shorter
        shorter = reversal(tour, far) or moving(tour, far)
    return tour


def reversal(tour: list[int], far: Sequence[Sequence[int]]) -> list[int] | None:
    home, count = len(far) - 1, len(tour)
    for begin in range(count - 1):
        before = tour[begin - 1] if begin else home
        for end in range(begin + 1, count):
            after = tour[end + 1] if end + 1 < count else home
            gain = far[before][tour[begin]] + far[tour[end]][after] - far[before][tour[end]] - far[tour[begin]][after]
            if gain > 0:
                return [*tour[:begin], *reversed(tour[begin : end + 1]), *tour[end + 1 :]]
    return None


def moving(tour: list[int], far: Sequence[Sequence[int]]) -> list[int] | None:
    home, count = len(far) - 1, len(tour)
    for size in (1, 2, 3):
        for begin in range(count - size + 1):
            part, others = tour[begin : begin + size], [*tour[:begin], *tour[begin + size :]]
            before = tour[begin - 1] if begin else home
            after = tour[begin + size] if begin + size < count else home
            saved = far[before][part[0]] + far[part[-1]][after] - far[before][after]
            for place in range(len(others) + 1):
                left = others[place - 1] if place else home
                right = others[place] if place < len(others) else home
                if far[left][part[0]] + far[part[-1]][right] - far[left][right] < saved:
                    return [*others[:place], *part, *others[place:]]
    return None
