"""Figures from sums against indices, statsmodels and scipy."""

from math import inf

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from app.voice import comparing, indices, tallies
from app.voice.tallies import Measure, Sums, Tally

RNG = np.random.default_rng(11)
N = 600
SAID = np.where(RNG.random(N) < 0.05, np.nan, RNG.integers(0, 11, N).astype(float))
MONEY = np.where(RNG.random(N) < 0.1, np.nan, 1e6 + RNG.lognormal(3, 1, N))
HEAVY = RNG.uniform(0.2, 3, N)
GROUPS = RNG.integers(-1, 4, N)
ACCOUNTS = RNG.integers(0, 60, N).astype(np.int64)
SAID_OF = SAID + 0.0


def told(measure: Measure, values: np.ndarray, weights: np.ndarray | None = None, accounts: bool = False) -> Tally:
    scored = tallies.scored(measure, values, best=10)
    return tallies.tally(scored, GROUPS, 4, weights, ACCOUNTS if accounts else None)


@pytest.mark.parametrize("weights", [None, HEAVY])
@pytest.mark.parametrize("group", range(4))
def test_unclustered_figures_are_those_of_the_indices(weights: np.ndarray | None, group: int) -> None:
    mine = group == GROUPS
    own = None if weights is None else weights[mine]
    nps = tallies.figure(told(Measure.NPS, SAID, weights).of([group]), Measure.NPS)
    wanted, measured = indices.nps(SAID[mine], own), indices.measured_nps(SAID[mine], own)
    assert measured
    assert nps.estimate.n == wanted.n
    assert (nps.estimate.value, nps.estimate.low, nps.estimate.high) == pytest.approx(
        (wanted.value, wanted.low, wanted.high), abs=1e-10
    )
    assert nps.error == pytest.approx(measured.error)
    mean = tallies.figure(told(Measure.MEAN, MONEY, weights).of([group]), Measure.MEAN)
    expected = indices.mean(MONEY[mine], own)
    assert (mean.estimate.value, mean.estimate.low, mean.estimate.high) == pytest.approx(
        (expected.value, expected.low, expected.high), rel=1e-9
    )
    share = tallies.figure(told(Measure.TOP_TWO, SAID, weights).of([group]), Measure.TOP_TWO).estimate
    top = indices.top_two(SAID[mine], (0, 10), own)
    wanted_share = [100 * (part or 0.0) for part in (top.value, top.low, top.high)]
    assert [share.value, share.low, share.high] == pytest.approx(wanted_share)


def test_groups_add_up() -> None:
    every = told(Measure.NPS, SAID, HEAVY, accounts=True)
    one, two = every.of([0, 1, 2, 3]), every.all()
    assert one.accounts is not None
    assert two.accounts is not None
    assert np.allclose(one.accounts.total, two.accounts.total)
    part, whole = every.of([1]), every.all()
    rest, wanted = whole.without(part), every.of([0, 2, 3])
    assert (rest.n, rest.weight, rest.total) == pytest.approx((wanted.n, wanted.weight, wanted.total))
    assert rest.accounts is not None
    assert wanted.accounts is not None
    assert rest.accounts.many == wanted.accounts.many
    assert np.allclose(rest.accounts.total, wanted.accounts.total)
    assert one.n == int((~np.isnan(SAID[GROUPS >= 0])).sum())
    assert one.accounts.weight.sum() == pytest.approx(one.weight)


@pytest.mark.parametrize("weights", [None, HEAVY])
def test_clustered_means_are_those_of_statsmodels(weights: np.ndarray | None) -> None:
    mine = (GROUPS == 1) & ~np.isnan(MONEY)
    fitted = sm.WLS(MONEY[mine], np.ones(mine.sum()), weights=1.0 if weights is None else weights[mine]).fit(
        cov_type="cluster", cov_kwds={"groups": ACCOUNTS[mine]}, use_t=True
    )
    found = tallies.figure(told(Measure.MEAN, MONEY, weights, accounts=True).of([1]), Measure.MEAN)
    assert found.error == pytest.approx(fitted.bse[0], rel=1e-6)
    assert (found.estimate.low, found.estimate.high) == pytest.approx(tuple(fitted.conf_int()[0]), rel=1e-9)
    assert found.df == len(np.unique(ACCOUNTS[mine])) - 1


