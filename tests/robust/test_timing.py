"""How long an answer takes does not tell who wrote a blind idea: timings of two worlds that differ in it, interleaved.

The processor's time of this process is taken, not the clock's, so that others who use the machine do not matter; of
each world there are two, made in turned order, so that where one lies in memory does not matter either. The timings of
each page are ranked among themselves, and the pages' sums put together: the Mann-Whitney test with pages as strata
(van Elteren 1960, without weights), with its normal approximation and the correction for ties.
"""

import gc
import math
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from anyio.from_thread import start_blocking_portal
from scipy.stats import mannwhitneyu

from app.columns import as_of
from app.notices.actions import read_record
from tests.client import Browser
from tests.course import Course, told
from tests.worlds import MOMENT, World

TIMINGS = int(os.environ.get("PILOTAGE_TIMINGS", "2000"))
MOST = 4.0
Strata = Sequence[tuple[Sequence[float], Sequence[float]]]


def shift(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """By how much the ranks of the first exceed what chance gives, and the variance of that (Mann and Whitney 1947)."""
    both = sorted([*one, *other])
    counts = Counter(both)
    first: dict[float, int] = {}
    for place, value in enumerate(both):
        first.setdefault(value, place)
    ranks = {value: first[value] + (counts[value] + 1) / 2 for value in counts}
    n, m, total = len(one), len(other), len(both)
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    ties = sum(count**3 - count for count in counts.values())
    return u - n * m / 2, n * m / 12 * (total + 1 - ties / (total * (total - 1)))


def z_of(strata: Strata) -> float:
    parts = [shift(one, other) for one, other in strata]
    return sum(part for part, _ in parts) / math.sqrt(sum(variance for _, variance in parts))


def test_the_test_is_the_one_that_it_says() -> None:
    """Against scipy, with ties and without; put together, a shift of a twentieth of the spread is found in the end."""
    chance = np.random.default_rng(5)
    for digits in (1, 6):
        one, other = (chance.normal(mean, 1, size).round(digits).tolist() for mean, size in ((0, 80), (0.3, 120)))
        wanted = mannwhitneyu(one, other, use_continuity=False, method="asymptotic").pvalue
        assert math.isclose(math.erfc(abs(z_of([(one, other)])) / math.sqrt(2)), wanted, rel_tol=1e-9)
    drawn = [(chance.normal(0, 1, 400).tolist(), chance.normal(0.3, 1, 400).tolist()) for _ in range(3)]
    assert z_of(drawn) < -MOST
    assert abs(z_of([(one, chance.permutation(one).tolist()) for one, _ in drawn])) < 1e-9


@contextmanager
def steady() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def timings(worlds: list[tuple[int, Browser]], pages: Sequence[str], number: int, more: float = 0.0) -> Strata:
    """Of each page those of either side, one after the other in an order by chance. more: what an answer of the second
    side takes longer."""
    chance = random.Random(2)
    taken: dict[str, tuple[list[float], list[float]]] = {page: ([], []) for page in pages}
    for place in range(-5, number // len(pages) // len(worlds)):
        for page in pages:
            for side, browser in chance.sample(worlds, len(worlds)):
                begun = time.process_time()
                answer = browser.get(page)
                burn(more * side)
                if place >= 0:  # the first ones fill caches
                    taken[page][side].append(time.process_time() - begun)
                assert answer.status_code == 200, (page, answer.status_code)
    return list(taken.values())


def test_no_answer_takes_longer_for_one_author(sqlite_template: Path, tmp_path: Path) -> None:
    made: list[tuple[int, Any]] = []
    for place, (side, name) in enumerate(((0, "amal"), (1, "tariq"), (1, "tariq"), (0, "amal"))):
        course = Course(until="filing", author=name, team=True)
        made.append((side, World(sqlite_template, tmp_path / str(place), told(course))))
    for _, world in made:
        with as_of(MOMENT):
            read_record(world.database)
    idea = made[0][1].idea
    pages = (f"/ideas/{idea}", f"/review/ideas/{idea}", "/search?q=Trolleys", "/search?q=author:amal")
    with start_blocking_portal() as portal, as_of(MOMENT):
        worlds = [(side, world.browser(world.cast.dina)) for side, world in made]
        for _, browser in worlds:
            browser.http.portal = portal
        with steady():
            found = timings(worlds, pages, TIMINGS)
            planted = timings(worlds, pages, 400, more=0.002)
    assert sum(len(one) + len(other) for one, other in found) >= TIMINGS - 4 * len(pages)
    print([round(z_of(strata), 2) for strata in (found, planted, *([one] for one in found))])
    assert abs(z_of(found)) < MOST, [z_of([one]) for one in found]
    assert abs(z_of(planted)) > MOST  # the control: two thousandths of a second are found
