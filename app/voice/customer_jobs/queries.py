"""Reading jobs: who does them, what they measure them by, and how those who do them find what we offer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.refs import Kind
from app.voice.answers import Answers, answers
from app.voice.board import Line, in_percent, moved, scale_ends, shared_ends
from app.voice.customer_jobs.models import Job, JobCell, JobOutcome, JobStage
from app.voice.customer_jobs.opportunity import opportunity
from app.voice.indices import mean, measured_mean, measured_nps, measured_share
from app.voice.journeys.many import together
from app.voice.journeys.models import Journey, JourneyStage
from app.voice.models import Outcome, OutcomeKind, Segment, Source
from app.voice.packed import Floats
from app.voice.queries import visible_to as sources_visible_to
from app.voice.showing import measure, withheld

Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
MEASURED = {OutcomeKind.NPS: measured_nps, OutcomeKind.YESNO: measured_share}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    return false() if actor.guest else true()


kinds = [Kind("customer_job", Job, visible_to, Job.want, lambda number: f"/voice/jobs/{number}")]


@dataclass(frozen=True)
class Rated:
    """What a job is measured by, with its opportunity score where both ratings exist."""

    outcome: JobOutcome
    score: float | None
    source: str


@dataclass(frozen=True)
class Listed:
    job: Job
    cells: Sequence[JobCell]
    best: Rated | None  # the greatest opportunity


@dataclass(frozen=True)
class Heard:
    """What those who do the job say in one source, beside everybody else's in it."""

    source: Source
    segment: str
    labels: Sequence[str]
    n: int | None  # None: too few to say how many
    outcomes: Sequence[Line]
    touchpoints: Sequence[Line]


def living(db: Session) -> Sequence[Job]:
    """Jobs that are not put aside: what ideas and maps may cite."""
    query = select(Job).where(col(Job.put_aside_at).is_(None))
    return db.scalars(query.order_by(func.lower(col(Job.want)), col(Job.id))).all()


def visible_jobs(db: Session, actor: Actor) -> Sequence[Job]:
    """All that this person may see, those put aside too."""
    return db.scalars(select(Job).where(visible_to(actor)).order_by(func.lower(col(Job.want)), col(Job.id))).all()


def named(db: Session, ids: Sequence[int]) -> list[tuple[int, str]]:
    query = select(Job).where(col(Job.id).in_(ids)).order_by(col(Job.id))
    return [(job.id, job.statement) for job in db.scalars(query)] if ids else []


def all_jobs(db: Session) -> list[Listed]:
    """Three statements; those put aside last."""
    jobs = db.scalars(select(Job).order_by(col(Job.put_aside_at).is_not(None), func.lower(col(Job.want)))).all()
    cells: dict[int, list[JobCell]] = {}
    for cell in db.scalars(select(JobCell).order_by(col(JobCell.id))):
        cells.setdefault(cell.job_id, []).append(cell)
    rated = ratings(db, None)
    return [Listed(job, cells.get(job.id, ()), best_of(rated.get(job.id, ()))) for job in jobs]


def best_of(rated: Sequence[Rated]) -> Rated | None:
    return max((one for one in rated if one.score is not None), key=lambda one: one.score or 0, default=None)


def ratings(db: Session, job_id: int | None) -> Mapping[int, Sequence[Rated]]:
    """The outcome statements of one job or of all, greatest opportunity first, those without ratings last."""
    query = select(JobOutcome, col(Source.name)).outerjoin(Source, col(Source.id) == col(JobOutcome.source_id))
    if job_id is not None:
        query = query.where(col(JobOutcome.job_id) == job_id)
    found: dict[int, list[Rated]] = {}
    for one, source in db.execute(query.order_by(col(JobOutcome.place), col(JobOutcome.id))):
        score = opportunity(one.importance, one.satisfaction)
        found.setdefault(one.job_id, []).append(Rated(one, score, source or one.told_by))
    for own in found.values():
        own.sort(key=lambda one: -(one.score if one.score is not None else -1))
    return found


def stages_of(db: Session, job_id: int) -> Sequence[tuple[int, str, int, str]]:
    """The stages in which it is done: (journey's id, its name, stage's id, its name)."""
    query = (
        select(col(Journey.id), col(Journey.name), col(JourneyStage.id), col(JourneyStage.name))
        .join(JourneyStage, col(JourneyStage.journey_id) == col(Journey.id))
        .join(JobStage, col(JobStage.stage_id) == col(JourneyStage.id))
        .where(col(JobStage.job_id) == job_id)
        .order_by(col(Journey.name), col(JourneyStage.place))
    )
    return db.execute(query).all()


def cells_of(db: Session, job_id: int) -> Sequence[JobCell]:
    return db.scalars(select(JobCell).where(col(JobCell.job_id) == job_id).order_by(col(JobCell.id))).all()


