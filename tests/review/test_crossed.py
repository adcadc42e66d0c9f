"""The crossed model against dense algebra, against statsmodels, and within its time."""

from time import process_time

import numpy as np
import pandas
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from app.review.calibration import calibrate
from app.review.crossed import Point, TooLarge, data_of, drawn, large_side, reml, small_side
from tests.review.panels import Dense, Panel, ragged

RAGGED = range(24)


def the_data(rows):
    items, of = np.unique([row[0] for row in rows], return_inverse=True)
    reviewers, by = np.unique([row[1] for row in rows], return_inverse=True)
    y = np.array([row[2] for row in rows])
    turned = len(items) < len(reviewers)
    return data_of(*((by, of) if turned else (of, by)), y - y.mean()), turned


@pytest.mark.parametrize("seed", RAGGED)
def test_any_panel_as_by_dense_algebra(seed):
    rows = ragged(np.random.default_rng(seed))
    found = calibrate(rows)
    dense = Dense(rows)
    ours = np.array([found.item_variance, found.reviewer_variance, found.noise_variance])
    theirs, least = dense.least()
    assert dense.deviance(ours) <= least + 1e-4
    assert ours == pytest.approx(theirs, abs=0.02 * sum(theirs))
    adjusted, errors, effects = dense.predicted(ours)
    by_item = sorted(found.items, key=lambda one: one.item)
    assert [one.adjusted for one in by_item] == pytest.approx(adjusted, abs=1e-9)
    assert [one.se for one in by_item] == pytest.approx(errors, abs=1e-9)
    assert [one.severity for one in found.reviewers] == pytest.approx(-effects, abs=1e-9)


def test_ragged_panels_have_what_they_are_for():
    """Boundaries and insides, more items and more reviewers, unequal loads, cells that are there twice."""
    panels = [ragged(np.random.default_rng(seed)) for seed in RAGGED]
    found = [calibrate(rows) for rows in panels]
    assert {one.item_variance == 0 for one in found} == {one.reviewer_variance == 0 for one in found} == {True, False}
    assert {len(one.items) > len(one.reviewers) for one in found} == {True, False}
    assert all(len({(row[0], row[1]) for row in rows}) < len(rows) for rows in panels)


def test_the_gradient_is_that_of_the_deviance():
    data, _ = the_data(Panel(9, 6, 4).drawn(np.random.default_rng(4))[0])
    for a, b in ((0.3, 0.2), (0.0, 0.1), (0.5, 0.0), (0.0, 0.0), (3.0, 2.0)):
        small = 1e-6
        for side, (da, db) in enumerate(((small, 0), (0, small))):
            back = (max(a - da, 0), max(b - db, 0))
            by = (Point(data, a + da, b + db).deviance - Point(data, *back).deviance) / (a + b + small - sum(back))
            assert Point(data, a, b).gradient[side] == pytest.approx(by, rel=1e-3, abs=1e-3)


def test_variances_as_statsmodels_finds_them():
    rows, _ = Panel(20, 7, 4).drawn(np.random.default_rng(8))
    frame = pandas.DataFrame(rows, columns=["item", "reviewer", "score"])
    parts = {"item": "0 + C(item)", "reviewer": "0 + C(reviewer)"}
    model = MixedLM.from_formula("score ~ 1", groups=np.ones(len(rows)), vc_formula=parts, re_formula="0", data=frame)
    told = model.fit(reml=True)
    found = calibrate(rows)
    assert [found.item_variance, found.reviewer_variance] == pytest.approx(told.vcomp.tolist(), abs=1e-3)
    assert found.noise_variance == pytest.approx(told.scale, abs=1e-3)
    assert found.overall == pytest.approx(told.fe_params.iloc[0], abs=1e-3)


@pytest.mark.parametrize("panel", [Panel(12, 5, 3), Panel(5, 12, 9), Panel(6, 6, 6)])
def test_draws_spread_as_the_errors_do(panel):
    """Their covariance is that of dense algebra, between items too, whichever side is eliminated."""
    rows, _ = panel.drawn(np.random.default_rng(11))
    data, turned = the_data(rows)
    point = reml(data, (True, True))
    side = small_side(point) if turned else large_side(point)
    draws = drawn(point, not turned, 60_000, 1)
    assert draws.var(axis=1) == pytest.approx(side.variances, rel=0.03)
    ratio = (point.b, point.a) if turned else (point.a, point.b)
    variances = point.noise * np.array([*ratio, 1.0])
    z, w, y = Dense(rows).design
    v = variances[0] * z @ z.T + variances[1] * w @ w.T + variances[2] * np.eye(len(y))
    inverse, ones = np.linalg.inv(v), np.ones(len(y))
    off = 1 - variances[0] * z.T @ inverse @ ones
    whole = variances[0] * np.eye(z.shape[1]) - variances[0] ** 2 * z.T @ inverse @ z
    whole = whole + np.outer(off, off) / (ones @ inverse @ ones)
    assert np.cov(draws) == pytest.approx(whole, abs=0.04 * whole.max())


@pytest.mark.parametrize(
    ("panel", "seconds"), [(Panel(500, 50, 50), 2), (Panel(500, 50, 3), 2), (Panel(2_000, 1_000, 3), 10)]
)
def test_large_committees_in_time(panel, seconds):
    """By the processor's clock, all threads together: the wall's is shorter unless others use the machine."""
    rows, truth = panel.drawn(np.random.default_rng(2))
    began = process_time()
    found = calibrate(rows)
    assert process_time() - began < seconds
    assert len(found.items) == panel.items
    by_item = sorted(found.items, key=lambda one: one.item)
    assert 0.92 < np.mean([one.low <= true <= one.high for one, true in zip(by_item, truth, strict=True)]) < 0.98
    assert found.reviewer_variance == pytest.approx(0.3, abs=0.15)


def test_more_than_a_machine_takes_is_refused():
    many = np.arange(4_001)
    with pytest.raises(TooLarge, match="4,001 by 4,001"):
        data_of(many, many, many.astype(float))
