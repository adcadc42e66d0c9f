"""`/processes/alarms`: what got worse beyond chance, who was told, and what became of it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends
from sqlalchemy import select
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.frame import Area
from app.people.actor import Actor, Employee
from app.people.found import found
from app.processes.alarms import actions, queries
from app.processes.alarms.models import Alarm, AlarmStage, SettingForm
from app.processes.alarms.queries import Shown
from app.processes.alarms.rules import life, may_set
from app.processes.models import Process
from app.trail import trail
from app.voice.comments.queries import visible_to as comments_visible_to
from app.voice.models import Remark
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, unchanged
from app.workflow import MoveForm

area = Area("processes", 30, "Alarms", "/processes/alarms")
routes = router()
TheAlarm = Annotated[Alarm, Depends(found(Alarm, queries.visible_to))]
STAGES = [("", "open"), *((stage.value, stage.value) for stage in AlarmStage), ("all", "all")]


@routes.get("/processes/alarms")
def alarms(request: Request, db: Db, actor: Employee, stage: str = "", after: int | None = None) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "processes", "people")):
        return kept
    told = queries.listed(db, actor, stage, after)
    shown, more = told[: queries.PAGE], len(told) > queries.PAGE
    return page(
        request,
        "processes/alarms/index.html",
        shown=shown,
        stages=STAGES,
        stage=stage,
        answer=answer(shown, more),
        next_href=address(stage, shown[-1].alarm.id) if more else None,
        setting=queries.setting(db),
        may_set=may_set(actor),
    )


def address(stage: str, after: int) -> str:
    return f"/processes/alarms?{urlencode({'stage': stage, 'after': after})}"


def answer(shown: list[Shown], more: bool) -> str:
    new = sum(one.alarm.stage is AlarmStage.NEW for one in shown)
    if not shown:
        return "Nothing that is known got worse beyond chance."
    first = shown[0]
    rest = f" {new} {'has' if new == 1 else 'have'} not been looked at." if new else ""
    return f"{first.finding} in {first.source}.{rest}{' There are more.' if more else ''}"


@routes.get("/processes/alarms/setting")
def setting(request: Request, db: Db, actor: Employee) -> Response:
    only_setters(actor)
    set_ = queries.setting(db)
    return setting_page(request, blank(SettingForm, rate=f"{100 * set_.rate:g}", days=set_.days))


def only_setters(actor: Actor) -> None:
    if not may_set(actor):
        raise Refused("The chair of a committee and administrators set how many false alarms there may be.")


def setting_page(request: Request, form: Form[SettingForm], status: int = 200) -> Response:
    return page(request, "processes/alarms/setting.html", status=status, form=form)


@routes.post("/processes/alarms/setting")
def keep(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_setters(actor)
    form = fill(SettingForm, fields)
    if not form:
        return setting_page(request, form, status=422)
    actions.set_rate(db, actor, form.data.rate, form.data.days)
    return see(request, "/processes/alarms", "Kept. It counts from the next wave on.")


@routes.get("/processes/alarms/{id}")
def show(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    one = queries.one(db, actor, id)
    if one is None:
        raise Missing()
    alarm = one.alarm
    process = db.get(Process, alarm.process_id) if alarm.process_id else None
    comments = select(col(Remark.id)).where(col(Remark.source_id) == alarm.source_id, comments_visible_to(actor))
    return page(
        request,
        "processes/alarms/show.html",
        trail=trail(db, actor, "process", process=process) if process else None,
        one=one,
        alarm=alarm,
        moves=life.open_to(actor, alarm),
        reads=db.scalars(comments.limit(1)).first() is not None,
        setting=queries.setting(db),
    )


@routes.post("/processes/alarms/{id}/moves")
def move(request: Request, db: Db, actor: Employee, alarm: TheAlarm, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("This move cannot be read. Load the page again.")
    note = form.data.note.strip()
    entry = life.make(db, actor, alarm, form.data.name, note, version=form.data.version, word=note)
    return see(request, f"/processes/alarms/{alarm.id}", f"It is {entry.after} now.")
