"""The register of processes: who owns one, which departments and touchpoints belong to it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Committee, Department, Kind, Person
from app.processes import actions
from app.processes.models import Process, ProcessDepartment, ProcessForm, ProcessTouchpoint
from app.processes.queries import visible_to
from app.processes.rules import may_edit, may_register
from app.voice.models import Touchpoint
from app.voice.touchpoints.queries import known_to_all
from app.web import Fields, Form, Request, Response, Typed, blank, fill, page, router, see

routes = router()
TheProcess = Annotated[Process, Depends(found(Process, visible_to))]


@routes.get("/processes/new")
def new(request: Request, db: Db, actor: Employee, touchpoint: str = "") -> Response:
    only_registrars(actor)
    values: dict[str, Any] = {"owner": actor.id, "committee": next(iter(actor.seats), "")}
    named = db.get(Touchpoint, int(touchpoint)) if touchpoint.isdecimal() and len(touchpoint) < 19 else None
    if named:
        factor = named.factor.value if named.factor else ""
        values |= {"name": named.name, "touchpoints": [named.id], "factor": factor}
        values |= {"journey": named.journey, "stage": named.stage}
    return form_page(request, db, blank(ProcessForm, key=new_key(), **values))


def only_registrars(actor: Actor) -> None:
    if not may_register(actor):
        raise Refused("The chair of a committee and administrators register processes.")


def form_page(
    request: Request, db: Session, form: Form[ProcessForm], process: Process | None = None, status: int = 200
) -> Response:
    people = select(col(Person.id), col(Person.name)).where(
        col(Person.kind) == Kind.EMPLOYEE, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None)
    )
    return page(
        request,
        "processes/edit.html",
        status=status,
        form=form,
        process=process,
        people=db.execute(people.order_by(col(Person.name))).all(),
        committees=db.execute(select(col(Committee.id), col(Committee.name))).all(),
        departments=db.execute(select(col(Department.id), col(Department.name)).order_by(col(Department.name))).all(),
        touchpoints=touchpoint_choices(db, process),
    )


def touchpoint_choices(db: Session, process: Process | None) -> Sequence[tuple[int, str]]:
    """Touchpoints that everybody may know of, and those that the process has already."""
    own = select(col(ProcessTouchpoint.touchpoint_id)).where(
        col(ProcessTouchpoint.process_id) == (process.id if process else 0)
    )
    query = select(col(Touchpoint.id), col(Touchpoint.name)).where(known_to_all() | col(Touchpoint.id).in_(own))
    return [(number, name) for number, name in db.execute(query.order_by(col(Touchpoint.name)))]


def read_form(db: Session, fields: Fields, process: Process | None) -> tuple[Form[ProcessForm], dict[int, float]]:
    """The form, its weights apart, and what only the database knows to be wrong with it."""
    own = {name: values for name, values in fields.texts.items() if not name.startswith("weight-")}
    form = fill(ProcessForm, Fields(own, fields.files))
    form.texts = fields.texts
    weights: dict[int, float] = {}
    for name, values in fields.texts.items():
        number = name.removeprefix("weight-")
        if name != number and number.isdecimal() and values[-1].strip():
            try:
                weights[int(number)] = float(values[-1].replace(",", "."))
            except ValueError:
                form.refuse("touchpoints", "A weight is a number, such as 1 or 2.5.")
    if any(not 0 < weight <= 1000 for weight in weights.values()):
        form.refuse("touchpoints", "A weight is above 0 and at most 1,000.")
    if form:
        refuse_unknown(db, form, process)
    return form, weights


def refuse_unknown(db: Session, form: Form[ProcessForm], process: Process | None) -> None:
    data = form.data
    same = select(col(Process.id)).where(func.lower(col(Process.name)) == data.name.lower())
    if any(number != (process.id if process else None) for number in db.scalars(same)):
        form.refuse("name", "There is a process of this name already.")
    for name, model, ids in (
        ("owner", Person, [data.owner]),
        ("committee", Committee, [data.committee]),
        ("departments", Department, data.departments),
        ("touchpoints", Touchpoint, data.touchpoints),
    ):
        if set(ids) - set(db.scalars(select(col(model.id)).where(col(model.id).in_(ids)))):
            form.refuse(name, "Choose one of the offered answers.")


@routes.post("/processes/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_registrars(actor)
    form, weights = read_form(db, fields, None)
    if not form:
        return form_page(request, db, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    process = actions.register(db, actor, form.data, weights)
    return once_.see(f"/processes/{process.id}", "Registered.")


@routes.get("/processes/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, process: TheProcess) -> Response:
    only_editors(actor, process)
    parts = db.scalars(select(ProcessTouchpoint).where(col(ProcessTouchpoint.process_id) == process.id)).all()
    mine = select(col(ProcessDepartment.department_id)).where(col(ProcessDepartment.process_id) == process.id)
    values: dict[str, Any] = {name: getattr(process, name) for name in actions.TEXTS}
    values["factor"] = process.factor.value if process.factor else ""
    values |= {"owner": process.owner_id, "committee": process.committee_id, "version": process.version}
    values |= {"departments": list(db.scalars(mine)), "touchpoints": [part.touchpoint_id for part in parts]}
    values |= {f"weight-{part.touchpoint_id}": f"{part.weight:g}" for part in parts}
    return form_page(request, db, blank(ProcessForm, **values), process)


def only_editors(actor: Actor, process: Process) -> None:
    if not may_edit(actor, process):
        raise Refused("The chair, the owner and administrators change a process.")


@routes.post("/processes/{id}/edit")
def save(request: Request, db: Db, actor: Employee, process: TheProcess, fields: Typed) -> Response:
    only_editors(actor, process)
    form, weights = read_form(db, fields, process)
    if not form:
        return form_page(request, db, form, process, status=422)
    actions.change(db, actor, process, form.data, weights)
    return see(request, f"/processes/{process.id}", "Kept.")
