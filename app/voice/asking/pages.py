"""Asking customers: sources that collect, a new one, its link, its card for the counter, and its end."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.frame import Area
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Department, Organisation
from app.people.queries import paths
from app.record.models import Entry
from app.record.reading import line, names_of
from app.refs import registry
from app.voice.actions import named
from app.voice.asking import actions, links, qr, queries
from app.voice.asking.forms import AskForm, NoteForm, UntilForm, plan_of
from app.voice.asking.models import Asking
from app.voice.asking.public import routes as public_routes
from app.voice.asking.rules import keeps, life
from app.voice.asking.survey import said
from app.voice.audiences import refuse_wide
from app.voice.models import Audience, Series, Source
from app.voice.queries import outcomes_of, visible_to
from app.voice.rules import may_import
from app.voice.showing import estimate_of
from app.voice.touchpoints.queries import choices
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see, unchanged
from app.workflow import MoveForm

area = Area("voice", 5, "Ask customers", "/voice/ask")
routes = router()
routes.routes.extend(public_routes.routes)
TheAsking = Annotated[Asking, Depends(found(Asking, queries.asking_visible_to))]
WEEKS = timedelta(weeks=4)
AUDIENCES = (
    (Audience.EMPLOYEES.value, "every employee"),
    (Audience.DEPARTMENT.value, "its department and the committee"),
    (Audience.COMMITTEE.value, "the committee"),
)


def may_ask(db: Session, actor: Actor) -> bool:
    return may_import(actor, set(db.scalars(select(col(Source.department_id)).distinct())))


def only_askers(db: Session, actor: Actor) -> None:
    if not may_ask(db, actor):
        raise Refused(
            "Customers are asked by the committee, leaders, administrators and departments that keep evidence."
        )


def only_keepers(actor: Actor, asking: Asking) -> None:
    if not keeps(actor, asking):
        raise Refused("This source is kept by others: its maker, its department, the committee.")


@routes.get("/voice/ask")
def asked(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    every = queries.askings(db, actor)
    open_ones = [pair for pair in every if pair[1].collecting]
    done = [pair for pair in every if not pair[1].collecting]
    return page(request, "voice/asking/index.html", open_ones=open_ones, done=done, may_ask=may_ask(db, actor))


@routes.get("/voice/ask/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    only_askers(db, actor)
    day = actions.home_day(db)
    values = {
        "way": "survey",
        "opens_on": day,
        "closes_on": day + WEEKS,
        "department": actor.department_id or "",
        "recommend": "Recommend",
        "minimum_cell": 10,
        "figures_for": Audience.EMPLOYEES.value,
        "comments_for": Audience.COMMITTEE.value,
        "rows_for": Audience.COMMITTEE.value,
        "open_en": "What should we do better?",
        "open_es": "¿Qué deberíamos hacer mejor?",
    }
    return draw_new(request, db, actor, blank(AskForm, key=new_key(), **values))


def draw_new(request: Request, db: Session, actor: Actor, form: Form[Any], status: int = 200) -> Response:
    mine = select(col(Source.series_id)).where(visible_to(actor))
    known = select(col(Series.name)).where(col(Series.id).in_(mine))
    return page(
        request,
        "voice/asking/new.html",
        status=status,
        form=form,
        departments=[(number, name) for number, name in paths(db).items()],
        series=db.scalars(known.order_by(col(Series.name))).all(),
        touchpoints=[name for _, name in choices(db, actor)][:200],
        audiences=AUDIENCES,
    )


@routes.post("/voice/ask/new")
def begin(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_askers(db, actor)
    form = fill(AskForm, fields)
    if form:
        refuse_wide(form)
    organisation = db.scalar(select(col(Organisation.name))) or ""
    plan = plan_of(form, actions.home_day(db), organisation) if form else None
    if plan and plan.department_id is not None and db.get(Department, plan.department_id) is None:
        form.refuse("department", "Choose one of the offered departments.")
    if plan is None or not form:
        return draw_new(request, db, actor, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    if named(db, plan.name):
        form.refuse("name", "There is a source with this name already.")
        return draw_new(request, db, actor, form, 422)
    asking = actions.begin(db, actor, plan)
    return once_.see(
        f"/voice/ask/{asking.id}", "It collects." if plan.opens_on <= actions.home_day(db) else "It is set."
    )


@routes.get("/voice/ask/{id}")
def show(request: Request, db: Db, actor: Employee, asking: TheAsking) -> Response:
    return draw(request, db, actor, asking)


def draw(request: Request, db: Session, actor: Actor, asking: Asking, status: int = 200, **forms: Any) -> Response:
    source = db.get_one(Source, asking.source_id)
    mine = keeps(actor, asking)
    outcomes = outcomes_of(db, source.id)
    told = queries.design(db, source.id, outcomes)
    address = links.address_of(db, asking) if mine else None
    today = actions.home_day(db)
    blank_until = blank(UntilForm, closes_on=max(asking.closes_on, today), version=asking.version)
    return page(
        request,
        "voice/asking/show.html",
        status=status,
        asking=asking,
        source=source,
        design=told,
        texts=asking.said,
        mine=mine,
        takes=asking.takes(today) and source.collecting,
        early=today < asking.opens_on,
        address=address,
        drawn=qr.drawn(address) if address else None,
        moves=life.open_to(actor, asking),
        batches=queries.batches(db, source.id) if mine else [],
        entries=history(db, actor, asking),
        headline=(outcomes[0], estimate_of(outcomes[0], source.minimum_cell)) if outcomes else None,
        api=request.app.state.settings.address,
        sample=sample(asking, source, told),
        until=forms.get("until", blank_until),
        renew=forms.get("renew", blank(NoteForm)),
    )


def history(db: Session, actor: Actor, asking: Asking) -> list[dict[str, Any]]:
    """What the record says of it, batches apart."""
    query = (
        select(Entry)
        .where(col(Entry.ref) == asking.ref, col(Entry.move) != "receive")
        .order_by(col(Entry.number).desc())
        .limit(20)
    )
    entries = db.scalars(query).all()
    things = registry(db).find(db, actor, [asking.ref])
    names = names_of(db, {entry.actor_id for entry in entries if entry.actor_id})
    lines = [line(entry, things.get(entry.ref), names, veiled=False) for entry in entries]
    return [{"at": one.at, "what": one.what, "who": one.who or "by itself, on its day", "why": None} for one in lines]


def sample(asking: Asking, source: Source, told: queries.Design) -> dict[str, Any]:
    """A batch of one, with this source's own names."""
    one: dict[str, Any] = {"respondent": "ticket-4711", "date": asking.opens_on.isoformat()}
    one["outcomes"] = {question.name: int(question.scale.best) - 1 for question in told.outcomes}
    one["ratings"] = {question.name: int(question.scale.best) - 1 for question in told.uses[:2]}
    if len(told.uses) > 2:
        one["ratings"][told.uses[2].name] = "not applicable"
    if told.segments:
        one["segments"] = {told.segments[0]: "Terminal 2"}
    one["comments"] = [{"question": said(asking.said, "open", "en", "Comment"), "text": "Faster, thank you."}]
    return {"source": source.id, "responses": [one]}