@pytest.mark.parametrize("measure", [Measure.NPS, Measure.MEAN, Measure.TOP_TWO])
@pytest.mark.parametrize("weights", [None, HEAVY])
def test_clustered_differences_are_those_of_statsmodels(measure: Measure, weights: np.ndarray | None) -> None:
    values = MONEY if measure is Measure.MEAN else SAID
    y = tallies.scored(measure, values, best=10) * measure.times
    mine = (GROUPS >= 0) & (GROUPS < 2) & ~np.isnan(y)
    design = sm.add_constant((GROUPS[mine] == 1).astype(float))
    fitted = sm.WLS(y[mine], design, weights=1.0 if weights is None else weights[mine]).fit(
        cov_type="cluster", cov_kwds={"groups": ACCOUNTS[mine], "use_correction": False}, use_t=True
    )
    groups = told(measure, values, weights, accounts=True)
    found = comparing.difference(groups.of([0]), groups.of([1]), measure)
    many = len(np.unique(ACCOUNTS[mine]))
    assert found
    assert found.change == pytest.approx(fitted.params[1], rel=1e-6)
    assert found.change / found.statistic == pytest.approx(fitted.bse[1] * (many / (many - 1)) ** 0.5, rel=1e-6)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.statistic), many - 1))


def test_one_answer_an_account_is_nearly_no_cluster() -> None:
    every = np.arange(N)
    scored = tallies.scored(Measure.NPS, SAID)
    alone = tallies.figure(tallies.tally(scored, GROUPS, 4, None, every).of([2]), Measure.NPS)
    plain = tallies.figure(told(Measure.NPS, SAID).of([2]), Measure.NPS)
    assert alone.estimate.low == pytest.approx(plain.estimate.low, abs=1.0)
    assert alone.design_effect == pytest.approx(1.0, abs=0.02)


def test_answers_that_repeat_their_account_count_once_an_account() -> None:
    """Ten copies of each account's answer: as sure as the accounts alone, not ten times as sure."""
    own = RNG.integers(0, 11, 80).astype(float)
    many = tallies.tally(
        tallies.scored(Measure.NPS, np.repeat(own, 10)), np.zeros(800, int), 1, None, np.repeat(np.arange(80), 10)
    )
    found = tallies.figure(many.of([0]), Measure.NPS)
    assert found.accounts == 80
    assert found.design_effect == pytest.approx(10, rel=0.02)
    assert found.effective == pytest.approx(80, rel=0.02)
    wanted = indices.nps(own)
    assert found.estimate.n == 800
    assert found.estimate.value == pytest.approx(wanted.value)
    assert found.estimate.low == pytest.approx(wanted.low, abs=0.6)


def test_welch() -> None:
    groups = told(Measure.MEAN, MONEY)
    parts = [MONEY[(g == GROUPS) & ~np.isnan(MONEY)] for g in range(4)]
    found = comparing.difference(groups.of([0]), groups.of([1]), Measure.MEAN)
    wanted = stats.ttest_ind(parts[1], parts[0], equal_var=False)
    assert found
    assert (found.statistic, found.p) == pytest.approx((wanted.statistic, wanted.pvalue), rel=1e-6)
    every = comparing.overall([groups.of([g]) for g in range(4)], Measure.MEAN, weighted=False)
    oracle = sm.stats.anova_oneway(parts, use_var="unequal")
    assert every
    assert (every.statistic, *every.df, every.p) == pytest.approx(
        (oracle.statistic, *oracle.df, oracle.pvalue), rel=1e-6
    )


