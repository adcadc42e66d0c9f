"""What is withheld cannot be worked out: checked by solving for it."""

import numpy as np
import pytest
from scipy.optimize import linprog

from app.voice import showing
from app.voice.withholding import equation, extended, lines, withheld


def determined(counts: np.ndarray, hidden: np.ndarray) -> list[tuple[int, ...]]:
    """Hidden figures that a reader can tell: the least and the most they can be are the same (no cell below 0)."""
    whole = extended(counts)
    places = [tuple(int(a) for a in place) for place in np.argwhere(np.ones(whole.shape))]
    number = {place: at for at, place in enumerate(places)}
    equations = np.array([equation(line, number) for line in lines(whole.shape)])
    bounds = [(0, None) if hidden[place] else (int(whole[place]),) * 2 for place in places]
    found = []
    for place in places:
        if hidden[place]:
            aim = np.zeros(len(places))
            aim[number[place]] = 1
            ends = [
                sign * linprog(sign * aim, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds).fun
                if linprog(sign * aim, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds).success
                else np.inf
                for sign in (1, -1)
            ]
            if abs(ends[1] - ends[0]) < 1e-6:
                found.append(place)
    return found


@pytest.mark.parametrize("smallest", [3, 10])
@pytest.mark.parametrize("counts", [[30, 2, 50], [2, 3, 4], [5], [30, 40], [9, 9, 100, 100], [0, 4, 50, 60]])
def test_one_segment_is_withheld_as_on_the_sources_page(counts: list[int], smallest: int) -> None:
    there = [count for count in counts if count]
    wanted = {there[at] for at in showing.withheld(there, smallest)}
    hidden = withheld(np.array(counts), smallest)[:-1]
    assert {count for count, gone in zip(counts, hidden, strict=True) if gone} == wanted


def test_nothing_small_hides_nothing() -> None:
    assert not withheld(np.array([[10, 20], [30, 40]]), 10).any()
    assert not withheld(np.array([[0, 20], [30, 40]]), 10).any()


@pytest.mark.parametrize("seed", range(12))
def test_no_withheld_cell_can_be_worked_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(14, size=(4, 3))
    hidden = withheld(counts, 10)
    whole = extended(counts)
    assert all(hidden[tuple(place)] for place in np.argwhere((whole > 0) & (whole < 10)))
    assert [place for place in determined(counts, hidden) if whole[place] > 0] == []


def test_three_segments() -> None:
    counts = np.random.default_rng(2).poisson(20, size=(3, 2, 2))
    counts[0, 0, 0] = 3
    hidden = withheld(counts, 8)
    assert hidden[0, 0, 0]
    assert determined(counts, hidden) == []
    assert hidden.sum() < hidden.size / 2


def test_a_line_of_two_that_are_small_together_takes_a_third() -> None:
    hidden = withheld(np.array([[2, 3, 40, 50], [100, 100, 100, 100]]), 10)
    assert hidden[0, :3].all()
    assert not hidden[0, 3]


def test_a_large_table_is_quick() -> None:
    import time

    counts = np.random.default_rng(5).poisson(12, size=(60, 12))
    began = time.perf_counter()
    withheld(counts, 10)
    assert time.perf_counter() - began < 5
