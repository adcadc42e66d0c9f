"""Writing jobs down, rating what they are measured by, putting them aside."""

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.voice.customer_jobs.models import Job, JobCell, JobForm, JobOutcome, JobStage, OutcomeForm
from app.voice.journeys.rules import may_draw

MOST_OUTCOMES = 40
LATE = "Somebody changed this job after you opened it. Look at it again before you go on."


def only_writers(db: Session, actor: Actor) -> None:
    if not may_draw(db, actor):
        raise Refused("The committee, leaders, administrators and departments that keep a source write jobs down.")


def add(db: Session, actor: Actor, data: JobForm) -> Job:
    only_writers(db, actor)
    job = Job(situation=data.situation, want=data.want, so=data.so, kind=data.kind)
    db.add(job)
    db.flush()
    belong(db, job, data)
    write(db, actor.id, "add", job.ref, figures=tied(data))
    return job


def change(db: Session, actor: Actor, job: Job, data: JobForm) -> None:
    only_writers(db, actor)
    raised(db, job, data.version, situation=data.situation, want=data.want, so=data.so, kind=data.kind)
    belong(db, job, data)
    write(db, actor.id, "change", job.ref, figures=tied(data))


def tied(data: JobForm) -> dict[str, int]:
    return {"stages": len(set(data.stages)), "cells": len(set(data.cells))}


def raised(db: Session, job: Job, version: int, **values: object) -> None:
    """Guarded by the version that the page showed."""
    db.flush()
    query = (
        update(Job)
        .where(col(Job.id) == job.id, col(Job.version) == version)
        .values(version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    result = db.execute(query)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale(LATE)
    db.refresh(job)


def belong(db: Session, job: Job, data: JobForm) -> None:
    """Its stages, and the groups of respondents that do it, as the form says."""
    db.execute(delete(JobStage).where(col(JobStage.job_id) == job.id))
    db.execute(delete(JobCell).where(col(JobCell.job_id) == job.id))
    db.add_all(JobStage(job_id=job.id, stage_id=stage) for stage in dict.fromkeys(data.stages))
    for cell in dict.fromkeys(data.cells):
        segment, _, label = cell.partition("=")
        db.add(JobCell(job_id=job.id, segment=segment[:120], label=label[:200]))
    db.flush()


def rate(db: Session, actor: Actor, job: Job, data: OutcomeForm) -> JobOutcome:
    """One more statement, with its ratings where they are known."""
    only_writers(db, actor)
    raised(db, job, data.version)
    here = select(func.count(), func.max(col(JobOutcome.place))).where(col(JobOutcome.job_id) == job.id)
    count, last = db.execute(here).one()
    if count >= MOST_OUTCOMES:
        raise Invalid(f"A job has at most {MOST_OUTCOMES} outcomes.")
    values = data.model_dump(exclude={"version", "source"})
    made = JobOutcome(job_id=job.id, place=(last or 0) + 1, source_id=data.source, **values)
    db.add(made)
    db.flush()
    write(db, actor.id, "rate", job.ref, figures=figures_of(made))
    return made


def figures_of(one: JobOutcome) -> dict[str, object]:
    rated = {"importance": one.importance, "satisfaction": one.satisfaction}
    told = {name: f"{value:g}" for name, value in rated.items() if value is not None}
    return {"outcome": one.id, "n": one.n or 0, "source": one.source_id or 0, **told}


def unrate(db: Session, actor: Actor, job: Job, outcome_id: int, version: int) -> None:
    only_writers(db, actor)
    one = db.get(JobOutcome, outcome_id)
    if one is None or one.job_id != job.id:
        raise Missing()
    raised(db, job, version)
    write(db, actor.id, "unrate", job.ref, figures=figures_of(one))
    db.delete(one)


def put_aside(db: Session, actor: Actor, job: Job, version: int, *, aside: bool) -> None:
    """Ideas and maps that cite it keep doing so; nobody is offered it any more."""
    only_writers(db, actor)
    raised(db, job, version, put_aside_at=now() if aside else None)
    write(db, actor.id, "put_aside" if aside else "take_up", job.ref)
