"""The order of an agenda in which the fewest people leave and come back."""

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.meetings.ordering import EXACT, best_order, distances, exact, length, mended, switches

AGENDAS = st.lists(st.frozensets(st.integers(0, 7), max_size=4), max_size=6)


def ordered(out: list[frozenset[int]]) -> int:
    return switches([out[place] for place in best_order(out)])


def a_hard_one(chance: random.Random, items: int, people: int = 12) -> list[frozenset[int]]:
    return [frozenset(chance.sample(range(people), chance.choice((1, 1, 2, 2, 3)))) for _ in range(items)]


def at_least(out: list[frozenset[int]]) -> int:
    """No order does better: whoever is out for something leaves once and comes back once."""
    return 2 * len(frozenset().union(*out)) if out else 0


@pytest.mark.parametrize(
    ("out", "count"),
    [
        ([], 0),
        ([[], []], 0),
        ([[1]], 2),
        ([[1], [], [1]], 4),
        ([[1], [1], []], 2),
        ([[1], [1, 2], [2]], 4),
        ([[1], [2]], 4),
    ],
)
def test_every_leaving_and_coming_back_is_counted(out: list[list[int]], count: int) -> None:
    assert switches(out) == count


def test_who_is_out_twice_leaves_once() -> None:
    assert best_order([[1], [], [1]]) in ([0, 2, 1], [1, 0, 2])
    assert switches([[1], [], [1]]) == 4
    assert ordered([frozenset({1}), frozenset(), frozenset({1})]) == 2


def test_where_nobody_is_out_the_order_stays() -> None:
    assert best_order([[], [], [], []]) == [0, 1, 2, 3]


@settings(max_examples=150, deadline=None)
@given(AGENDAS)
def test_a_short_agenda_gets_the_best_order_there_is(out: list[frozenset[int]]) -> None:
    best = min(switches([out[place] for place in way]) for way in itertools.permutations(range(len(out))))
    assert sorted(best_order(out)) == list(range(len(out)))
    assert ordered(out) == best


def test_the_long_way_is_as_good_as_the_exact_one_where_both_can_be_walked() -> None:
    chance = random.Random(5)
    worse = 0
    for _ in range(60):
        sets = list(dict.fromkeys(a_hard_one(chance, EXACT)))
        far = distances(sets)
        best, found = length(exact(sets), far), length(mended(sets), far)
        assert found >= best
        worse += found > best
    assert worse <= 3


def test_a_long_agenda_is_near_what_no_order_can_beat_and_better_than_it_came() -> None:
    chance = random.Random(7)
    for _ in range(10):
        # A known best: people are out for stretches; then it is shuffled.
        stretches = [(begin, begin + chance.randint(1, 6)) for begin in range(0, 36, 3)]
        out = [frozenset(p for p, (low, high) in enumerate(stretches) if low <= at < high) for at in range(40)]
        assert switches(out) == at_least(out)
        chance.shuffle(out)
        assert ordered(out) <= 1.15 * at_least(out)
        assert ordered(out) < switches(out)


def test_the_same_agenda_gives_the_same_order_in_time() -> None:
    out = a_hard_one(random.Random(3), 60, people=25)
    begun = time.perf_counter()
    first = best_order(out)
    assert time.perf_counter() - begun < 2
    assert best_order(out) == first