@routes.post("/voice/ask/{id}/moves")
def move(request: Request, db: Db, actor: Employee, asking: TheAsking, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("There is no such move.")
    only_keepers(actor, asking)
    life.check(actor, asking, form.data.name, form.data.note)
    actions.close(db, actor, asking, form.data.version)
    return see(request, f"/voice/ask/{asking.id}", "It is closed: nothing more comes in.")


@routes.post("/voice/ask/{id}/until")
def new_day(request: Request, db: Db, actor: Employee, asking: TheAsking, fields: Typed) -> Response:
    only_keepers(actor, asking)
    form = fill(UntilForm, fields)
    if form:
        try:
            actions.until(db, actor, asking, form.data.closes_on, form.data.note, form.data.version)
        except Invalid as error:
            form.refuse("closes_on", error.words)
    if not form:
        return draw(request, db, actor, asking, 422, until=form)
    return see(request, f"/voice/ask/{asking.id}", "The last day is moved.")


@routes.post("/voice/ask/{id}/link")
def new_link(request: Request, db: Db, actor: Employee, asking: TheAsking, fields: Typed) -> Response:
    only_keepers(actor, asking)
    form = fill(NoteForm, fields)
    if not form:
        return draw(request, db, actor, asking, 422, renew=form)
    actions.renew_link(db, actor, asking, form.data.note)
    return see(request, f"/voice/ask/{asking.id}", "The link is new. Print new cards: the old ones lead nowhere.")


def address_for(db: Session, actor: Actor, asking: Asking) -> str:
    """The survey's address, for those who keep it; 404 where it has none that can be shown."""
    only_keepers(actor, asking)
    address = links.address_of(db, asking)
    if address is None:
        raise Missing("This source has no survey whose link can be shown.")
    return address


@routes.get("/voice/ask/{id}/card")
def card(request: Request, db: Db, actor: Employee, asking: TheAsking) -> Response:
    address = address_for(db, actor, asking)
    source = db.get_one(Source, asking.source_id)
    organisation = db.scalar(select(col(Organisation.name))) or ""
    return page(
        request,
        "voice/asking/card.html",
        asking=asking,
        source=source,
        address=address,
        drawn=qr.drawn(address),
        organisation=organisation,
    )


@routes.get("/voice/ask/{id}/qr.{kind}")
def qr_file(request: Request, db: Db, actor: Employee, asking: TheAsking, kind: str) -> Response:
    if kind not in ("svg", "png"):
        raise Missing()
    content = qr.file(address_for(db, actor, asking), kind)
    media = {"svg": "image/svg+xml", "png": "image/png"}[kind]
    headers = {"Content-Disposition": f'attachment; filename="survey-{asking.id}.{kind}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media, headers=headers)


@routes.get("/docs")
def docs(request: Request, actor: Employee) -> Response:
    """The API in words; the whole of it stands in /openapi.json."""
    return page(request, "voice/asking/docs.html", api=request.app.state.settings.address)
