"""Figures from counts are the figures from answers: held against `indices`, and against scipy."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from app.voice import indices
from app.voice.asking.tallies import Tally, outcome_of, use_of
from app.voice.importing.packing import MISSING, NOT_APPLICABLE, Scale
from app.voice.models import OutcomeKind

NPS, RATED = Scale(0, 10), Scale(1, 5)
weights = st.one_of(st.none(), st.floats(0.1, 10))
recommended = st.lists(st.tuples(st.one_of(st.just(MISSING), st.integers(0, 10)), weights), max_size=60)
rated = st.lists(st.tuples(st.sampled_from([MISSING, NOT_APPLICABLE, 0, 1, 2, 3, 4]), weights), max_size=60)


def tally(scale: Scale, answers: list[tuple[int, float | None]], parts: int = 3) -> Tally:
    """Grown batch by batch."""
    found = Tally.empty(scale)
    for start in range(parts):
        some = answers[start::parts]
        found = Tally.of(asdict(found), scale)
        found.add([place for place, _ in some], [weight for _, weight in some])
    return found


def values(scale: Scale, answers: list[tuple[int, float | None]]) -> np.ndarray:
    return np.array([np.nan if place < 0 else scale.low + place for place, _ in answers], dtype=float)


def heavy(answers: list[tuple[int, float | None]]) -> np.ndarray:
    return np.array([weight or 0.0 for _, weight in answers], dtype=float)


def near(value: float | None) -> object:
    return None if value is None else pytest.approx(value, abs=1e-9)


patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(recommended)
def test_nps_from_counts(answers: list[tuple[int, float | None]]) -> None:
    given_, found = values(NPS, answers), outcome_of(OutcomeKind.NPS, NPS, tally(NPS, answers), True)
    plain = indices.nps(given_)
    assert (found.n, found.n + found.missing) == (plain.n, len(answers))
    assert (found.value, found.low, found.high) == (near(plain.value), near(plain.low), near(plain.high))
    assert found.weighted == near(indices.nps(given_, heavy(answers)).value)
    assert found.mean == near(indices.mean(given_).value)
    camps = indices.camps(given_)
    assert (found.promoters, found.passives, found.detractors) == (camps.promoters, camps.passives, camps.detractors)


@patient
@given(rated)
def test_ratings_from_counts(answers: list[tuple[int, float | None]]) -> None:
    given_, told = values(RATED, answers), tally(RATED, answers)
    plain, found, use = (
        indices.mean(given_),
        outcome_of(OutcomeKind.RATING, RATED, told, True),
        use_of(RATED, told, True),
    )
    for one in (found, use):
        assert (one.n, one.mean, one.low, one.high) == (plain.n, near(plain.value), near(plain.low), near(plain.high))
        assert one.weighted == near(indices.mean(given_, heavy(answers)).value)
    assert found.top_two == near(indices.top_two(given_, (1, 5)).value)
    assert use.not_applicable + use.missing + use.n == len(answers)
    if plain.value is not None:
        assert use.score == near(25 * (plain.value - 1))


def test_the_interval_is_student_s() -> None:
    answers: list[tuple[int, float | None]] = [(place, None) for place in (0, 1, 1, 2, 3, 3, 3, 4, 4, 4, 4, 2)]
    found = use_of(RATED, tally(RATED, answers), False)
    given_ = values(RATED, answers)
    low, high = stats.t.interval(0.95, len(given_) - 1, loc=given_.mean(), scale=stats.sem(given_))
    assert (found.low, found.high) == (pytest.approx(low, rel=3e-3), pytest.approx(high, rel=3e-3))
    assert found.weighted is None


def test_a_million_answers_cost_as_much_as_ten() -> None:
    """No array over responses: the same few numbers, whatever they count."""
    few, many = (
        Tally([1, 2, 3, 2, 2, 0, 0], [0.0] * 7),
        Tally([100_000, 200_000, 300_000, 200_000, 200_000, 0, 0], [0.0] * 7),
    )
    assert use_of(RATED, few, False).mean == pytest.approx(use_of(RATED, many, False).mean)
    assert use_of(RATED, many, False).n == 1_000_000
