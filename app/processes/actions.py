"""Keeping the register. What is done in rounds, causes and the rating of the experience stands in areas of its own."""

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Refused, Stale
from app.people.actor import Actor
from app.processes.models import Process, ProcessDepartment, ProcessForm, ProcessTouchpoint
from app.processes.rules import may_edit
from app.record.actions import write

TEXTS = ("name", "purpose", "factor", "journey", "stage", "desired", "promised", "provided")


def register(db: Session, actor: Actor, data: ProcessForm, weights: Mapping[int, float]) -> Process:
    values = {name: getattr(data, name) for name in TEXTS}
    process = Process(owner_id=data.owner, committee_id=data.committee, **values)
    db.add(process)
    db.flush()
    belong(db, process, data, weights)
    write(db, actor.id, "register", process.ref, figures={"owner": process.owner_id})
    return process


def change(db: Session, actor: Actor, process: Process, data: ProcessForm, weights: Mapping[int, float]) -> None:
    if not may_edit(actor, process):
        raise Refused("The chair, the owner and administrators change a process.")
    if data.version != process.version:
        raise Stale("Somebody changed this process after you opened it. Look at it again before you go on.")
    before = process.owner_id
    for name in TEXTS:
        setattr(process, name, getattr(data, name))
    process.owner_id = data.owner
    process.version += 1
    belong(db, process, data, weights)
    write(db, actor.id, "change", process.ref, figures={"owner_before": before, "owner": process.owner_id})


def belong(db: Session, process: Process, data: ProcessForm, weights: Mapping[int, float]) -> None:
    """Its departments and touchpoints, as the form says."""
    db.execute(delete(ProcessDepartment).where(col(ProcessDepartment.process_id) == process.id))
    db.execute(delete(ProcessTouchpoint).where(col(ProcessTouchpoint.process_id) == process.id))
    for department in dict.fromkeys(data.departments):
        db.add(ProcessDepartment(process_id=process.id, department_id=department))
    for touchpoint in dict.fromkeys(data.touchpoints):
        weight = weights.get(touchpoint, 1.0)
        db.add(ProcessTouchpoint(process_id=process.id, touchpoint_id=touchpoint, weight=weight))
    db.flush()
