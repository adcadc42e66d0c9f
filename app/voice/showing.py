"""A source's figures as they are shown: withheld where too few stand behind them, and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.estimates import Estimate
from app.voice import indices
from app.voice.answers import Answers, answers, uses_of
from app.voice.figures import MEASURES, clustered
from app.voice.models import Outcome, OutcomeKind, Source, Use
from app.voice.packed import Floats
from app.voice.queries import outcomes_of
from app.voice.tallies import Measure

NOBODY_SAID = "not said"


@dataclass(frozen=True)
class Cell:
    """An outcome among those with one label of a segment. `estimate` is None where it is withheld."""

    label: str
    n: int
    estimate: Estimate | None


@dataclass(frozen=True)
class Parted:
    """A segment with its cells, largest first, and how many of them are withheld."""

    name: str
    cells: tuple[Cell, ...]
    withheld: int


def estimate_of(outcome: Outcome, smallest: int) -> Estimate | None:
    """The figure of all who answered; None where they are fewer than the source's smallest cell."""
    if outcome.n < smallest:
        return None
    return Estimate(outcome.value, outcome.low, outcome.high, outcome.n)


def use_estimate(use: Use, smallest: int) -> Estimate | None:
    return None if use.n < smallest else Estimate(use.score, use.score_low, use.score_high, use.n)


def measure(kind: OutcomeKind, values: Floats, accounts: NDArray[np.int64] | None = None) -> Estimate:
    if accounts is not None and (own := clustered(MEASURES.get(kind, Measure.MEAN), values, accounts)):
        found, share = own.estimate, 100 if kind is OutcomeKind.YESNO else 1
        value, low, high = (None if one is None else one / share for one in (found.value, found.low, found.high))
        return Estimate(value, low, high, found.n)
    estimate = {OutcomeKind.NPS: indices.nps, OutcomeKind.YESNO: indices.share}.get(kind, indices.mean)
    return estimate(values)


def parted(db: Session, source: Source, outcome: Outcome) -> list[Parted]:
    """The outcome by each segment of its source."""
    told = answers(db, source.id)
    values = told.outcome(outcome.name)
    found = []
    for place, name in enumerate(told.segment_names):
        whose = told.segments[:, place]
        groups = [(label, whose == number) for number, label in enumerate(told.labels[place])]
        groups.append((NOBODY_SAID, whose == -1))
        found.append(part(name, groups, values, OutcomeKind(outcome.kind), source.minimum_cell, told.accounts))
    return [one for one in found if one.cells]


def part(
    name: str,
    groups: Sequence[tuple[str, NDArray[np.bool_]]],
    values: Floats,
    kind: OutcomeKind,
    smallest: int,
    accounts: NDArray[np.int64] | None = None,
) -> Parted:
    """One segment's cells; those that answered nothing are left out."""
    there = ~np.isnan(values)
    counted = [(label, mine, int((there & mine).sum())) for label, mine in groups]
    counted = sorted((one for one in counted if one[2]), key=lambda one: (one[0] == NOBODY_SAID, -one[2], one[0]))
    hidden = withheld([n for _, _, n in counted], smallest)

    def told(mine: NDArray[np.bool_]) -> Estimate:
        return measure(kind, values[mine], None if accounts is None else accounts[mine])

    cells = tuple(Cell(label, n, None if at in hidden else told(mine)) for at, (label, mine, n) in enumerate(counted))
    return Parted(name, cells, len(hidden))


def withheld(counts: Sequence[int], smallest: int) -> frozenset[int]:
    """The places of cells that are not shown.

    Each below the smallest cell; and as long as what is withheld could be found as the difference between the total and
    the cells shown (one alone, or together still fewer than the smallest cell), the next smallest too.
    """
    order = sorted(range(len(counts)), key=lambda place: counts[place])
    hidden = [place for place in order if counts[place] < smallest]
    rest = order[len(hidden) :]
    while hidden and rest and (len(hidden) < 2 or sum(counts[place] for place in hidden) < smallest):
        hidden.append(rest.pop(0))
    return frozenset(hidden)


def without_small(told: Answers, smallest: int) -> Answers:
    """The answers without the ratings of touchpoints that fewer than the smallest cell have rated.

    A process of several touchpoints, and the mean over all of them, would else tell what is withheld of one.
    """
    few = (told.steps >= 0).sum(axis=0) < smallest
    if not few.any():
        return told
    return replace(told, steps=np.where(few, told.steps.dtype.type(-1), told.steps))


def as_json(db: Session, source: Source) -> Mapping[str, object]:
    """What `voice show --json` and `voice import --json` print; numbers are unrounded."""
    return {
        "source": source.name,
        "id": source.id,
        "rows": source.rows,
        "responses": source.responses,
        "problems": source.set_aside,
        "outcomes": [outcome_json(outcome, source.minimum_cell) for outcome in outcomes_of(db, source.id)],
        "touchpoints": [use_json(use, name, source.minimum_cell) for use, name in uses_of(db, source.id)],
    }


def outcome_json(outcome: Outcome, smallest: int) -> Mapping[str, object]:
    figures = ("value", "low", "high", "weighted", "mean")
    shown = outcome.n >= smallest
    clustered_by = {"accounts": outcome.accounts, "design_effect": outcome.design_effect} if outcome.accounts else {}
    return {
        "name": outcome.name,
        "kind": OutcomeKind(outcome.kind).value,
        "n": outcome.n if shown else None,
        **{name: getattr(outcome, name) if shown else None for name in figures},
        **(clustered_by if shown else {}),
        **dict(zip(CAMPS, camps_of(outcome, smallest) or (None, None, None), strict=True)),
    }


CAMPS = ("promoters", "passives", "detractors")


def camps_of(outcome: Outcome, smallest: int) -> tuple[int, ...] | None:
    """How many promoters, passives and detractors; None for all of them where one is a cell too small to show."""
    told = [getattr(outcome, name) for name in CAMPS]
    if outcome.n < smallest or any(count is None or 0 < count < smallest for count in told):
        return None
    return tuple(told)


def unrated(use: Use, smallest: int) -> tuple[int, int] | None:
    """How many did not use a touchpoint, and how many did not answer. None where too few rated it, since with the
    number of responses these would tell how many, or where one of them is itself a cell too small to show."""
    few = any(0 < count < smallest for count in (use.not_applicable, use.missing))
    return None if use.n < smallest or few else (use.not_applicable, use.missing)


def use_json(use: Use, name: str, smallest: int) -> Mapping[str, object]:
    shown, rest = use.n >= smallest, unrated(use, smallest)
    return {
        "name": name,
        "n": use.n if shown else None,
        **{figure: getattr(use, figure) if shown else None for figure in ("mean", "low", "high")},
        "not_applicable": rest[0] if rest else None,
        "missing": rest[1] if rest else None,
    }
