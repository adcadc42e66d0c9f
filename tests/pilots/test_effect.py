from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS

from app.pilots.effect import Difference, Effect, Verdict, Worth, effect
from app.voice.indices import Measured, measured_mean, measured_nps, measured_share
from tests import sfo


def test_recommending_the_airport_worsened(data):
    told = sfo.expected(data)["change_2017_to_2018"]["nps"]
    waves = [measured_nps(sfo.answers(data, year)["NETPRO"]) for year in ("2017", "2018")]
    found = effect(*waves)
    assert (found.change, found.z) == (
        pytest.approx(told["diff"], abs=2e-4),
        pytest.approx(told["z"], abs=2e-4),
    )
    assert (found.n_before, found.n_after, found.verdict) == (2746, 2650, Verdict.WORSENED)
    assert (found.comparison, found.difference_in_differences, found.worth) == (None, None, None)


def test_feeling_safe_did_not_change(data):
    waves = [measured_mean(sfo.answers(data, year)["Q10SAFE"]) for year in ("2017", "2018")]
    found = effect(*waves)
    assert found.verdict == Verdict.NO_CHANGE
    assert found.low < 0 < found.high


def test_a_change_of_means_is_welchs():
    rng = np.random.default_rng(4)
    before, after = rng.normal(3, 1, 400), rng.normal(3.6, 1.4, 250)
    found, told = (
        effect(measured_mean(before), measured_mean(after)),
        stats.ttest_ind(after, before, equal_var=False),
    )
    assert found.z == pytest.approx(told.statistic)
    low, high = told.confidence_interval()
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-3), pytest.approx(high, abs=2e-3))
    assert found.verdict == Verdict.IMPROVED


def test_the_comparison_takes_away_what_happened_everywhere():
    """Satisfaction rose by 15 points of 100 where the pilot ran and by 5 elsewhere: ten are the pilot's."""
    answers = [[1] * yes + [0] * (200 - yes) for yes in (100, 130, 110, 120)]
    before, after, other_before, other_after = map(measured_share, answers)
    found = effect(before, after, (other_before, other_after))
    error = sqrt(sum(p * (1 - p) / 200 for p in (0.5, 0.65, 0.55, 0.6)))
    against = found.difference_in_differences
    assert (found.change, found.comparison.change, against.change) == pytest.approx((0.15, 0.05, 0.1))
    assert (against.low, against.high) == pytest.approx((0.1 - 1.959964 * error, 0.1 + 1.959964 * error), abs=1e-6)
    assert against.z == pytest.approx(0.1 / error)
    assert (found.low > 0, found.verdict) == (True, Verdict.NO_CHANGE)


def test_every_touchpoint_moved_as_told(data):
    told = sfo.expected(data)["change_2017_to_2018"]
    touchpoints = [name for name in told if name != "nps"]
    assert len(touchpoints) > 20
    for name in touchpoints:
        found = effect(*(measured_mean(sfo.answers(data, year)[name]) for year in ("2017", "2018")))
        assert (found.change, found.z) == (
            pytest.approx(told[name]["diff"], abs=1e-5),
            pytest.approx(told[name]["z_welch"], abs=2e-4),
        )


@pytest.mark.parametrize("outcome", ["NETPRO", "Q7ALL"])
def test_by_boarding_area_it_is_the_interaction_of_a_regression(data, outcome):
    """Against statsmodels: ordinary least squares with place, time and both, each cell with a variance of its own: that
    of shares divided by n (HC0), that of means by n - 1 (HC2)."""
    waves = {year: (sfo.answers(data, year)[outcome], sfo.labels(data, year, "BAREA")) for year in ("2017", "2018")}
    areas = sorted(set(waves["2017"][1]) & set(waves["2018"][1]) - {""})
    assert len(areas) >= 6
    nps = outcome == "NETPRO"
    for area in areas:
        there = {year: of == area for year, (_, of) in waves.items()}
        cells = [
            (waves[year][0][there[year] == side], year == "2018", side) for side in (True, False) for year in waves
        ]
        figures = [(measured_nps if nps else measured_mean)(values) for values, _, _ in cells]
        found = effect(figures[0], figures[1], (figures[2], figures[3])).difference_in_differences
        y, after, place = (
            np.concatenate(part) for part in zip(*(spread(*cell, nps=nps) for cell in cells), strict=True)
        )
        fitted = OLS(y, np.column_stack([np.ones(len(y)), after, place, after * place])).fit(
            cov_type="HC0" if nps else "HC2"
        )
        low, high = fitted.conf_int()[3]
        assert found.change == pytest.approx(fitted.params[3], abs=1e-6)
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def spread(values, after, place, *, nps):
    said = values[~np.isnan(values)]
    y = 100.0 * ((said >= 9).astype(float) - (said <= 6)) if nps else said
    return y, np.full(len(y), float(after)), np.full(len(y), float(place))