def heard(db: Session, actor: Actor, cells: Sequence[JobCell]) -> list[Heard]:
    """What each segment that stands for the job says, in the latest source that has it and this person may see."""
    found = []
    for segment in dict.fromkeys(cell.segment for cell in cells):
        source = latest_with(db, actor, segment)
        if source is not None:
            labels = [cell.label for cell in cells if cell.segment == segment]
            found.append(heard_in(db, source, segment, labels))
    return found


def latest_with(db: Session, actor: Actor, segment: str) -> Source | None:
    query = (
        select(Source)
        .join(Segment, col(Segment.source_id) == col(Source.id))
        .where(sources_visible_to(actor), col(Segment.name) == segment)
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(1)
    )
    return db.scalars(query).first()


def heard_in(db: Session, source: Source, segment: str, labels: Sequence[str]) -> Heard:
    told = answers(db, source.id)
    place = told.segment_names.index(segment)
    whose = told.segments[:, place]
    own = [told.labels[place].index(label) for label in labels if label in told.labels[place]]
    mask = np.isin(whose, own)
    query = select(Outcome).where(col(Outcome.source_id) == source.id).order_by(col(Outcome.place))
    outcomes = [outcome_line(one, told, mask, whose, own, source.minimum_cell) for one in db.scalars(query)]
    touchpoints = [
        touchpoint_line(told, column, mask, whose, own, source) for column in range(len(told.touchpoint_ids))
    ]
    ends = shared_ends(touchpoints)
    shown = shown_cells(np.ones(len(whose)), whose, own, source.minimum_cell)
    sure = together([line.since for line in touchpoints])
    lines = [replace(line, ends=ends, since=since) for line, since in zip(touchpoints, sure, strict=True)]
    lines.sort(key=lambda line: line.since.change if line.since else 0.0)
    return Heard(source, segment, labels, int(mask.sum()) if shown else None, outcomes, lines)


def shown_cells(values: Floats, whose: Labels, own: Sequence[int], smallest: int) -> bool:
    """Whether this union of labels may be shown: none of its labels is withheld, and so nothing gives one away."""
    counts = np.bincount(whose[~np.isnan(values)] + 1)
    known = [number for number, count in enumerate(counts) if count]
    apart = {known[at] for at in withheld([int(counts[number]) for number in known], smallest)}
    mine = {number + 1 for number in own} & set(known)
    return bool(mine) and not mine & apart


def outcome_line(outcome: Outcome, told: Answers, mask: Mask, whose: Labels, own: Sequence[int], smallest: int) -> Line:
    values, kind = told.outcome(outcome.name), OutcomeKind(outcome.kind)
    digits, signed = (1 if kind in (OutcomeKind.NPS, OutcomeKind.YESNO) else 2), kind is OutcomeKind.NPS
    line = Line(str(outcome.id), outcome.name, None, scale_ends(outcome), digits=digits, signed=signed)
    if shown_cells(values, whose, own, smallest):
        mine, rest, measured = values[mask], values[~mask], MEASURED.get(kind, measured_mean)
        since = moved(measured(rest), measured(mine))
        line = replace(line, estimate=measure(kind, mine), was=measure(kind, rest).value, since=since)
    return in_percent(line) if kind is OutcomeKind.YESNO else line


def touchpoint_line(told: Answers, column: int, mask: Mask, whose: Labels, own: Sequence[int], source: Source) -> Line:
    values, name = told.percent[:, column], told.touchpoint_names[column]
    line = Line(str(told.touchpoint_ids[column]), name, None, (0, 100), source_id=source.id)
    if not shown_cells(values, whose, own, source.minimum_cell):
        return line
    rest = mean(values[~mask]).value
    since = moved(measured_mean(values[~mask]), measured_mean(values[mask]))
    return replace(line, estimate=mean(values[mask]), was=rest, since=since)


def known_cells(db: Session, actor: Actor) -> list[tuple[str, Sequence[str]]]:
    """Segments of the sources that this person may see, with their labels; of each name the latest."""
    query = (
        select(col(Segment.name), col(Segment.labels))
        .join(Source, col(Source.id) == col(Segment.source_id))
        .where(sources_visible_to(actor))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc(), col(Segment.place))
        .limit(200)
    )
    found: dict[str, Sequence[str]] = {}
    for name, labels in db.execute(query):
        known = json.loads(labels)
        if len(known) <= 24 and "=" not in name:
            found.setdefault(name, known)
    return list(found.items())


def all_stages(db: Session) -> list[tuple[int, str]]:
    query = (
        select(col(JourneyStage.id), col(Journey.name), col(JourneyStage.name))
        .join(Journey, col(Journey.id) == col(JourneyStage.journey_id))
        .order_by(col(Journey.name), col(JourneyStage.place))
    )
    return [(number, f"{journey}: {stage}") for number, journey, stage in db.execute(query)]
