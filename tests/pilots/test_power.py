"""Power and cautions against independent answers: statsmodels, scipy, and simulated pilots at fixed seeds."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower, zt_ind_solve_power

from app.pilots.cautions import FALSE_ALARMS, apart_before, false_alarm, mix
from app.pilots.effect import Verdict, effect
from app.pilots.power import Cell, answers_needed, smallest_shown, spread_of
from app.voice.indices import Measured, measured_mean, measured_nps, measured_share


@pytest.mark.parametrize(("size", "spread"), [(0.2, 1.0), (0.5, 1.3), (8.0, 75.0)])
def test_answers_needed_are_those_of_the_textbook(size: float, spread: float) -> None:
    told = zt_ind_solve_power(effect_size=size / spread, alpha=0.05, power=0.8, alternative="two-sided")
    assert answers_needed(size, [spread, spread]) == int(np.ceil(told))


def test_the_smallest_effect_shown_is_that_of_the_textbook() -> None:
    told = NormalIndPower().solve_power(nobs1=250, ratio=2.0, alpha=0.05, power=0.8)
    assert smallest_shown([Cell(1.2, 250), Cell(1.2, 500)]) == pytest.approx(
        1.2 * told, rel=1e-4
    )  # which knows the other tail too
    assert smallest_shown([Cell(1.2, 250), Cell(1.2, 0)]) == float("inf")


def test_what_is_there_already_counts() -> None:
    known = [Cell(75, 400), Cell(75, 2000)]
    needed = answers_needed(15, [75, 75], known)
    assert needed is not None
    assert smallest_shown([*known, Cell(75, needed), Cell(75, needed)]) <= 15
    assert smallest_shown([*known, Cell(75, needed - 1), Cell(75, needed - 1)]) > 15
    assert answers_needed(5, [75, 75], [Cell(75, 100)]) is None  # the wave before is too small for that
    assert answers_needed(0.001, [75, 75]) is None
    with pytest.raises(ValueError, match="above 0"):
        answers_needed(0, [1])


def test_the_spread_of_single_answers_is_read_from_the_figure() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(4, 1.7, 900)
    figure = measured_mean(values)
    assert figure is not None
    assert spread_of(figure) == pytest.approx(values.std(ddof=1))
    share = measured_share([1] * 40 + [0] * 60)
    assert share is not None
    assert spread_of(share) == pytest.approx(np.sqrt(0.24))


def test_a_pilot_of_the_needed_size_is_found_in_80_percent() -> None:
    """Difference in differences of NPS, 1,000 pilots: the promised effect is found as often as promised."""
    rng = np.random.default_rng(8)
    levels = np.array([10.0, 8.0, 3.0])
    before, risen = [0.4, 0.3, 0.3], [0.49, 0.3, 0.21]  # 18 points more

    def asked(shares: list[float], n: int) -> Measured:
        found = measured_nps(rng.choice(levels, n, p=shares))
        assert found is not None
        return found

    spreads = [100 * np.sqrt(up + down - (up - down) ** 2) for up, _, down in (before, risen, before, before)]
    n = answers_needed(18, spreads)
    assert n is not None
    found = 0
    for _ in range(1000):
        cells = asked(before, n), asked(risen, n), asked(before, n), asked(before, n)
        found += effect(cells[0], cells[1], (cells[2], cells[3])).verdict is Verdict.IMPROVED
    assert 0.77 <= found / 1000 <= 0.83


def test_a_mix_that_differs_is_the_chi_square_of_the_table() -> None:
    before, after = {"A": 120, "B": 80, "C": 40}, {"A": 60, "B": 130, "C": 50}
    found = mix(before, after)
    told = stats.chi2_contingency([list(before.values()), list(after.values())], correction=False)
    assert found is not None
    assert found.p == pytest.approx(told.pvalue, rel=1e-6)
    assert found.strength == pytest.approx(np.sqrt(told.statistic / 480))
    assert (found.label, found.before, found.after, found.differs) == ("A", 0.5, 0.25, True)


def test_many_answers_alone_are_no_warning_and_rare_labels_go_together() -> None:
    large = mix({"A": 50_000, "B": 50_000}, {"A": 50_900, "B": 49_100})
    assert large is not None
    assert (large.p < 0.001, large.differs) == (True, False)
    table = {"A": 100, "B": 90, "C": 2, "D": 1}, {"A": 95, "B": 99, "C": 1, "E": 2}
    rare = mix(*table)
    told = stats.chi2_contingency([[100, 93], [95, 102]], correction=False)  # rare ones with the rarest of the others
    assert rare is not None
    assert rare.p == pytest.approx(told.pvalue, rel=1e-6)
    assert mix({"A": 10}, {"A": 20}) is None
    assert mix({"A": 10, "B": 3}, {}) is None


def test_equal_mixes_warn_as_seldom_as_promised() -> None:
    rng, warned = np.random.default_rng(21), 0
    for _ in range(500):
        counts = [np.bincount(rng.integers(0, 3, 150), minlength=3) for _ in range(2)]
        found = mix(*({name: int(n) for name, n in zip("ABC", count, strict=True)} for count in counts))
        warned += bool(found and found.differs)
    assert warned / 500 <= 0.03


def test_who_moved_apart_before_is_told() -> None:
    def at(value: float) -> Measured:
        return Measured(value, 1.0, 400)

    calm = apart_before((at(20), at(22)), (at(30), at(31)))
    assert (calm.change, calm.oddly) == (pytest.approx(1), False)
    assert calm.high - calm.change == pytest.approx(1.959964 * 2, rel=1e-6)
    assert apart_before((at(20), at(28)), (at(30), at(31))).oddly


def test_looking_often_finds_what_is_not_there_as_the_table_says() -> None:
    """Five looks at equal distances, 4,000 simulated pilots that do nothing."""
    rng = np.random.default_rng(5)
    sums = rng.normal(size=(4000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    assert (np.abs(sums) > 1.96).any(axis=1).mean() == pytest.approx(false_alarm(5), abs=0.015)
    assert (false_alarm(1), false_alarm(40)) == (0.05, FALSE_ALARMS[-1])
    with pytest.raises(ValueError, match="not looked"):
        false_alarm(0)
