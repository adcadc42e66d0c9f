import math

import numpy as np
import pytest
from scipy import stats

from app.voice.distributions import t95
from app.voice.indices import (
    Camps,
    camps,
    change,
    mean,
    measured_mean,
    measured_nps,
    measured_share,
    nps,
    percent,
    share,
    tcs,
    top_two,
    turned,
)
from tests import sfo

YEARS = ("2017", "2018")


@pytest.mark.parametrize("year", YEARS)
def test_nps_of_the_airport(data, year):
    told, said = sfo.expected(data)["years"][year], sfo.answers(data, year)
    score = nps(said["NETPRO"])
    assert score.n == told["nps"]["n"]
    assert score.value == pytest.approx(told["nps"]["nps"], abs=5e-5)
    assert score.low < score.value < score.high
    assert camps(said["NETPRO"]) == Camps(*(told["nps"][k] for k in ("promoters", "passives", "detractors")))
    weighted = nps(said["NETPRO"], said["WEIGHT"])
    assert weighted.value == pytest.approx(told["nps_weighted"]["nps"], abs=5e-5)
    assert weighted.n == score.n
    assert mean(said["NETPRO"]).value == pytest.approx(told["nps"]["mean"], abs=5e-7)
    assert measured_nps(said["NETPRO"]).error == pytest.approx(told["nps"]["nps_se_unweighted_formula"], abs=5e-5)


@pytest.mark.parametrize("year", YEARS)
def test_every_touchpoint_of_the_airport(data, year):
    told, said = sfo.expected(data)["years"][year], sfo.answers(data, year)
    for column, answer in {**told["touchpoints"], "Q7ALL": told["overall_Q7ALL"]}.items():
        satisfied = tcs(said[column], (1, 5))
        assert satisfied.mean.n == answer["n"]
        assert satisfied.mean.value == pytest.approx(answer["mean"], abs=5e-7)
        assert 100 * satisfied.top_two.value == pytest.approx(answer["top2_box_4_5"], abs=5e-5)
        heavy = tcs(said[column], (1, 5), said["WEIGHT"])
        assert heavy.mean.value == pytest.approx(answer["mean_weighted"], abs=5e-7)
        assert 100 * heavy.top_two.value == pytest.approx(answer["top2_box_weighted"], abs=5e-5)
        assert percent(said[column], (1, 5))[~np.isnan(said[column])].mean() == pytest.approx(
            25 * (answer["mean"] - 1), abs=5e-5
        )


def test_change_between_the_waves(data):
    told = sfo.expected(data)["change_2017_to_2018"]
    before, after = (sfo.answers(data, year) for year in YEARS)
    fell = change(measured_nps(before["NETPRO"]), measured_nps(after["NETPRO"]))
    assert fell.change == pytest.approx(told["nps"]["diff"], abs=2e-4)
    assert fell.z == pytest.approx(told["nps"]["z"], abs=2e-4)
    assert fell.high < 0
    for column in set(told) - {"nps"}:
        moved = change(measured_mean(before[column]), measured_mean(after[column]))
        assert moved.change == pytest.approx(told[column]["diff"], abs=2e-6)
        assert moved.z == pytest.approx(told[column]["z_welch"], abs=2e-4)
        assert (moved.low <= 0 <= moved.high) == (abs(moved.z) <= 1.959964)


@pytest.mark.parametrize("year", YEARS)
def test_careless_answers_do_not_come_out(data, year):
    wrong, said = (
        sfo.expected(data)["years"][year]["wrong_answers_to_reject"],
        sfo.answers(data, year)["NETPRO"],
    )
    figures = [v for k, v in wrong.items() if k.startswith("NPS")]
    assert len(figures) == 3
    assert all(abs(nps(said).value - figure) > 0.5 for figure in figures)
    with pytest.raises(ValueError, match="0 to 10"):
        nps(np.append(said, 11))
    for column in ("Q7PARK", "Q7RENTAL", "Q7FOOD"):
        value = mean(sfo.answers(data, year)[column]).value
        assert all(abs(value - figure) > 0.02 for figure in wrong[column].values())


