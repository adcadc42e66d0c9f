"""A source's figures as they are shown: withheld where too few stand behind them, and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.estimates import Estimate
from app.voice import indices
from app.voice.answers import answers, uses_of
from app.voice.models import Outcome, OutcomeKind, Source, Use
from app.voice.packed import Floats
from app.voice.queries import outcomes_of

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


def measure(kind: OutcomeKind, values: Floats) -> Estimate:
    estimate = {OutcomeKind.NPS: indices.nps, OutcomeKind.YESNO: indices.share}.get(kind, indices.mean)
    return estimate(values)


def parted(db: Session, source: Source, outcome: Outcome) -> list[Parted]:
    """The outcome by each segment of its source."""
    told = answers(db, source.id)
    values = told.outcome(outcome.name)
    found = []
    for place, name in enumerate(told.segment_names):
        whose = told.segments[:, place]
        groups = [(label, values[whose == number]) for number, label in enumerate(told.labels[place])]
        groups.append((NOBODY_SAID, values[whose == -1]))
        found.append(part(name, groups, OutcomeKind(outcome.kind), source.minimum_cell))
    return [one for one in found if one.cells]


def part(name: str, groups: Sequence[tuple[str, Floats]], kind: OutcomeKind, smallest: int) -> Parted:
    """One segment's cells; those that answered nothing are left out."""
    counted = [(label, values, int((~np.isnan(values)).sum())) for label, values in groups]
    counted = sorted((one for one in counted if one[2]), key=lambda one: (one[0] == NOBODY_SAID, -one[2], one[0]))
    hidden = withheld([n for _, _, n in counted], smallest)
    cells = tuple(
        Cell(label, n, None if at in hidden else measure(kind, values)) for at, (label, values, n) in enumerate(counted)
    )
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
    figures = ("value", "low", "high", "weighted", "mean", "promoters", "passives", "detractors")
    shown = outcome.n >= smallest
    return {
        "name": outcome.name,
        "kind": OutcomeKind(outcome.kind).value,
        "n": outcome.n,
        **{name: getattr(outcome, name) if shown else None for name in figures},
    }


def use_json(use: Use, name: str, smallest: int) -> Mapping[str, object]:
    shown = use.n >= smallest
    return {
        "name": name,
        "n": use.n,
        **{figure: getattr(use, figure) if shown else None for figure in ("mean", "low", "high")},
        "not_applicable": use.not_applicable,
        "missing": use.missing,
    }
