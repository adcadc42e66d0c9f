"""The line, the band, and the readings that would narrow it: numbers in, numbers out."""

from decimal import Decimal
from itertools import product

import numpy as np
import pytest

from app.review.next_reading import SUPPOSED, Variances, next_readings
from app.review.undecided import Line, Side, by_budget, by_number


def test_the_chairs_number_is_the_line():
    assert by_number(12, 5) == Line(12, 5)
    assert by_number(3, 5) == Line(3, 3)


def test_a_budget_pays_from_the_best_down():
    costs = [(7, Decimal(40)), (9, Decimal(0)), (4, Decimal(60)), (5, Decimal(1)), (6, None)]
    assert by_budget(costs, Decimal(100)) == Line(5, 3, Decimal(100), Decimal(100))
    assert by_budget(costs, Decimal(39)) == Line(5, 0, Decimal(39), Decimal(0))
    assert by_budget(costs[:4], Decimal(200)) == Line(4, 4, Decimal(200), Decimal(101))


def test_a_budget_draws_no_line_past_an_idea_without_a_cost():
    costs = [(7, Decimal(40)), (9, None), (4, Decimal(60))]
    assert by_budget(costs, Decimal(100)) == Line(3, None, Decimal(100), unpriced=9)
    assert by_budget(costs, Decimal(39)) == Line(3, 0, Decimal(39), Decimal(0))
    assert by_budget(costs, Decimal(100)).side(1, 2) is None


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [(1, 4, Side.ABOVE), (4, 5, Side.UNDECIDED), (1, 12, Side.UNDECIDED), (5, 9, Side.BELOW), (None, None, None)],
)
def test_an_idea_is_undecided_where_its_ranks_cross_the_line(low, high, side):
    assert by_number(12, 4).side(low, high) is side


def test_none_or_all_leave_nothing_undecided():
    assert by_number(12, 12).side(1, 12) is Side.ABOVE
    assert Line(12, 0).side(1, 12) is Side.BELOW


def variance(read, wanted, variances):
    """Of overall + item, summed over the wanted items, with the whole covariance written out."""
    items, people = sorted({pair[0] for pair in read} | set(wanted)), sorted({pair[1] for pair in read})
    z = np.array([[float(item == one) for one in items] for item, _ in read])
    w = np.array([[float(person == one) for one in people] for _, person in read])
    v = variances.item * z @ z.T + variances.reviewer * w @ w.T + variances.noise * np.eye(len(read))
    inverse, ones = np.linalg.inv(v), np.ones(len(read))
    off = 1 - variances.item * z.T @ inverse @ ones
    whole = variances.item * np.eye(len(items)) - variances.item**2 * z.T @ inverse @ z
    whole = whole + np.outer(off, off) / (ones @ inverse @ ones)
    return sum(whole[items.index(item), items.index(item)] for item in wanted)


@pytest.mark.parametrize("variances", [SUPPOSED, Variances(0.2, 0.5, 0.1), Variances(0.4, 0.0, 0.6)])
def test_the_next_readings_are_those_that_narrow_most(variances):
    chance = np.random.default_rng(6)
    read = [pair for pair in product("abcdef", range(4)) if chance.random() < 0.6]
    wanted = ["b", "c", "e"]
    free = [pair for pair in product("abcdef", range(6)) if pair not in read]
    before = whole = variance(read, wanted, variances)
    for one in next_readings(read, free, wanted, variances, most=4):
        gains = {pair: before - variance([*read, pair], wanted, variances) for pair in free if pair[0] in wanted}
        best = max(gains.values())
        assert gains[one.item, one.person] == pytest.approx(best, rel=1e-4)
        assert one.share == pytest.approx(best / whole, rel=1e-4)
        read, free = [*read, (one.item, one.person)], [pair for pair in free if pair != (one.item, one.person)]
        before = variance(read, wanted, variances)


def test_nothing_is_proposed_where_nothing_is_to_be_had():
    assert next_readings([("a", 1)], [("b", 1)], ["a"], SUPPOSED) == []
    assert next_readings([("a", 1)], [("a", 2)], ["a"], Variances(0.0, 0.1, 0.5)) == []
    assert next_readings([("a", 1)], [], ["a"], SUPPOSED) == []
    assert [(one.item, one.person) for one in next_readings([], [("a", 2), ("a", 2)], ["a"], SUPPOSED)] == [("a", 2)]
    many = [(place, place) for place in range(700)]
    assert next_readings(many, [(0, 1)], [0], SUPPOSED) == []


def test_the_least_read_come_first():
    read = [("a", 1), ("a", 2), ("b", 1)]
    found = next_readings(read, [("a", 3), ("b", 2), ("c", 1)], ["a", "b", "c"], SUPPOSED)
    assert [one.item for one in found] == ["c", "b", "a"]
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
