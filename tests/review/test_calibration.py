"""Calibrated scores: real committees, panels of known severity, and scores that say nothing."""

import csv
import json

import numpy as np
import pytest
from scipy.stats import kendalltau

from app.review.calibration import Doubt, calibrate, code, components
from app.review.saying import doubts_in_words, found_in_words
from tests.review.panels import Panel

GRANTS = "review_grants_aibs"
PANELS = 500


@pytest.fixture(scope="module")
def grants(data):
    with (data / GRANTS / "aibs_reviews.csv").open(newline="") as lines:
        return [(row["ID"], row["RevID"], float(row["Score"])) for row in csv.DictReader(lines)]


def test_grants_as_the_answer_that_was_worked_out_apart(grants, data):
    told = json.loads((data / GRANTS / "expected.json").read_text())
    model = told["crossed_mixed_model_reml"]
    found = calibrate(grants, best="low")
    assert {one.item: round(one.mean, 6) for one in found.items} == told["proposal_means"]
    assert {one.item: one.adjusted for one in found.items} == pytest.approx(model["adjusted"], abs=1e-3)
    assert {one.item: one.se for one in found.items} == pytest.approx(model["se"], abs=1e-3)
    assert found.overall == pytest.approx(model["mu"], abs=1e-3)
    assert found.item_variance == pytest.approx(model["var_proposal"], abs=1e-3)
    assert found.noise_variance == pytest.approx(model["var_noise"], abs=1e-3)
    assert found.reviewer_variance == 0
    assert {one.reviewer: one.severity for one in found.reviewers} == dict.fromkeys(model["severity"], 0.0)
    assert found.parts == told["connected_parts_of_proposal_reviewer_graph"] == 1
    assert found.doubts == ()


def test_where_there_is_no_severity_the_raw_order_stays(grants):
    found = calibrate(grants, best="low")
    by_mean = sorted(found.items, key=lambda one: round(one.mean, 9))
    assert [one.mean for one in found.items] == pytest.approx([one.mean for one in by_mean])
    assert "variance 0" in found_in_words(found)[0]
    for one in found.items:
        assert one.low == pytest.approx(one.adjusted - 1.959964 * one.se)
        assert one.rank_low <= one.rank <= one.rank_high


def test_the_order_of_rows_and_which_end_is_best_change_nothing_else(grants):
    found = calibrate(grants, best="low")
    back = calibrate(grants[::-1], best="low")
    assert {one.item: one.adjusted for one in back.items} == pytest.approx(
        {one.item: one.adjusted for one in found.items}
    )
    turned = calibrate([(item, by, 6 - score) for item, by, score in grants])
    assert {one.item: 6 - one.adjusted for one in turned.items} == pytest.approx(
        {one.item: one.adjusted for one in found.items}
    )
    assert {one.item: one.rank for one in turned.items} == {one.item: one.rank for one in found.items}


def test_calibrated_order_beats_the_raw_one_and_intervals_cover():
    """The promise, on panels in which members differ in severity and each reads some of the ideas."""
    chance = np.random.default_rng(20261122)
    gains, covered, ranked = [], [], []
    for _ in range(PANELS):
        rows, truth = Panel().drawn(chance)
        items = sorted(calibrate(rows).items, key=lambda one: one.item)
        raw, adjusted = ([getattr(one, name) for one in items] for name in ("mean", "adjusted"))
        gains.append(kendalltau(adjusted, truth).statistic - kendalltau(raw, truth).statistic)
        covered += [one.low <= true <= one.high for one, true in zip(items, truth, strict=True)]
        ranks = np.argsort(np.argsort(-truth)) + 1
        ranked += [one.rank_low <= rank <= one.rank_high for one, rank in zip(items, ranks, strict=True)]
    assert np.mean(gains) > 0.05
    assert np.mean(gains) > 10 * np.std(gains) / PANELS**0.5
    assert 0.92 <= np.mean(covered) <= 0.98
    assert 0.92 <= np.mean(ranked) <= 0.99


@pytest.mark.parametrize(
    "panel",
    [
        Panel(12, 4, 3, 0.3, 0.2, 0.3),
        Panel(10, 5, 5, 0.3, 0.2, 0.3),
        Panel(6, 3, 3, 0.3, 0.2, 0.3),
        Panel(20, 6, 6, 0.1, 0.3, 0.5),
        Panel(24, 8, 3, 0.25, 0.0, 0.4),
        Panel(25, 8, 5, 0.25, 0.3, 0.4),
    ],
    ids=str,
)
def test_intervals_cover_in_small_committees_too(panel):
    chance = np.random.default_rng(7)
    covered = []
    for _ in range(250):
        rows, truth = panel.drawn(chance)
        covered += [one.low <= truth[one.item] <= one.high for one in calibrate(rows).items]
    assert 0.92 <= np.mean(covered) <= 0.98


