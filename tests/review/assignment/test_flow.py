"""Who reviews what: against an independent solver, against a certificate of least cost, and by properties."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from app.review.assignment.flow import ANEW, REPAIR, Flags, Question, solve, weights

NO_CAP = 10**6


def a_question(ideas: int, members: int, wanted: int, seed: int, **over: Any) -> Question:
    draw = np.random.default_rng(seed)
    shape = (ideas, members)
    some: dict[str, Any] = {
        "wanted": np.full(ideas, wanted),
        "allowed": draw.random(shape) > 0.2,
        "taste": draw.choice([0, 1, 3], shape),
        "expert": draw.random(shape) < 0.2,
        "cap": np.full(members, NO_CAP),
        "filed": np.zeros(shape, dtype=bool),
        "kept": np.zeros(shape, dtype=bool),
    }
    return Question(**(some | over))


def small(seed: int) -> Question:
    """With caps that bite, work that is filed, and what is assigned already."""
    draw = np.random.default_rng(seed)
    ideas, members = int(draw.integers(1, 6)), int(draw.integers(1, 5))
    asked = a_question(ideas, members, int(draw.integers(1, 4)), seed + 1)
    allowed = draw.random((ideas, members)) < draw.choice([0.4, 0.7, 1.0])
    filed = allowed & (draw.random((ideas, members)) < 0.15)
    kept = allowed & (draw.random((ideas, members)) < 0.4)
    cap = draw.choice([1, 2, 3, NO_CAP], members)
    return replace(
        asked, allowed=allowed, filed=filed, kept=kept | filed, cap=cap, order=(ANEW, REPAIR)[int(draw.integers(2))]
    )


def merit(asked: Question, chosen: Flags) -> dict[str, int]:
    """What the order of matters compares: each is better when it is less."""
    level = chosen.sum(axis=1)
    free = chosen & ~asked.filed
    return {
        "reviews": -int(level.sum()),
        "slots": sum(
            sum(range(int(filed), int(all_))) for filed, all_ in zip(asked.filed.sum(axis=1), level, strict=True)
        ),
        "expert": -int((chosen & asked.expert).any(axis=1).sum()),
        "load": int((chosen.sum(axis=0) ** 2).sum()),
        "taste": int(asked.taste[free].sum()),
        "kept": -int((free & asked.kept).sum()),
    }


def must_hold(asked: Question, chosen: Flags) -> None:
    """The constraints that nothing breaks."""
    assert (chosen >= asked.filed).all()
    assert not (chosen & ~asked.allowed & ~asked.filed).any()
    assert (chosen.sum(axis=1) <= np.maximum(asked.wanted, asked.filed.sum(axis=1))).all()
    assert (chosen.sum(axis=0) <= np.maximum(asked.cap, asked.filed.sum(axis=0))).all()


def by_another(asked: Question) -> dict[str, int]:
    """The same by a solver for whole numbers, one matter after the other, each best held while the next is sought.

    Variables: a pair each; a step of each idea's level; whether an idea has an expert; a step of each member's load.
    """
    ideas, members = asked.allowed.shape
    steps = int(asked.wanted.max())
    pairs, slots, seen, loads = ideas * members, ideas * steps, ideas, members * ideas
    total = pairs + slots + seen + loads
    low, high = np.zeros(total), np.ones(total)
    low[:pairs] = asked.filed.ravel()
    high[:pairs] = (asked.allowed | asked.filed).ravel()
    rows: list[tuple[np.ndarray[Any, Any], float, float]] = []
    for idea in range(ideas):
        row = np.zeros(total)
        row[idea * members : (idea + 1) * members] = 1
        filed = int(asked.filed[idea].sum())
        rows.append((row, 0, max(int(asked.wanted[idea]), filed)))
        level = row.copy()
        level[pairs + idea * steps : pairs + (idea + 1) * steps] = -1
        rows.append((level, filed - steps, filed))
        expert = np.zeros(total)
        expert[idea * members : (idea + 1) * members] = asked.expert[idea]
        expert[pairs + slots + idea] = -1
        rows.append((expert, 0, members))
    for member in range(members):
        row = np.zeros(total)
        row[member:pairs:members] = 1
        rows.append((row, 0, max(int(asked.cap[member]), int(asked.filed[:, member].sum()))))
        load = row.copy()
        load[pairs + slots + seen + member * ideas : pairs + slots + seen + (member + 1) * ideas] = -1
        rows.append((load, 0, 0))
    aims = {name: np.zeros(total) for name in ("reviews", *ANEW)}
    aims["reviews"][:pairs] = -1
    for idea in range(ideas):
        # A step above what is filed costs as many as there are below it.
        aims["slots"][pairs + idea * steps : pairs + (idea + 1) * steps] = asked.filed[idea].sum() + np.arange(steps)
    aims["expert"][pairs + slots : pairs + slots + seen] = -1
    aims["load"][pairs + slots + seen :] = np.tile(2 * np.arange(ideas) + 1, members)
    aims["taste"][:pairs] = np.where(asked.filed, 0, asked.taste).ravel()
    aims["kept"][:pairs] = -(asked.kept & ~asked.filed).ravel().astype(int)
    found = {}
    for name in ("reviews", *asked.order):
        limits = LinearConstraint(
            np.array([row for row, _, _ in rows]),
            np.array([least for _, least, _ in rows]),
            np.array([most for _, _, most in rows]),
        )
        answer = milp(aims[name], constraints=limits, bounds=Bounds(low, high), integrality=np.ones(total))
        assert answer.success
        found[name] = round(answer.fun)
        rows.append((aims[name], -np.inf, found[name] + 0.25))
    return found


@pytest.mark.parametrize("seed", range(120))
def test_it_finds_what_another_solver_finds(seed: int) -> None:
    asked = small(seed)
    chosen = solve(asked)
    must_hold(asked, chosen)
    assert merit(asked, chosen) == by_another(asked)


def cycle_that_gains(asked: Question, chosen: Flags) -> bool:
    """Whether the residual network has a cycle of negative cost: then, and only then, the flow is not the best.

    Nodes: source, ideas, ideas for experts, members, sink. Written down anew, with nothing of the code that is tried.
    """
    ideas, members = asked.allowed.shape
    weight = weights(asked)
    free = chosen & ~asked.filed
    source, sink = 0, 1
    idea, pool, member = (lambda i: 2 + i), (lambda i: 2 + ideas + i), (lambda m: 2 + 2 * ideas + m)
    arcs: list[tuple[int, int, int]] = []

    def steps(start: int, end: int, used: int, most: int, cost: list[int]) -> None:
        if used < most:
            arcs.append((start, end, cost[used]))
        if used > 0:
            arcs.append((end, start, -cost[used - 1]))

    for i in range(ideas):
        filed, used = int(asked.filed[i].sum()), int(free[i].sum())
        room = max(0, int(asked.wanted[i]) - filed)
        steps(source, idea(i), used, room, [(filed + step) * weight["slots"] for step in range(room)])
        known = bool((asked.filed[i] & asked.expert[i]).any())
        first = [0 if known or step else -weight["expert"] for step in range(members)]
        steps(idea(i), pool(i), int((free[i] & asked.expert[i]).sum()), members, first)
        for m in range(members):
            if asked.allowed[i, m] and not asked.filed[i, m]:
                cost = int(asked.taste[i, m]) * weight["taste"] - int(asked.kept[i, m]) * weight["kept"]
                steps(pool(i) if asked.expert[i, m] else idea(i), member(m), int(free[i, m]), 1, [cost])
    for m in range(members):
        filed, used = int(asked.filed[:, m].sum()), int(free[:, m].sum())
        room = max(0, min(int(asked.cap[m]), ideas) - filed)
        steps(member(m), sink, used, room, [(2 * (filed + step) + 1) * weight["load"] for step in range(room)])
    return negative(arcs, 2 + 2 * ideas + members)


def negative(arcs: list[tuple[int, int, int]], nodes: int) -> bool:
    start, end, cost = (np.array(part) for part in zip(*arcs, strict=True))
    reached = np.zeros(nodes, dtype=np.int64)
    for _ in range(nodes + 1):
        further = reached.copy()
        np.minimum.at(further, end, reached[start] + cost)
        if (further == reached).all():
            return False
        reached = further
    return True


@pytest.mark.parametrize("seed", range(6))
def test_no_cycle_of_a_committees_size_gains_anything(seed: int) -> None:
    cap = (NO_CAP, 12, 16)[seed % 3]
    asked = a_question(60, 12, 3, seed, cap=np.full(12, cap), order=(ANEW, REPAIR)[seed % 2])
    draw = np.random.default_rng(seed)
    filed = asked.allowed & (draw.random((60, 12)) < 0.05)
    asked = replace(asked, filed=filed, kept=filed | (asked.allowed & (draw.random((60, 12)) < 0.2)))
    chosen = solve(asked)
    must_hold(asked, chosen)
    assert not cycle_that_gains(asked, chosen)


def test_the_certificate_finds_a_flow_that_is_not_the_best() -> None:
    asked = a_question(8, 4, 2, 3, allowed=np.ones((8, 4), dtype=bool))
    worst = solve(replace(asked, taste=3 - asked.taste))
    assert cycle_that_gains(asked, worst)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_no_constraint_is_ever_broken_and_nothing_is_left_that_could_be_had(seed: int) -> None:
    asked = small(seed)
    chosen = solve(asked)
    must_hold(asked, chosen)
    assert not cycle_that_gains(asked, chosen)
    short = chosen.sum(axis=1) < asked.wanted
    room = chosen.sum(axis=0) < asked.cap
    assert not (asked.allowed & ~chosen)[np.ix_(short, room)].any()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(3, 9), st.integers(1, 3), st.integers(0, 10**6))
def test_where_nothing_stands_against_it_loads_differ_by_one_at_most(n: int, m: int, wanted: int, seed: int) -> None:
    everybody = np.ones((n, m), dtype=bool)
    asked = a_question(n, m, wanted, seed, allowed=everybody, expert=~everybody)
    load = solve(asked).sum(axis=0)
    assert load.sum() == n * wanted
    assert load.max() - load.min() <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.data())
def test_a_repair_moves_nothing_that_it_need_not(seed: int, data: st.DataObject) -> None:
    """Whoever had an idea has it still, where all that had one may keep it and nobody has too many."""
    asked = replace(small(seed), order=ANEW)
    first = solve(asked)
    gone = data.draw(st.integers(0, asked.allowed.shape[1] - 1))
    left = asked.allowed.copy()
    left[:, gone] = False
    filed = asked.filed & left
    second = solve(replace(asked, allowed=left, filed=filed, kept=first & left, order=REPAIR))
    must_hold(replace(asked, allowed=left, filed=filed), second)
    assert not second[:, gone].any()
    if (asked.cap == NO_CAP).all():
        assert (second >= (first & left)).all()


def test_nobody_has_a_third_before_everybody_has_a_second() -> None:
    asked = a_question(6, 3, 3, 1, allowed=np.ones((6, 3), dtype=bool), cap=np.full(3, 4))
    assert solve(asked).sum(axis=1).tolist() == [2] * 6


def test_an_expert_reads_each_idea_where_one_may() -> None:
    expert = np.zeros((9, 6), dtype=bool)
    expert[:, 2] = True
    allowed = np.ones((9, 6), dtype=bool)
    allowed[4, 2] = False
    chosen = solve(a_question(9, 6, 2, 5, expert=expert, allowed=allowed))
    assert chosen[:, 2].tolist() == [True] * 4 + [False] + [True] * 4


def test_a_round_without_ideas_or_without_members_has_nothing_to_give() -> None:
    assert solve(a_question(0, 3, 2, 1)).shape == (0, 3)
    assert not solve(a_question(3, 0, 2, 1)).any()


def test_what_cannot_be_told_apart_any_more_is_refused() -> None:
    with pytest.raises(ValueError, match="more than can be worked out"):
        weights(a_question(10_000, 1_000, 500, 1, taste=np.full((10_000, 1_000), 10**6)))


def test_thirty_members_and_five_hundred_ideas_within_a_second() -> None:
    """Measured at 0.17 s; the bound leaves room for a busy machine."""
    asked = a_question(500, 30, 3, 11)
    begun = time.process_time()
    chosen = solve(asked)
    assert time.process_time() - begun < 1
    must_hold(asked, chosen)
    load = chosen.sum(axis=0)
    assert (load.sum(), load.max() - load.min()) == (1500, 0)
    assert not cycle_that_gains(asked, chosen)
