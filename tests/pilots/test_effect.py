from math import sqrt

import numpy as np
import pytest
from scipy import stats

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


def test_a_true_effect_is_covered_as_often_as_promised():
    rng, held = np.random.default_rng(11), 0
    for _ in range(500):
        waves = [measured_share(rng.random(120) < p) for p in (0.4, 0.6, 0.45, 0.5)]
        found = effect(waves[0], waves[1], (waves[2], waves[3])).difference_in_differences
        held += found.low <= 0.15 <= found.high
    assert 0.925 <= held / 500 <= 0.975


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
