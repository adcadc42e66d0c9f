"""How far apart groups answer, and what is withheld."""

import statistics

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.diagnosis.drawing import Told, profile
from app.diagnosis.items import DIMENSIONS, FOR_CUSTOMERS, FROM_OUTSIDE, ITEMS, QUESTIONS
from app.diagnosis.spread import CUSTOMERS, SMALLEST, spread, withheld

LEVELS = some.dictionaries(some.integers(0, 5), some.lists(some.integers(1, 5), max_size=8), max_size=6)


def test_every_item_has_five_levels_in_words() -> None:
    assert len(QUESTIONS) == 6
    assert len(DIMENSIONS) == 5
    assert all(len(set(item.levels)) == 5 and all(item.levels) for item in ITEMS.values())
    assert len(FROM_OUTSIDE) == 5
    assert 6 <= len(FOR_CUSTOMERS) < len(ITEMS), "what a customer cannot know is not asked of one"


def test_means_and_distance_are_those_of_the_groups_shown() -> None:
    one = spread("listen", {1: [1, 2, 3], 2: [4, 4, 5], CUSTOMERS: [1, 1, 1]})
    assert one.gap == pytest.approx(13 / 3 - 1)
    assert one.colleagues == pytest.approx(statistics.mean([1, 2, 3, 4, 4, 5]))
    assert one.customers == 1
    assert one.deviation == pytest.approx(statistics.stdev([1, 2, 3, 4, 4, 5, 1, 1, 1]))
    assert one.counts == (4, 1, 1, 2, 1)


def test_customers_against_colleagues_is_a_distance_too() -> None:
    """Where every department is withheld."""
    one = spread("listen", {1: [4, 4], 2: [4, 4], CUSTOMERS: [1, 1, 1]})
    assert [group.mean for group in one.groups] == [1, None, None]
    assert (one.colleagues, one.customers, one.gap) == (4, 1, 3)


def test_a_small_department_takes_the_next_smallest_with_it() -> None:
    assert withheld({1: 2, 2: 3, 3: 9}) == {1, 2}
    assert withheld({1: 2, 2: 2, 3: 9}) == {1, 2}, "four together tell of nobody"
    assert withheld({1: 4, CUSTOMERS: 2}) == {CUSTOMERS}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(LEVELS)
def test_nobody_can_be_worked_out(levels: dict[int, list[int]]) -> None:
    """Whatever is shown, and whatever is left when it is taken from a total, stands for three people or for none."""
    one = spread("listen", levels)
    shown = {group.key: group.n for group in one.groups if group.n is not None}
    assert all(n >= SMALLEST for n in shown.values())
    inside = sum(len(own) for key, own in levels.items() if key != CUSTOMERS)
    if one.colleagues is not None:
        left = inside - sum(n for key, n in shown.items() if key != CUSTOMERS)
        assert left == 0 or left >= SMALLEST
    if one.counts:
        left = sum(one.counts) - sum(shown.values())
        assert left == 0 or left >= SMALLEST
    if one.counts and one.colleagues is not None:
        outside = len(levels.get(CUSTOMERS, ()))
        assert CUSTOMERS in shown or outside == 0 or outside >= SMALLEST


def test_the_profile_stands_in_order_and_breaks_where_nothing_is_known() -> None:
    told = [
        Told(item, level, [2, None], [2.5], 1.5) for item, level in zip(DIMENSIONS, (1, 5, None, 3, 3), strict=True)
    ]
    for narrow in (False, True):
        drawn = profile([("Maturity", told)], narrow=narrow)
        (group,) = drawn.groups
        places = [mark.x for mark in group.marks]
        assert places[0] == drawn.near
        assert places[1] == drawn.far
        assert places[2] is None
        assert group.line.count("M") == 2
        assert [line.count("M") for line in group.former] == [1, 0]
        assert all(0 <= mark.y <= drawn.height for mark in group.marks)
