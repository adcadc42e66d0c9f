"""Tails against scipy; corrections against statsmodels."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from app.voice import distributions as d


@pytest.mark.parametrize("df", [0.7, 1, 2, 3.5, 11, 60, 999.5, 1e6])
def test_student(df: float) -> None:
    for t in (0.0, 1e-6, 0.3, 1.0, 1.96, 4.51, 12.0, 40.0):
        assert d.t_two(t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-8)
        assert d.t_two(-t, df) == d.t_two(t, df)
    assert d.t95(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)


def test_the_normal_is_where_degrees_end() -> None:
    assert d.t95(float("inf")) == pytest.approx(stats.norm.ppf(0.975), rel=1e-12)
    assert d.t_two(4.51, float("inf")) == pytest.approx(2 * stats.norm.sf(4.51), rel=1e-9)
    assert d.t95(0) == float("inf")


@pytest.mark.parametrize("df", [1, 2, 5, 17.5, 200])
def test_chi_square_and_f(df: float) -> None:
    for value in (0.0, 1e-4, 0.5, 3.0, 20.0, 300.0):
        assert d.chi2_above(value, df) == pytest.approx(stats.chi2.sf(value, df), rel=1e-8)
        for other in (1.5, 8, 400):
            assert d.f_above(value, df, other) == pytest.approx(stats.f.sf(value, df, other), rel=1e-7, abs=1e-300)
        assert d.f_above(value, df, float("inf")) == pytest.approx(stats.chi2.sf(value * df, df), rel=1e-8)


def test_corrections() -> None:
    values = list(np.random.default_rng(3).beta(0.4, 2, size=40))
    assert d.holm(values) == pytest.approx(multipletests(values, method="holm")[1])
    assert d.benjamini_hochberg(values) == pytest.approx(multipletests(values, method="fdr_bh")[1])
    with_gaps = [None, 0.01, None, 0.04]
    assert d.holm(with_gaps) == [None, 0.02, None, 0.04]
    assert d.benjamini_hochberg(with_gaps) == [None, 0.02, None, 0.04]
    assert d.holm([]) == []
