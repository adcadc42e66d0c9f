"""`/calls`: questions to everybody or to departments, each with its poster, its ideas and what came of it."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.changes import counts
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.frame import Area, known_name
from app.ideas.calls import actions, queries, rules
from app.ideas.calls.forms import CallForm, FilledCall, questions_in
from app.ideas.calls.models import MOST_QUESTIONS, AnswerKind, Call, CallStage
from app.ideas.drawing import lines
from app.ideas.listing import Filter, an_id, places
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Department
from app.people.queries import paths
from app.processes.models import Process
from app.review import scorecards
from app.settings import Settings
from app.voice.asking import qr
from app.web import Form, FormModel, Request, Response, Typed, blank, fill, page, see, unchanged
from app.workflow import MoveForm

area = Area("ideas", 10, "Calls", "/calls")
routes = web.router()
TheCall = Annotated[Call, Depends(found(Call, queries.visible_to))]
MONTH = timedelta(days=28)
KINDS = [
    (AnswerKind.TEXT.value, "A short text"),
    (AnswerKind.CHOICE.value, "A choice"),
    (AnswerKind.NUMBER.value, "A number"),
]


class ConcludeForm(FormModel):
    words: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    version: int


@routes.get("/calls")
def index(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "ideas", "processes", "people")):
        return kept
    every = queries.calls(db, actor, actions.today(db))
    return page(
        request,
        "ideas/calls/index.html",
        open_ones=[one for one in every if one.stage is CallStage.OPEN],
        planned=[one for one in every if one.stage is CallStage.PLANNED],
        over=[one for one in every if one.stage is CallStage.CLOSED],
        may_make=actor.chairs_one,
    )


@routes.get("/calls/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    actions.chairs_only(actor)
    process = an_id(request.query_params.get("process", ""))
    day = actions.today(db)
    values = {
        "process": process or "",
        "opens_on": day,
        "closes_on": day + MONTH,
        "criteria": criteria(db, actor, process or None),
    }
    return form_page(request, db, actor, blank(CallForm, key=new_key(), **values))


def criteria(db: Session, actor: Actor, process: int | None) -> str:
    """What the scorecard of the process's committee asks, to be kept or changed. Of several none is guessed."""
    headed = [committee for committee in actor.seats if actor.chairs(committee)]
    asks = db.get(Process, process) if process else None
    if asks is not None and asks.committee_id in headed:
        headed = [asks.committee_id]
    card = scorecards.current_id(db, headed[0]) if len(headed) == 1 else None
    asked = scorecards.questions(db, card) if card else ()
    return "\n".join(f"- **{one.name}**: {one.question}" for one in asked)


def offered(db: Session, actor: Actor) -> list[tuple[int, str]]:
    query = select(Process).where(col(Process.rank).is_not(None)).order_by(col(Process.rank))
    return [(one.id, one.name) for one in db.scalars(query) if actor.chairs(one.committee_id)]


def form_page(
    request: Request, db: Session, actor: Actor, form: Form[Any], call: Call | None = None, status: int = 200
) -> Response:
    return page(
        request,
        "ideas/calls/edit.html",
        status=status,
        form=form,
        call=call,
        processes=offered(db, actor),
        leaders=actions.leaders(db),
        departments=list(paths(db).items()),
        rows=range(1, MOST_QUESTIONS + 1),
        kinds=KINDS,
    )


def read(db: Session, actor: Actor, fields: Typed) -> tuple[Form[CallForm], list[Any]]:
    form: Form[CallForm] = fill(FilledCall, fields)
    extra = questions_in(form) if form else []
    if form.filled is not None:
        data = form.data
        if data.closes_on < data.opens_on:
            form.refuse("closes_on", "It closes before it opens.")
        elif data.closes_on < actions.today(db):
            form.refuse("closes_on", "That day has passed.")
        if data.process not in {number for number, _ in offered(db, actor)}:
            form.refuse("process", "Choose a process that your committee has prioritised.")
        if data.sponsor is not None and data.sponsor not in {number for number, _ in actions.leaders(db)}:
            form.refuse("sponsor", "Choose one of the leaders.")
        known = set(db.scalars(select(col(Department.id)).where(col(Department.id).in_(data.departments))))
        if set(data.departments) - known:
            form.refuse("departments", "Choose among the departments that are here.")
    return form, extra