def test_nps_interval_by_hand():
    """Six promoters, two passives, two detractors: 6.75/13 - 2.75/13, with its variance over 13."""
    answers = [9, 9, 10, 10, 9, 10, 7, 8, 0, 6, math.nan]
    centre = (6.75 - 2.75) / 13
    error = math.sqrt(((6.75 + 2.75) / 13 - centre**2) / 13)
    score = nps(answers)
    assert (score.value, score.n) == (pytest.approx(40), 10)
    assert score.low == pytest.approx(100 * (centre - 1.959964 * error), abs=1e-4)
    assert score.high == pytest.approx(100 * (centre + 1.959964 * error), abs=1e-4)


def test_nps_interval_covers_what_is_true():
    rng, camp = np.random.default_rng(7), np.array([10, 7, 3])
    true = 100 * (0.5 - 0.2)
    scores = [nps(rng.choice(camp, 40, p=(0.5, 0.3, 0.2))) for _ in range(800)]
    assert 0.93 <= np.mean([score.low <= true <= score.high for score in scores]) <= 0.975


def test_interval_of_a_mean_is_students():
    values = np.array([1, 5, 4, 4, 2, np.nan, 3])
    given = values[~np.isnan(values)]
    low, high = stats.t.interval(0.95, len(given) - 1, given.mean(), stats.sem(given))
    figure = mean(values)
    assert (figure.low, figure.high) == (pytest.approx(low, abs=3e-3), pytest.approx(high, abs=3e-3))


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 12.5, 29, 100, 5000])
def test_points_of_students_t(df):
    assert t95(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)


def test_between_whole_small_degrees_t_is_never_too_narrow():
    assert all(t95(df) == pytest.approx(stats.t.ppf(0.975, df)) for df in np.arange(1, 3, 0.1))


@pytest.mark.parametrize(("yes", "n"), [(0, 12), (1, 12), (7, 40), (300, 301), (12, 12)])
def test_interval_of_a_share_is_wilsons(yes, n):
    told = stats.binomtest(yes, n).proportion_ci(method="wilson")
    figure = share([1] * yes + [0] * (n - yes))
    assert figure.value == pytest.approx(yes / n)
    assert (figure.low, figure.high) == (pytest.approx(told.low), pytest.approx(told.high))


def test_a_scale_that_runs_backwards_is_turned():
    said = np.array([1, 1, 2, 5, np.nan])
    assert turned(said, (5, 1))[:4].tolist() == [5, 5, 4, 1]
    assert percent(said, (5, 1))[:4].tolist() == [100, 100, 75, 0]
    assert mean(turned(said, (5, 1))).value == pytest.approx(6 - 9 / 4)
    assert top_two(said, (5, 1)).value == 0.75
    assert top_two(said, (1, 5)).value == 0.25


def test_equal_weights_change_nothing_and_unequal_ones_widen():
    rng = np.random.default_rng(3)
    said = rng.integers(0, 11, 300).astype(float)
    for figure in (nps, mean, lambda v, w=None: share(np.where(v > 5, 1.0, 0.0), w)):
        plain, same = figure(said), figure(said, np.full(300, 2.5))
        assert (same.value, same.low, same.high) == pytest.approx((plain.value, plain.low, plain.high))
        uneven = figure(said, rng.uniform(0.1, 3, 300))
        assert uneven.high - uneven.low > plain.high - plain.low


def test_nobody_answered():
    nothing = [math.nan, math.nan]
    for figure in (nps(nothing), mean(nothing), share(nothing), mean([])):
        assert (figure.value, figure.low, figure.high, figure.n) == (None, None, None, 0)
    assert measured_nps(nothing) is measured_mean(nothing) is measured_share(nothing) is None
    alone = mean([4.0])
    assert (alone.value, alone.low, alone.high, alone.n) == (4, None, None, 1)


def test_all_of_one_mind_still_has_an_error():
    assert measured_nps([10] * 20).error > 0
    assert measured_share([1] * 20).error > 0
    still = change(measured_mean([4.0] * 20), measured_mean([4.0] * 20))
    assert (still.change, still.z) == (0, None)


@pytest.mark.parametrize("wrong", [lambda: percent([0, 3], (1, 5)), lambda: turned([6], (1, 5))])
def test_a_value_off_the_scale_is_refused(wrong):
    with pytest.raises(ValueError, match="outside the scale"):
        wrong()


def test_weights_must_fit():
    with pytest.raises(ValueError, match="3 answers came with 2 weights"):
        mean([1, 2, 3], [1, 1])
    with pytest.raises(ValueError, match="weight is missing"):
        mean([1, 2, 3], [1, math.nan, 1])
