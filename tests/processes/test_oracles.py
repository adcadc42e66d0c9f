"""Our shares against pingouin and our regression against statsmodels, on the same real rows."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from app.processes.drivers import Method, johnson, shapley
from app.processes.resampling import Block
from app.processes.study import study
from tests import sfo

YEARS = ("2017", "2018")
OUTCOMES = ("Q7ALL", "NETPRO")


def rows(data: Path, year: str, outcome: str) -> tuple[np.ndarray, np.ndarray]:
    """Who answered everything: the outcome and the twelve core drivers."""
    said, told = sfo.ratings(data, year, sfo.expected(data)["core_driver_set"]), sfo.answers(data, year)[outcome]
    whole = ~np.isnan(np.column_stack((said, told))).any(axis=1)
    return told[whole], said[whole]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_lmg_is_pingouins(data: Path, year: str, outcome: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the oracle's own imports warn of is not ours
        import pingouin

    told, said = rows(data, year, outcome)
    few = said[:, :8]  # pingouin fits all 2^k models one by one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=FutureWarning)
        oracle = pingouin.linear_regression(few, told, relimp=True)
    found = shapley(told, few)
    assert found.r2 == pytest.approx(float(oracle["r2"].iloc[0]), abs=1e-9)
    theirs = np.asarray(oracle["relimp"].iloc[1:], dtype=float)
    assert [one.value for one in found.impacts] == pytest.approx(list(theirs), abs=1e-9)
    percent = np.asarray(oracle["relimp_perc"].iloc[1:], dtype=float)
    assert [100 * share for share in found.shares] == pytest.approx(list(percent), abs=1e-7)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_regression_is_statsmodels(data: Path, year: str, outcome: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.regression.linear_model import OLS, WLS

    told, said = rows(data, year, outcome)
    weights = np.random.default_rng(4).uniform(0.2, 3, len(told))
    model = np.column_stack((np.ones(len(told)), said))
    for oracle, heavy in ((OLS(told, model).fit(), None), (WLS(told, model, weights).fit(), weights)):
        for found in (shapley(told, said, heavy), johnson(told, said, heavy)):
            assert found.n == int(oracle.nobs)
            assert found.r2 == pytest.approx(oracle.rsquared, abs=1e-10)
        block = Block(told[:, None], said, said, np.ones(len(told)) if heavy is None else heavy)
        tie = study(block, (outcome,), said.shape[1], Method.JOHNSON, resamples=0).tie(outcome)
        assert tie.complete == int(oracle.nobs)
        assert tie.models[Method.SHAPLEY].r2 == pytest.approx(oracle.rsquared, abs=1e-10)
        assert tie.models[Method.JOHNSON].r2 == pytest.approx(oracle.rsquared, abs=1e-10)
