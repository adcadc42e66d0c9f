"""Reading journeys: each touchpoint in its order, with what the latest source that asked has heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.people.actor import Actor
from app.refs import Kind
from app.voice.answers import Answers, answers
from app.voice.board import Line, measured_use, moved, shared_ends
from app.voice.indices import Change, Measured, mean, measured_mean
from app.voice.journeys.many import together
from app.voice.journeys.models import Journey, JourneyStage, JourneyTouchpoint
from app.voice.models import Source, Touchpoint, Use
from app.voice.packed import Floats
from app.voice.queries import FOR_ALL, LATEST
from app.voice.showing import use_estimate, withheld


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees every journey; the figures on it are those of the sources that they may see."""
    return false() if actor.guest else true()


kinds = [Kind("journey", Journey, visible_to, Journey.name, lambda number: f"/voice/journeys/{number}")]


@dataclass(frozen=True)
class Placed:
    """A touchpoint at a stage; of an empty stage there is one without a touchpoint."""

    stage_id: int
    stage: str
    touchpoint_id: int | None = None
    name: str = ""
    moment: bool = False  # a moment of truth


@dataclass(frozen=True)
class Point:
    """A touchpoint with its figure. `line` is None where nobody asks, `line.estimate` where it is withheld.

    other: the figure that it is compared with, and `since` of the line the difference.
    """

    placed: Placed
    line: Line | None
    source: str = ""
    other: Estimate | None = None

    @property
    def value(self) -> float | None:
        return self.line.estimate.value if self.line and self.line.estimate else None

    @property
    def asked(self) -> bool:
        return self.line is not None


@dataclass(frozen=True)
class Counted:
    """A journey in the list: how many stages and touchpoints it has."""

    journey: Journey
    stages: int
    touchpoints: int


def all_journeys(db: Session) -> list[Counted]:
    stages = (
        select(func.count()).where(col(JourneyStage.journey_id) == col(Journey.id)).correlate(Journey).scalar_subquery()
    )
    placed = (
        select(func.count())
        .select_from(JourneyTouchpoint)
        .join(JourneyStage, col(JourneyStage.id) == col(JourneyTouchpoint.stage_id))
        .where(col(JourneyStage.journey_id) == col(Journey.id))
        .correlate(Journey)
        .scalar_subquery()
    )
    query = select(Journey, stages, placed).order_by(col(Journey.name))
    return [Counted(*row) for row in db.execute(query)]


def order_of(db: Session, journey_id: int) -> list[Placed]:
    """Stages in their order, each with its touchpoints in theirs."""
    query = (
        select(JourneyStage, Touchpoint)
        .outerjoin(JourneyTouchpoint, col(JourneyTouchpoint.stage_id) == col(JourneyStage.id))
        .outerjoin(Touchpoint, col(Touchpoint.id) == col(JourneyTouchpoint.touchpoint_id))
        .where(col(JourneyStage.journey_id) == journey_id)
        .order_by(col(JourneyStage.place), col(JourneyStage.id), col(JourneyTouchpoint.place), col(Touchpoint.id))
    )
    return [
        Placed(stage.id, stage.name, one.id, one.name, bool(getattr(one, "moment_of_truth", False)))
        if one
        else Placed(stage.id, stage.name)
        for stage, one in db.execute(query)
    ]


def figures_of(
    db: Session, journey_id: int, source: Source | None = None, seen: ColumnElement[bool] = FOR_ALL
) -> list[Point]:
    """Every touchpoint of a journey in order, on 0 to 100, beside the wave before.

    From one source, or from the latest that asked each; `seen` is the door to sources: what everybody sees, unless a
    reader's own is given. Two statements, whatever the journey's length.
    """
    order = [placed for placed in order_of(db, journey_id) if placed.touchpoint_id is not None]
    heard = uses(db, [placed.touchpoint_id or 0 for placed in order], seen)
    points = [point(placed, heard.get(placed.touchpoint_id or 0, ()), source) for placed in order]
    ends = shared_ends(one.line for one in points)
    return [replace(one, line=one.line and replace(one.line, ends=ends)) for one in points]


Heard = Sequence[tuple[Use, Source]]