LEVELS = np.array([10.0, 8.0, 3.0])


def simulated(rng, shares, sizes):
    """One pilot: NPS before and after, there and elsewhere."""
    return [measured_nps(rng.choice(LEVELS, n, p=of)) for of, n in zip(shares, sizes, strict=True)]


def test_a_true_effect_is_covered_as_often_as_promised():
    """2,000 pilots of several sizes, in NPS and in shares: the intervals hold the truth in 93.5 to 96.5 %."""
    rng = np.random.default_rng(11)
    before, there, elsewhere = [0.4, 0.3, 0.3], [0.5, 0.3, 0.2], [0.42, 0.3, 0.28]
    truth = 20.0 - 4.0
    held = 0
    for number in range(2000):
        sizes = ((120, 120, 400, 400), (300, 80, 900, 300), (60, 200, 60, 200))[number % 3]
        waves = simulated(rng, (before, there, before, elsewhere), sizes)
        found = effect(waves[0], waves[1], (waves[2], waves[3])).difference_in_differences
        held += found.low <= truth <= found.high
    assert 0.935 <= held / 2000 <= 0.965
    held = 0
    for _ in range(2000):
        waves = [measured_share(rng.random(120) < p) for p in (0.4, 0.6, 0.45, 0.5)]
        found = effect(waves[0], waves[1], (waves[2], waves[3])).difference_in_differences
        held += found.low <= 0.15 <= found.high
    assert 0.935 <= held / 2000 <= 0.965


def test_a_pilot_that_does_nothing_is_seldom_told_otherwise():
    rng, told = np.random.default_rng(12), 0
    same, later = [0.4, 0.3, 0.3], [0.36, 0.32, 0.32]  # all of them fell, there and elsewhere alike
    for number in range(2000):
        sizes = ((120, 120, 400, 400), (300, 80, 900, 300), (40, 40, 40, 40))[number % 3]
        waves = simulated(rng, (same, later, same, later), sizes)
        verdict = effect(waves[0], waves[1], (waves[2], waves[3])).verdict
        told += verdict in (Verdict.IMPROVED, Verdict.WORSENED)
    assert told / 2000 <= 0.065


@pytest.mark.parametrize(
    ("value", "smallest", "verdict", "worth"),
    [
        (10, 4, Verdict.IMPROVED, Worth.YES),
        (10, 9, Verdict.IMPROVED, Worth.PERHAPS),
        (10, 15, Verdict.IMPROVED, Worth.NO),
        (1, 3, Verdict.NO_CHANGE, Worth.PERHAPS),
        (-1, 4, Verdict.NO_CHANGE, Worth.NO),
        (-10, 4, Verdict.WORSENED, Worth.NO),
        (10, None, Verdict.IMPROVED, None),
    ],
)
def test_the_words_follow_from_the_interval(value, smallest, verdict, worth):
    found = effect(Measured(20, 1, 500), Measured(20 + value, 1, 500), worth_having=smallest)
    assert (found.verdict, found.worth) == (verdict, worth)


def test_too_little_data():
    plenty, few = Measured(0, 1, 500), Measured(50, 1, 29)
    thin = effect(plenty, few, worth_having=1)
    assert (thin.change, thin.n_after, thin.verdict, thin.worth) == (50, 29, Verdict.TOO_LITTLE, None)
    assert effect(plenty, Measured(50, 1, 30)).verdict == Verdict.IMPROVED
    assert effect(plenty, Measured(50, 1, 500), (plenty, few)).verdict == Verdict.TOO_LITTLE
    assert effect(plenty, Measured(50, 1, 500), (plenty, None)).verdict == Verdict.TOO_LITTLE
    assert effect(None, plenty) == Effect(None, None, None, None, 0, 500, None, None, Verdict.TOO_LITTLE, None)


def test_figures_that_do_not_vary_have_no_z():
    still = Measured(4, 0, 50)
    assert effect(still, still, (still, still)).difference_in_differences == Difference(0, 0, 0, None)


def test_the_smallest_effect_is_above_zero():
    with pytest.raises(ValueError, match="above 0"):
        effect(Measured(0, 1, 50), Measured(0, 1, 50), worth_having=0)