@routes.post("/calls/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    actions.chairs_only(actor)
    form, extra = read(db, actor, fields)
    if not form:
        form.key = new_key()
        return form_page(request, db, actor, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    call = actions.add(db, actor, form.data, extra)
    return once_.see(f"/calls/{call.id}", "The call is made. Print its poster, and it opens by itself on its day.")


@routes.get("/calls/{id}")
def show(request: Request, db: Db, actor: Employee, call: TheCall) -> Response:
    seen = counts(db, "ideas", "processes", "people", "record")
    if kept := unchanged(request, actor.rights, actor.department_id, actor.teams, seen):
        return kept
    return call_page(request, db, actor, call, blank(ConcludeForm, words=call.came_of, version=call.version))


def call_page(request: Request, db: Session, actor: Actor, call: Call, form: Form[Any], status: int = 200) -> Response:
    stage = call.stands(actions.today(db))
    shown, following = places(db, actor, Filter(call=call.id), 10)
    stages = queries.where_they_are(db, actor, call.id)
    return page(
        request,
        "ideas/calls/show.html",
        status=status,
        call=call,
        stage=stage,
        process=db.get_one(Process, call.process_id),
        sponsor=queries.name_of(db, call.sponsor_id),
        departments=queries.departments_of(db, call.id),
        questions=queries.questions(db, call.id),
        stages=stages,
        answered=sum(stages.values()),
        lines=lines(request, db, shown, counts(db, "people", "processes")),
        more=bool(following),
        chair=rules.chair(actor, call),
        moves=[move for move in rules.life.moves if open_now(actor, call, stage, move)],
        form=form,
    )


def open_now(actor: Actor, call: Call, stage: CallStage, move: Any) -> bool:
    return stage in move.sources and move.allowed(actor, call) and not move.by_form


@routes.get("/calls/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, call: TheCall) -> Response:
    planned_only(db, actor, call)
    values: dict[str, Any] = {name: getattr(call, name) for name in (*actions.FIELDS, "version")}
    values |= {"process": call.process_id, "sponsor": call.sponsor_id}
    values["departments"] = [number for number, _ in queries.departments_of(db, call.id)]
    for row, one in enumerate(queries.questions(db, call.id), start=1):
        values |= {f"words_{row}": one.words, f"kind_{row}": one.kind.value, f"choices_{row}": one.choices}
        values[f"required_{row}"] = "on" if one.required else ""
    return form_page(request, db, actor, blank(CallForm, **values), call)


def planned_only(db: Session, actor: Actor, call: Call) -> None:
    if not rules.chair(actor, call):
        raise Refused("The chair of the committee changes a call.")
    if call.stands(actions.today(db)) is not CallStage.PLANNED:
        raise Refused("It has opened: what people answer stays as they read it.")


@routes.post("/calls/{id}/edit")
def change(request: Request, db: Db, actor: Employee, call: TheCall, fields: Typed) -> Response:
    if not rules.chair(actor, call):
        raise Refused("The chair of the committee changes a call.")
    form, extra = read(db, actor, fields)
    if not form:
        return form_page(request, db, actor, form, call, 422)
    actions.change(db, actor, call, form.data, extra)
    return see(request, f"/calls/{call.id}", "Kept.")


@routes.post("/calls/{id}/moves")
def move(request: Request, db: Db, actor: Employee, call: TheCall, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("This move cannot be read. Load the page again.")
    entry = actions.make(db, actor, call, form.data.name, form.data.note, form.data.version)
    return see(request, f"/calls/{call.id}", f"It is {entry.after} now.")


@routes.post("/calls/{id}/outcome")
def conclude(request: Request, db: Db, actor: Employee, call: TheCall, fields: Typed) -> Response:
    if not rules.chair(actor, call):
        raise Refused("The chair of the committee says what came of a call.")
    form = fill(ConcludeForm, fields)
    if not form:
        return call_page(request, db, actor, call, form, 422)
    actions.conclude(db, actor, call, form.data.words, form.data.version)
    return see(request, f"/calls/{call.id}", "Kept. Whoever answered the call hears of it.")


@routes.get("/calls/{id}/poster")
def poster(request: Request, db: Db, actor: Employee, call: TheCall) -> Response:
    """For whoever sees the call: a page to print, whose code opens the form for it."""
    if call.stands(actions.today(db)) in (CallStage.CLOSED, CallStage.CANCELLED):
        raise Missing("This call is over: there is no poster any more.")
    settings: Settings = db.info["settings"]
    address = f"{settings.address}/ideas/new?call={call.id}"
    return page(
        request,
        "ideas/calls/poster.html",
        call=call,
        process=db.get_one(Process, call.process_id),
        sponsor=queries.name_of(db, call.sponsor_id),
        drawn=qr.drawn(address),
        address=address,
        organisation=known_name(request),
    )
