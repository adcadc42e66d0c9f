"""The experience of a process: what was rated, the gap, one's own sheet."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.processes.causes.queries import working_on
from app.processes.experience import actions, queries
from app.processes.experience.gap import Three
from app.processes.experience.models import (
    RatingRound,
    RatingRoundForm,
    RatingStage,
    SheetForm,
    Stands,
    StatementForm,
)
from app.processes.experience.rules import life, may_rate
from app.processes.models import Process, ProcessTouchpoint
from app.processes.queries import visible_to
from app.processes.rules import may_edit
from app.trail import trail
from app.voice.models import Touchpoint
from app.web import Fields, Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, slow, unchanged
from app.workflow import MoveForm

routes = router()
TheProcess = Annotated[Process, Depends(found(Process, visible_to))]
ASKED = (("desired", "Desired"), ("promised", "Promised"), ("provided", "Provided"))


@routes.get("/processes/{id}/experience")
@slow
def experience(request: Request, db: Db, actor: Employee, process: TheProcess, round: str = "") -> Response:
    edit = may_edit(actor, process)
    if not edit and (kept := unchanged(request, actor.rights, counts(db, "processes", "voice", "people", "pilots"))):
        return kept
    return experience_page(request, db, actor, process, round)


def experience_page(
    request: Request,
    db: Session,
    actor: Actor,
    process: Process,
    chosen: str = "",
    status: int = 200,
    statement: Form[Any] | None = None,
    asking: Form[Any] | None = None,
) -> Response:
    every = queries.rounds(db, process.id)
    is_open = next((one for one in every if one.stage is RatingStage.OPEN), None)
    closed = [one for one in every if one.stage is RatingStage.CLOSED]
    shown = next((one for one in closed if str(one.id) == chosen), closed[0] if closed else None)
    rates = is_open is not None and may_rate(
        actor, process, queries.departments_of(db, process.id), working_on(db, process.id)
    )
    return page(
        request,
        "processes/experience/index.html",
        status=status,
        process=process,
        board=queries.board(db, shown) if shown else None,
        history=queries.history_of(db, closed) if len(closed) > 1 else [],
        open=is_open,
        raters=queries.raters_in(db, is_open.id) if is_open else 0,
        mine=queries.my_sheet(db, actor, is_open.id)[0] if is_open and rates else None,
        statements=queries.statements(db, process.id),
        rates=rates,
        edit=may_edit(actor, process),
        moves=life.open_to(actor, is_open) if is_open else [],
        touchpoints=own_touchpoints(db, process) if may_edit(actor, process) else [],
        statement=statement or blank(StatementForm, key=new_key()),
        asking=asking or blank(RatingRoundForm, key=new_key(), fewest=5),
        trail=trail(db, actor, "process", process=process),
    )


def own_touchpoints(db: Session, process: Process) -> list[tuple[int, str]]:
    query = (
        select(col(Touchpoint.id), col(Touchpoint.name))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Touchpoint.id))
        .where(col(ProcessTouchpoint.process_id) == process.id)
        .order_by(col(Touchpoint.name))
    )
    return [(number, name) for number, name in db.execute(query)]


@routes.post("/processes/{id}/experience/statements")
def add_statement(request: Request, db: Db, actor: Employee, process: TheProcess, fields: Typed) -> Response:
    actions.only_editors(actor, process)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(StatementForm, fields)
    if form:
        try:
            actions.add_statement(db, actor, process, form.data)
            return once_.see(f"/processes/{process.id}/experience#statements", "Kept.")
        except Invalid as error:
            form.refuse("words", error.words)
    return experience_page(request, db, actor, process, status=422, statement=form)


@routes.post("/processes/{id}/experience/statements/{statement_id}/withdraw")
def withdraw_statement(
    request: Request, db: Db, actor: Employee, process: TheProcess, statement_id: ThingId
) -> Response:
    actions.withdraw_statement(db, actor, process, statement_id)
    return see(request, f"/processes/{process.id}/experience#statements", "Withdrawn.")


@routes.post("/processes/{id}/experience/rounds")
def open_round(request: Request, db: Db, actor: Employee, process: TheProcess, fields: Typed) -> Response:
    actions.only_editors(actor, process)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(RatingRoundForm, fields)
    if form:
        try:
            round_ = actions.open_round(db, actor, process, form.data)
            return once_.see(f"/processes/{process.id}/experience/rounds/{round_.id}", "The rating is open.")
        except Invalid as error:
            form.refuse("name", error.words)
    return experience_page(request, db, actor, process, status=422, asking=form)


@routes.post("/processes/{id}/experience/rounds/{round_id}/moves")
def moves(request: Request, db: Db, actor: Employee, process: TheProcess, round_id: ThingId, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("The move could not be read.")
    round_ = actions.find_round(db, process, round_id)
    actions.move(db, actor, round_, form.data.name, form.data.note, form.data.version)
    return see(request, f"/processes/{process.id}/experience")


@routes.get("/processes/{id}/experience/rounds/{round_id}")
def sheet(request: Request, db: Db, actor: Employee, process: TheProcess, round_id: ThingId) -> Response:
    round_ = actions.find_round(db, process, round_id)
    if round_.stage is not RatingStage.OPEN:
        return see(request, f"/processes/{process.id}/experience?round={round_.id}")
    actions.only_raters(db, actor, process)
    mine, ratings = queries.my_sheet(db, actor, round_.id)
    values: dict[str, Any] = {
        f"{name}-{number}": getattr(rating, name) for number, rating in ratings.items() for name, _ in ASKED
    }
    if mine:
        values |= {"stands": mine.stands.value, "basis": mine.basis, "version": mine.version}
    return sheet_page(
        request, db, actor, process, round_, blank(SheetForm, **({"stands": Stands.OURSELVES.value} | values))
    )


def sheet_page(
    request: Request,
    db: Session,
    actor: Actor,
    process: Process,
    round_: RatingRound,
    form: Form[Any],
    status: int = 200,
) -> Response:
    return page(
        request,
        "processes/experience/sheet.html",
        status=status,
        process=process,
        round=round_,
        statements=queries.statements(db, process.id),
        form=form,
        asked=ASKED,
        sides=[(side.value, side.value) for side in Stands],
        trail=trail(db, actor, "process", process=process),
    )


@routes.post("/processes/{id}/experience/rounds/{round_id}")
def rate(request: Request, db: Db, actor: Employee, process: TheProcess, round_id: ThingId, fields: Typed) -> Response:
    round_ = actions.find_round(db, process, round_id)
    actions.only_raters(db, actor, process)
    form, given = read_sheet(fields)
    if form:
        try:
            actions.rate(db, actor, process, round_, form.data, given)
            return see(request, f"/processes/{process.id}/experience", "Your ratings are in.")
        except Invalid as error:
            form.refuse("basis" if "how you know" in error.words else "", error.words)
    return sheet_page(request, db, actor, process, round_, form, 422)


def read_sheet(fields: Fields) -> tuple[Form[SheetForm], dict[int, Three]]:
    """The form, and the ratings that stand beside it: three numbers a statement, all or none."""
    names = tuple(f"{name}-" for name, _ in ASKED)
    form = fill(SheetForm, Fields({k: v for k, v in fields.texts.items() if not k.startswith(names)}, fields.files))
    form.texts = fields.texts
    numbers = {name.partition("-")[2] for name in fields.texts if name.startswith(names)}
    given: dict[int, Three] = {}
    for number in sorted(number for number in numbers if number.isdecimal() and len(number) < 19):
        said = [fields.get(f"{name}-{number}").strip() for name, _ in ASKED]
        if not any(said):
            continue
        if not all(said):
            form.refuse(f"desired-{number}", "Rate all three, or leave all three empty.")
        elif not all(value.isascii() and value.isdecimal() and len(value) < 3 and int(value) <= 10 for value in said):
            form.refuse(f"desired-{number}", "A rating is a whole number from 0 to 10.")
        else:
            given[int(number)] = Three(*(float(value) for value in said))
    return form, given
