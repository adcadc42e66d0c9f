"""One process: its story on one page."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.ideas.models import Idea, Stage
from app.ideas.queries import visible_to as ideas_visible_to
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Department, Person
from app.pilots.models import Pilot
from app.processes import queries
from app.processes.models import Process, ProcessDepartment, ProcessTouchpoint
from app.processes.queries import visible_to
from app.processes.rules import may_edit
from app.trail import trail
from app.voice import board
from app.voice.models import Source, Touchpoint
from app.voice.queries import before, headline
from app.web import Request, Response, page, router, slow, unchanged

routes = router()
TheProcess = Annotated[Process, Depends(found(Process, visible_to))]


@routes.get("/processes/{id}")
@slow
def show(request: Request, db: Db, actor: Employee, process: TheProcess) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "voice", "processes", "ideas", "pilots", "people")):
        return kept
    told = queries.headline_picture(db)
    standing = told.of(process.id) if told else None
    return page(
        request,
        "processes/show.html",
        trail=trail(db, actor, "process", process=process),
        process=process,
        told=told,
        item=standing.item if standing else None,
        touchpoints=own_touchpoints(db, process),
        past=queries.past_priorities(db, process.id),
        ideas=latest_ideas(db, actor, process),
        pilots=pilots_of(db, actor, process),
        owner=db.get_one(Person, process.owner_id),
        departments=departments_of(db, process),
        may_edit=may_edit(actor, process),
    )


def own_touchpoints(db: Session, process: Process) -> list[tuple[str, float, board.TouchpointLine | None]]:
    """Each with its weight and what the latest source said of it."""
    query = (
        select(col(Touchpoint.id), col(Touchpoint.name), col(ProcessTouchpoint.weight))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Touchpoint.id))
        .where(col(ProcessTouchpoint.process_id) == process.id)
        .order_by(col(Touchpoint.name))
    )
    parts = db.execute(query).all()
    outcome = headline(db)
    lines: dict[str, board.TouchpointLine] = {}
    if outcome and parts:
        source = db.get_one(Source, outcome.source_id)
        lines = {one.line.key: one for one in board.touchpoint_lines(db, source, before(db, source))}
    return [(name, weight, lines.get(str(number))) for number, name, weight in parts]


def latest_ideas(db: Session, actor: Actor, process: Process) -> Sequence[tuple[int, str, Stage]]:
    query = (
        select(col(Idea.id), col(Idea.title), col(Idea.stage))
        .where(ideas_visible_to(actor), col(Idea.process_id) == process.id)
        .order_by(col(Idea.id).desc())
        .limit(8)
    )
    return db.execute(query).all()


def pilots_of(db: Session, actor: Actor, process: Process) -> Sequence[tuple[int, str, int]]:
    query = (
        select(col(Pilot.id), col(Pilot.name), col(Pilot.step))
        .join(Idea, col(Idea.id) == col(Pilot.idea_id))
        .where(ideas_visible_to(actor), col(Idea.process_id) == process.id)
        .order_by(col(Pilot.id).desc())
        .limit(8)
    )
    return db.execute(query).all()


def departments_of(db: Session, process: Process) -> list[str]:
    query = (
        select(col(Department.name))
        .join(ProcessDepartment, col(ProcessDepartment.department_id) == col(Department.id))
        .where(col(ProcessDepartment.process_id) == process.id)
        .order_by(col(Department.name))
    )
    return list(db.scalars(query))