def test_chi_square() -> None:
    groups = told(Measure.NPS, SAID)
    found = comparing.overall([groups.of([g]) for g in range(4)], Measure.NPS, weighted=False)
    scored = tallies.scored(Measure.NPS, SAID)
    table = [[int((scored[g == GROUPS] == camp).sum()) for g in range(4)] for camp in (-1, 0, 1)]
    wanted = stats.chi2_contingency(table)
    assert found
    assert (found.statistic, found.p) == pytest.approx((wanted.statistic, wanted.pvalue))
    assert found.df == (6,)


def test_wald_is_the_linear_models() -> None:
    y = tallies.scored(Measure.NPS, SAID)
    mine = (GROUPS >= 0) & ~np.isnan(y)
    design = np.array([(GROUPS[mine] == g) for g in range(4)], dtype=float).T
    fitted = sm.OLS(y[mine], design).fit(
        cov_type="cluster", cov_kwds={"groups": ACCOUNTS[mine], "use_correction": False}, use_t=True
    )
    contrast = np.array([[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1]], dtype=float)
    wanted = fitted.f_test(contrast)
    many = len(np.unique(ACCOUNTS[mine]))
    every = told(Measure.NPS, SAID, accounts=True)
    found = comparing.overall([every.of([g]) for g in range(4)], Measure.NPS, weighted=False)
    assert found
    assert found.statistic == pytest.approx(float(wanted.fvalue) * (many - 1) / many, rel=1e-6)
    assert found.df == (3, many - 1)


@pytest.mark.parametrize("measure", [Measure.NPS, Measure.MEAN, Measure.TOP_TWO])
def test_nothing_and_the_same_everywhere(measure: Measure) -> None:
    empty = tallies.tally(np.array([np.nan]), np.array([0]), 2)
    assert tallies.figure(empty.of([0]), measure).estimate.value is None
    assert comparing.difference(empty.of([0]), empty.of([1]), measure) is None
    same = tallies.tally(np.ones(20), np.arange(20) % 2, 2, None, np.arange(20) // 4)
    found = tallies.figure(same.of([0]), measure)
    assert found.estimate.value == measure.times
    comparing.difference(same.of([0]), same.of([1]), measure)
    comparing.overall([same.of([0]), same.of([1])], measure, weighted=False)
    one = tallies.tally(np.array([1.0]), np.array([0]), 1, None, np.array([5])).of([0])
    assert tallies.figure(one, measure).estimate.low is None


def test_median() -> None:
    values = MONEY[~np.isnan(MONEY)]
    found = tallies.median(MONEY)
    assert found.value == pytest.approx(float(np.median(values)))
    assert found.low is not None
    assert found.high is not None
    # the order statistics of the binomial interval, to a place
    low, high = (int(stats.binom.ppf(p, len(values), 0.5)) for p in (0.025, 0.975))
    ordered = np.sort(values)
    assert ordered[low - 2] <= found.low <= ordered[low + 2]
    assert ordered[high - 2] <= found.high <= ordered[high + 2]
    assert tallies.median(np.array([1.0, 2.0])).value == 1.5
    assert tallies.median(np.array([np.nan])).value is None
    wide = tallies.median(MONEY, None, 4.0)
    assert wide.low is not None
    assert wide.low < found.low


def test_degrees_end_at_the_normal() -> None:
    groups = told(Measure.NPS, SAID)
    found = comparing.difference(groups.of([0]), groups.of([1]), Measure.NPS)
    before, after = (indices.measured_nps(SAID[g == GROUPS]) for g in (0, 1))
    assert found
    assert before
    assert after
    wanted = indices.change(before, after)
    assert (found.change, found.low, found.high, found.statistic) == pytest.approx(
        (wanted.change, wanted.low, wanted.high, wanted.z)
    )
    assert found.df == inf
    assert isinstance(groups.all(), Sums)