def test_severity_has_one_sign_whichever_end_is_best():
    quality, harsh = [1.0, 2.0, 2.5, 4.0, 4.5, 3.0, 3.5, 2.0], [0.0, 1.0, -1.0]
    noise = np.random.default_rng(5).normal(0, 0.2, (8, 3))
    rows = [(i, j, quality[i] - harsh[j] + noise[i, j]) for i in range(8) for j in range(3)]
    high = [one.severity for one in calibrate(rows).reviewers]
    low = [one.severity for one in calibrate([(i, j, 6 - score) for i, j, score in rows], best="low").reviewers]
    assert high == pytest.approx(low)
    assert high == pytest.approx([0, 1, -1], abs=0.25)


def test_ties_share_a_rank():
    rows = [(item, by, score) for by in "rst" for item, score in (("a", 5.0), ("b", 3.0), ("c", 3.0), ("d", 1.0))]
    assert [(one.item, one.rank) for one in calibrate(rows).items] == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]


def test_reviewers_who_agree_leave_no_noise():
    found = calibrate([(item, by, float(item)) for item in range(4) for by in range(3)])
    assert (found.reviewer_variance, found.noise_variance) == (0, 0)
    assert [one.adjusted for one in found.items] == pytest.approx([3, 2, 1, 0], abs=1e-5)
    assert [(one.rank_low, one.rank_high) for one in found.items] == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_ideas_that_do_not_differ_have_every_rank():
    found = calibrate([(item, by, float((item + by) % 2)) for item in range(6) for by in range(4)])
    assert found.item_variance == 0
    assert found.doubts == (Doubt.FLAT,)
    assert {(one.adjusted, one.rank, one.rank_low, one.rank_high) for one in found.items} == {(0.5, 1, 1, 6)}


NOTHING = {
    "one score": ([("a", "r", 3.0)], {Doubt.ALONE, Doubt.EQUAL, Doubt.FEW}),
    "one reviewer": ([(i, 0, float(i % 5)) for i in range(12)], {Doubt.ALONE, Doubt.SINGLE, Doubt.FEW}),
    "one item": ([(0, i, float(i % 5)) for i in range(12)], {Doubt.ALONE, Doubt.FEW}),
    "one review each": ([(i, i % 3, float(i % 5)) for i in range(12)], {Doubt.SINGLE, Doubt.APART, Doubt.FEW}),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_cannot_be_told_is_not_told(name):
    rows, doubts = NOTHING[name]
    found = calibrate(rows)
    assert set(found.doubts) == doubts
    assert {(one.adjusted, one.low, one.rank_high) for one in found.items} == {(None, None, None)}
    means = [one.mean for one in found.items]
    assert means == sorted(means, reverse=True)
    assert found.items[0].rank == 1
    assert len(doubts_in_words(found)) == len(doubts)
    assert found_in_words(found) == []


def test_all_scores_the_same():
    found = calibrate([(item, by, 3.0) for item in range(4) for by in range(3)])
    assert found.doubts == (Doubt.EQUAL,)
    assert {(one.adjusted, one.rank, one.rank_low, one.rank_high) for one in found.items} == {(3.0, 1, 1, 4)}
    assert {one.severity for one in found.reviewers} == {0.0}


def test_groups_that_nobody_joins():
    apart = [(item, by + 3 * (item % 2), float((item * 7 + by * 3) % 5)) for item in range(8) for by in range(3)]
    found = calibrate(apart)
    assert (found.parts, found.connected) == (2, False)
    assert Doubt.APART in found.doubts
    joined = calibrate([*apart, (0, 3, 2.0)])
    assert joined.connected
    chain = [(place, place + step, float(place)) for place in range(300) for step in (0, 1)]
    assert components(code(chain)) == 1
    assert components(code([row for row in chain if row[0] not in (100, 200)])) == 3


def test_a_reviewer_tied_to_one_item_cannot_be_told_from_it():
    found = calibrate([(item, item, float((item + turn * 3) % 5 + item)) for item in range(6) for turn in range(4)])
    assert found.item_variance > 0
    assert found.reviewer_variance is None
    assert {one.severity for one in found.reviewers} == {None}


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_the_unit_of_the_score_does_not_matter(scale):
    rows, _ = Panel(12, 5, 4).drawn(np.random.default_rng(3))
    plain, scaled = calibrate(rows), calibrate([(item, by, score * scale) for item, by, score in rows])
    assert [one.item for one in scaled.items] == [one.item for one in plain.items]
    assert [one.rank_high for one in scaled.items] == [one.rank_high for one in plain.items]
    assert [one.adjusted for one in scaled.items] == pytest.approx(
        [one.adjusted * scale for one in plain.items], rel=1e-6
    )


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(score):
    with pytest.raises(ValueError, match="numbers"):
        calibrate([("a", "r", score)])
    with pytest.raises(ValueError, match="one at least"):
        calibrate([])
