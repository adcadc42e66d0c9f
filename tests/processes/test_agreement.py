"""What rankings say together, against answers worked out otherwise."""

import itertools
from math import factorial

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from app.processes.rounds.agreement import Agreement, agreement, concordance, places, together

IDS = [10, 20, 30, 40, 50, 60]
BALLOTS = {1: [10, 20, 30, 40, 50, 60], 2: [20, 10, 30, 60], 3: [10, 30, 20], 4: [30, 10]}


def test_what_is_not_ranked_shares_the_places_that_are_left() -> None:
    assert places({1: [20, 10], 2: []}, [10, 20, 30, 40]).tolist() == [[2, 1, 3.5, 3.5], [2.5, 2.5, 2.5, 2.5]]


def test_places_of_what_is_no_candidate_any_more_close_up() -> None:
    assert places({1: [99, 20, 10]}, [10, 20]).tolist() == [[2, 1]]


@pytest.mark.parametrize("ballots", [BALLOTS, {1: IDS, 2: IDS[::-1], 3: IDS}, {1: IDS[:1], 2: IDS[1:3]}])
def test_w_is_friedmans_statistic_divided(ballots: dict[int, list[int]]) -> None:
    """Friedman's chi-square, corrected for ties, is m (n - 1) W."""
    ranks = places(ballots, IDS)
    if len(ballots) > 2:
        expected = friedmanchisquare(*ranks.T).statistic / (len(ballots) * (len(IDS) - 1))
        assert agreement(ballots, IDS).w == pytest.approx(expected, abs=1e-12)
    from_pairs = mean_spearman(ranks)
    assert (len(ballots) * concordance(ranks) - 1) / (len(ballots) - 1) == pytest.approx(from_pairs, abs=0.12)


def mean_spearman(ranks: np.ndarray) -> float:  # type: ignore[type-arg]
    pairs = itertools.combinations(ranks, 2)
    return float(np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs]))


def test_w_of_whole_rankings_is_the_mean_spearman() -> None:
    ballots = {1: IDS, 2: [20, 10, 40, 30, 60, 50], 3: [60, 10, 20, 30, 40, 50]}
    w = agreement(ballots, IDS).w
    assert w is not None
    assert (3 * w - 1) / 2 == pytest.approx(mean_spearman(places(ballots, IDS)), abs=1e-12)


def test_the_chance_is_that_of_all_orders() -> None:
    """Three ballots of four: all (4!)^2 ways of the other two against the first."""
    ballots = {1: [1, 2, 3, 4], 2: [1, 2, 4, 3], 3: [2, 1, 3, 4]}
    w = float(concordance(places(ballots, [1, 2, 3, 4])))
    orders = list(itertools.permutations(range(1, 5)))
    cases = np.array([[(1, 2, 3, 4), one, other] for one in orders for other in orders], dtype=float)
    exact = float((concordance(cases) >= w - 1e-12).mean())
    assert len(cases) == factorial(4) ** 2
    assert agreement(ballots, [1, 2, 3, 4]).chance == pytest.approx(exact, abs=0.01)


def test_ends_and_words() -> None:
    same = agreement(dict.fromkeys(range(5), IDS), IDS)
    assert (same.w, same.words, same.more_than_chance, same.low, same.high) == (1.0, "unusually strong", True, 1, 1)
    against = agreement({1: IDS, 2: IDS[::-1]}, IDS)
    assert (against.w, against.words, against.more_than_chance) == (0.0, "hardly any", False)
    assert against.low is None


@pytest.mark.parametrize("ballots", [{}, {1: IDS}, {1: [], 2: []}])
def test_where_nothing_can_agree(ballots: dict[int, list[int]]) -> None:
    assert agreement(ballots, IDS) == Agreement(len(ballots), None, None, None, None)


def test_one_person_who_carries_it_shows() -> None:
    told = agreement({1: IDS, 2: IDS, 3: IDS, 4: IDS[::-1]}, IDS)
    assert told.high == 1.0
    assert told.w is not None
    assert told.low is not None
    assert told.low < told.w < told.high


def test_together_is_in_the_order_of_bordas_count() -> None:
    told = together(BALLOTS, IDS)
    points = {one: sum(len(IDS) + 1 - place for place in places(BALLOTS, IDS)[:, at]) for at, one in enumerate(IDS)}
    assert [one.process_id for one in told] == sorted(IDS, key=lambda one: -points[one])
    first = told[0]
    assert (first.process_id, first.first, first.last, first.ranked_by) == (10, 1, 2, 4)
    assert first.mean == pytest.approx(1.5)
    assert first.spread == pytest.approx(np.std([1, 2, 1, 2], ddof=1))
    assert together({}, IDS) == []


def test_agreement_among_those_that_everybody_ranked() -> None:
    """That nobody ranked the rest is agreement too, and is told apart."""
    ballots = {1: [10, 20, 30], 2: [20, 10, 30], 3: [30, 10, 20]}
    told = agreement(ballots, IDS)
    assert (told.shared, told.shared_w) == (3, agreement(ballots, [10, 20, 30]).w)
    assert told.w is not None
    assert told.shared_w is not None
    assert told.shared_w < told.w
    assert agreement(ballots, [10, 20, 30]).shared_w is None
    assert agreement({1: [10], 2: [20]}, IDS).shared_w is None
