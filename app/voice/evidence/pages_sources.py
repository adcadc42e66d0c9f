"""Bringing in other evidence: a source that counts or findings are written into, and who may make one and write."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.models import Department
from app.voice.audiences import AUDIENCES, refuse_wide
from app.voice.evidence import actions
from app.voice.evidence.models import OTHER, SourceForm
from app.voice.models import Source
from app.voice.queries import taken_sources
from app.voice.rules import may_add, may_import
from app.web import Form, Request, Response, Typed, blank, fill, page, router

routes = router()
KIND_WORDS = {
    "complaints": "counted by touchpoint and period",
    "lost sales": "counted by touchpoint and period",
    "waiting times": "how many waited and how long, by touchpoint and period",
    "interviews": "findings of people who asked customers",
    "observation": "findings of people who looked",
    "reports": "findings of people who read what others found",
}


def only_writers(actor: Actor, source: Source) -> None:
    if not may_add(actor, source):
        raise Refused("The committee, the source's department and whoever brought it in write here.")


def only_makers(db: Session, actor: Actor) -> None:
    if not may_import(actor, [source.department_id for source in taken_sources(db, actor)]):
        raise Refused("Evidence is brought in by the committee, leaders, administrators and departments that keep it.")


def departments(db: Session) -> list[tuple[int, str]]:
    query = select(col(Department.id), col(Department.name)).order_by(col(Department.name))
    return [(number, name) for number, name in db.execute(query)]


@routes.get("/voice/evidence/new")
def new_source(request: Request, db: Db, actor: Employee) -> Response:
    only_makers(db, actor)
    day = today(request.app.state.settings.time_zone)
    values = {"department": actor.department_id, "first_day": day - timedelta(days=365), "last_day": day}
    audiences = {"figures_for": "employees", "comments_for": "committee", "rows_for": "committee"}
    form = blank(SourceForm, key=new_key(), kind="complaints", minimum_cell=1, **values, **audiences)
    return source_form(request, db, form)


def source_form(request: Request, db: Session, form: Form[Any], status: int = 200) -> Response:
    kinds = [(kind.value, kind.value.capitalize(), KIND_WORDS[kind.value]) for kind in OTHER]
    return page(
        request,
        "voice/evidence/new.html",
        status=status,
        form=form,
        kinds=kinds,
        departments=departments(db),
        audiences=AUDIENCES,
    )


@routes.post("/voice/evidence/new")
def make_source(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_makers(db, actor)
    form = fill(SourceForm, fields)
    if form:
        refuse_wide(form)
        if wrong := actions.wrong_with(db, form.data):
            form.refuse(*wrong)
        if form.data.department and not db.get(Department, form.data.department):
            form.refuse("department", "Choose one of the offered answers.")
    if not form:
        return source_form(request, db, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    source = actions.make_source(db, actor.id, form.data)
    return once_.see(f"/voice/evidence/{source.id}", "Made. Now bring in what it says.")
