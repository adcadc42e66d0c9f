import csv
import json
from collections import defaultdict

import pytest

from app.review.scoring import Aggregate, Place, aggregate, rank, total


def test_what_was_not_answered_is_left_out():
    assert total([(2, 5), (1, 2)]) == 4
    assert total([(2, 5), (1, None)]) == 5
    assert total([(2, None), (1, 1)]) == 1
    assert total([(2, None), (1, None)]) is None
    assert total([]) is None
    assert total([(0, 5)]) is None
    assert total([(1, 0), (1, 4)]) == 2


def test_weights_count_in_proportion():
    assert total([(20, 3), (30, 4), (50, 5)]) == pytest.approx(4.3)
    assert total([(0.2, 3), (0.3, 4), (0.5, 5)]) == pytest.approx(4.3)
    with pytest.raises(ValueError, match="below 0"):
        total([(-1, 3)])


def test_an_idea_stands_at_the_mean_of_its_reviews():
    assert aggregate([2, None, 4]) == Aggregate(3, pytest.approx(2**0.5), 2)
    assert aggregate([3.5]) == Aggregate(3.5, None, 1)
    assert aggregate([None]) == Aggregate(None, None, 0)


def test_ties_share_a_rank_and_the_next_stays_empty():
    means = {"a": 3.0, "b": 0.1 + 0.2, "c": None, "d": 4.5, "e": 3.0, "f": 0.3}
    assert rank(means) == [
        Place("d", 4.5, 1, False),
        Place("a", 3.0, 2, True),
        Place("e", 3.0, 2, True),
        Place("b", 0.1 + 0.2, 4, True),
        Place("f", 0.3, 4, True),
        Place("c", None, None, False),
    ]
    assert [(place.key, place.rank) for place in rank(means, best="low")][:3] == [
        ("b", 1),
        ("f", 1),
        ("a", 3),
    ]


def test_grants_by_their_means(data):
    folder = data / "review_grants_aibs"
    told = json.loads((folder / "expected.json").read_text())
    scores = defaultdict(list)
    with (folder / "aibs_reviews.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            scores[row["ID"]].append(total([(1, float(row["Score"]))]))
    found = {key: aggregate(totals) for key, totals in scores.items()}
    assert {key: round(idea.mean, 6) for key, idea in found.items()} == told["proposal_means"]
    assert {idea.n for idea in found.values()} == {3}
    places = rank({key: found[key].mean for key in sorted(found, key=int)}, best="low")
    assert [int(place.key) for place in places[:10]] == [best["id"] for best in told["best10_by_mean"]]
    assert sum(place.tied for place in places) == told["tied_means"]
    assert [place.rank for place in places[:5]] == [1, 1, 3, 4, 4]
