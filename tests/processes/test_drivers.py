import itertools
import math
import time

import numpy as np
import pytest
from scipy import stats

from app.processes.drivers import Method, correlation, drive, johnson, shapley
from tests import sfo

YEARS = ("2017", "2018")
OUTCOMES = {"drivers_of_overall": "Q7ALL", "drivers_of_nps": "NETPRO"}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("model", OUTCOMES)
def test_shares_of_the_airport(data, year, model):
    told, core = sfo.expected(data)["years"][year][model], sfo.expected(data)["core_driver_set"]
    given = sfo.answers(data, year)[OUTCOMES[model]], sfo.ratings(data, year, core)
    parted, weighed = shapley(*given), johnson(*given)
    assert parted.n == weighed.n == told["n_complete_cases"]
    assert parted.r2 == pytest.approx(told["r2"], abs=5e-7)
    assert weighed.r2 == pytest.approx(told["r2"], abs=5e-7)
    assert sum(parted.shares) == pytest.approx(1)
    assert sum(weighed.shares) == pytest.approx(1)
    for i, column in enumerate(core):
        item = told["items"][column]
        assert parted.impacts[i].value == pytest.approx(item["shapley_lmg_r2"], abs=5e-7)
        assert 100 * parted.shares[i] == pytest.approx(item["shapley_share_pct"], abs=5e-5)
        assert 100 * weighed.shares[i] == pytest.approx(item["johnson_share_pct"], abs=5e-5)


@pytest.mark.parametrize("year", YEARS)
def test_correlations_of_the_airport(data, year):
    told, columns = sfo.expected(data)["years"][year]["touchpoints"], sfo.expected(data)["touchpoints"]
    said = sfo.ratings(data, year, columns)
    for outcome, key in (("Q7ALL", "overall"), ("NETPRO", "nps")):
        found = correlation(sfo.answers(data, year)[outcome], said)
        for column, impact in zip(columns, found.impacts, strict=True):
            assert impact.value == pytest.approx(told[column][f"r_with_{key}"], abs=5e-7)
            assert impact.n == told[column][f"n_pair_{key}"]


def made(n: int, k: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    drivers = rng.normal(size=(n, k)) + rng.normal(size=(n, 1))
    return drivers @ np.linspace(0, 1, k) + rng.normal(size=n) * 2, drivers


def test_lmg_is_the_mean_over_all_orders():
    outcome, drivers = made(80, 4)

    def r2(chosen):
        model = np.column_stack((np.ones(80), drivers[:, list(chosen)]))
        rest = outcome - model @ np.linalg.lstsq(model, outcome, rcond=None)[0]
        return 1 - rest.var() / outcome.var()

    gains = np.zeros(4)
    for order in itertools.permutations(range(4)):
        for place, driver in enumerate(order):
            gains[driver] += r2(order[: place + 1]) - r2(order[:place])
    assert [impact.value for impact in shapley(outcome, drivers).impacts] == pytest.approx(gains / 24)


def test_relative_weights_by_their_definition():
    outcome, drivers = made(200, 3, seed=5)
    z = (drivers - drivers.mean(0)) / drivers.std(0)
    left, _, right = np.linalg.svd(z, full_matrices=False)
    nearest = left @ right * math.sqrt(200)
    loading = nearest.T @ z / 200
    slopes = nearest.T @ ((outcome - outcome.mean()) / outcome.std()) / 200
    told = (loading.T**2) @ slopes**2
    assert [impact.value for impact in johnson(outcome, drivers).impacts] == pytest.approx(told)


def test_interval_of_a_correlation_is_fishers():
    outcome, drivers = made(60, 2)
    drivers[:7, 1] = np.nan
    impact = correlation(outcome, drivers).impacts[1]
    told = stats.pearsonr(drivers[7:, 1], outcome[7:])
    low, high = told.confidence_interval(0.95)
    assert (impact.value, impact.low, impact.high) == pytest.approx((told.statistic, low, high))
    assert impact.n == 53


@pytest.mark.parametrize("method", Method)
def test_a_weight_of_two_is_like_answering_twice(method):
    outcome, drivers = made(90, 3)
    weights = np.where(np.arange(90) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(90), weights.astype(int))
    weighted = drive(method, outcome, drivers, weights)
    repeated = drive(method, outcome[twice], drivers[twice])
    for one, other in zip(weighted.impacts, repeated.impacts, strict=True):
        assert one.value == pytest.approx(other.value)
        assert one.n == 90


@pytest.mark.parametrize("method", [Method.SHAPLEY, Method.JOHNSON])
def test_a_driver_said_twice_shares_its_part(method):
    outcome, drivers = made(100, 3)
    doubled = np.column_stack((drivers, drivers[:, 2], np.full(100, 4.0)))
    found = drive(method, outcome, doubled)
    assert found.r2 == pytest.approx(drive(method, outcome, drivers).r2)
    assert found.impacts[2].value == pytest.approx(found.impacts[3].value)
    assert found.impacts[4].value == pytest.approx(0)


@pytest.mark.parametrize("method", Method)
def test_what_does_not_vary_has_no_impact(method):
    _, drivers = made(50, 2)
    for outcome in (np.full(50, 3.0), np.full(50, np.nan)):
        found = drive(method, outcome, drivers)
        assert [impact.value for impact in found.impacts] == [None, None]
        assert found.r2 is found.shares is None


def test_too_few_complete_cases_fit_no_model():
    outcome, drivers = made(4, 3)
    assert shapley(outcome, drivers).r2 is None


def test_fifteen_drivers_are_quick_and_sixteen_refused():
    outcome, drivers = made(400, 15)
    begun = time.process_time()
    found = shapley(outcome, drivers)
    assert time.process_time() - begun < 1
    assert found.r2 == pytest.approx(johnson(outcome, drivers).r2)
    with pytest.raises(ValueError, match="at most 15"):
        shapley(*made(400, 16))