def uses(db: Session, touchpoints: Sequence[int], seen: ColumnElement[bool]) -> Mapping[int, Heard]:
    """What sources have heard of these touchpoints, latest first; those that are still collecting last."""
    query = (
        select(Use, Source)
        .join(Source, col(Source.id) == col(Use.source_id))
        .where(seen, col(Use.touchpoint_id).in_(touchpoints), col(Use.n) > 0)
        .order_by(*LATEST)
    )
    found: dict[int, list[tuple[Use, Source]]] = {}
    for use, source in db.execute(query):
        found.setdefault(use.touchpoint_id, []).append((use, source))
    return found


def point(placed: Placed, heard: Heard, source: Source | None) -> Point:
    own = [(use, wave) for use, wave in heard if source is None or wave.id == source.id]
    if not own:
        return Point(placed, None)
    use, wave = own[0]
    before = next(
        ((u, w) for u, w in heard if w.series_id and w.series_id == wave.series_id and earlier(w, wave)), None
    )
    estimate = use_estimate(use, wave.minimum_cell)
    was = use_estimate(before[0], before[1].minimum_cell) if before else None
    since = moved(measured_use(before[0]), measured_use(use)) if before and was and estimate else None
    key = str(placed.touchpoint_id)
    line = Line(key, placed.name, estimate, (0, 100), was.value if was else None, since, source_id=wave.id)
    return Point(placed, line, wave.name)


def earlier(one: Source, other: Source) -> bool:
    return one.last_day < other.last_day


@dataclass(frozen=True)
class Cell:
    """Some respondents of one source: everybody, or those with a label of a segment."""

    source: Source
    segment: str | None = None
    label: str | None = None


Heard_of = dict[int, tuple[Estimate | None, Measured | None]]


def heard_from(db: Session, cell: Cell) -> Heard_of:
    """What a cell said of each touchpoint; None where it is withheld."""
    told = answers(db, cell.source.id)
    mask = told.where(cell.segment, cell.label)
    found: Heard_of = {}
    for column, touchpoint in enumerate(told.touchpoint_ids):
        values = told.percent[:, column]
        if hidden(told, values, cell):
            found[touchpoint] = (None, None)
        else:
            found[touchpoint] = (mean(values[mask]), measured_mean(values[mask]))
    return found


def hidden(told: Answers, values: Floats, cell: Cell) -> bool:
    """Fewer than the source's smallest cell, or to be found as the difference to the total."""
    there = ~np.isnan(values)
    if cell.segment is None:
        return int(there.sum()) < cell.source.minimum_cell
    place = told.segment_names.index(cell.segment)
    counts = np.bincount(told.segments[there, place] + 1, minlength=len(told.labels[place]) + 1)
    known = [number for number, count in enumerate(counts) if count]
    apart = {known[number] for number in withheld([int(counts[number]) for number in known], cell.source.minimum_cell)}
    own = told.labels[place].index(cell.label or "") + 1
    return own in apart or not counts[own]


def compared(db: Session, points: Sequence[Point], cell: Cell, other: Cell | None) -> list[Point]:
    """The journey of one cell, beside another one's: two parts of a source, or two waves.

    The intervals of the differences hold for all touchpoints together: the largest is not looked for in vain.
    """
    first, second = heard_from(db, cell), heard_from(db, other) if other else {}
    told = [against(one, cell, first, second, other) for one in points]
    ends, lines = shared_ends(one.line for one in told), [one.line for one in told]
    sure = together([line.since if line else None for line in lines])
    pairs = zip(told, lines, sure, strict=True)
    return [replace(one, line=line and replace(line, ends=ends, since=since)) for one, line, since in pairs]


def against(one: Point, cell: Cell, first: Heard_of, second: Heard_of, other: Cell | None) -> Point:
    number = one.placed.touchpoint_id or 0
    if number not in first:
        return Point(one.placed, None)
    estimate, measured = first[number]
    beside, beside_measured = second.get(number, (None, None))
    since: Change | None = moved(beside_measured, measured) if other else None
    was = beside.value if beside else None
    line = Line(str(number), one.placed.name, estimate, (0, 100), was, since, source_id=cell.source.id)
    return Point(one.placed, line, cell.source.name, beside)
