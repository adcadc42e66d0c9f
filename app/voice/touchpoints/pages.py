"""The register of touchpoints: where each stands, what asked about it, which are moments of truth, which are one."""

from collections.abc import Collection
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid, Refused
from app.frame import Area
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Person
from app.processes.models import Process, ProcessTouchpoint
from app.record.reading import trace
from app.trail import trail
from app.voice.evidence.drawing import bars
from app.voice.evidence.queries import beside
from app.voice.models import Factor, Touchpoint
from app.voice.touchpoints import actions, queries
from app.voice.touchpoints.models import MergeForm, MomentForm, TouchpointForm
from app.voice.touchpoints.queries import visible_to
from app.voice.touchpoints.rules import may_keep
from app.voice.touchpoints.waves import waves
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see, slow, unchanged

area = Area("voice", 45, "Touchpoints", "/voice/touchpoints")
routes = router()
TheTouchpoint = Annotated[Touchpoint, Depends(found(Touchpoint, visible_to))]
FACTORS = [(factor.value, factor.value.capitalize()) for factor in Factor]


def processes_of(db: Session, ids: Collection[int]) -> dict[int, list[tuple[int, str, str]]]:
    """Of each touchpoint the processes behind it: id, name, owner."""
    query = (
        select(col(ProcessTouchpoint.touchpoint_id), col(Process.id), col(Process.name), col(Person.name))
        .join(Process, col(Process.id) == col(ProcessTouchpoint.process_id))
        .join(Person, col(Person.id) == col(Process.owner_id))
        .where(col(ProcessTouchpoint.touchpoint_id).in_(ids))
        .order_by(col(Process.name))
    )
    told: dict[int, list[tuple[int, str, str]]] = {}
    for touchpoint, number, name, owner in db.execute(query):
        told.setdefault(touchpoint, []).append((number, name, owner))
    return told


@routes.get("/voice/touchpoints")
@slow
def register(
    request: Request,
    db: Db,
    actor: Employee,
    q: Annotated[str, Query(max_length=200)] = "",
    factor: str = "",
    moments: str = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "processes", "people")):
        return kept
    one_factor = Factor(factor) if factor in set(Factor) else None
    told = queries.register(db, actor, q, one_factor, moments=bool(moments), after=after)
    shown, more = told[: queries.PAGE], len(told) > queries.PAGE
    ids = [one.id for one in shown]
    asked = {name: value for name, value in (("q", q), ("factor", factor), ("moments", moments)) if value}
    return page(
        request,
        "voice/touchpoints/index.html",
        shown=shown,
        many=queries.how_many(db, actor),
        ratings=queries.latest_ratings(db, actor, ids),
        asked=queries.asked_by(db, actor, ids),
        processes=processes_of(db, ids),
        factors=FACTORS,
        q=q,
        factor=factor,
        moments=moments,
        after=after,
        here=f"/voice/touchpoints{'?' + urlencode(asked) if asked else ''}",
        next_href=f"/voice/touchpoints?{urlencode({**asked, 'after': shown[-1].key})}" if more else None,
    )


@routes.get("/voice/touchpoints/{id}")
@slow
def one_touchpoint(request: Request, db: Db, actor: Employee, touchpoint: TheTouchpoint) -> Response:
    return show(request, db, actor, touchpoint)


def show(
    request: Request,
    db: Session,
    actor: Actor,
    touchpoint: Touchpoint,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "voice/touchpoints/show.html",
        status=status,
        trail=trail(db, actor, "voice"),
        touchpoint=touchpoint,
        waves=waves(db, actor, touchpoint.id, touchpoint.name),
        beside=beside(db, actor, [touchpoint.id]).get(touchpoint.id),
        bars=bars,
        aliases=queries.aliases_of(db, touchpoint.id),
        processes=processes_of(db, [touchpoint.id]).get(touchpoint.id, []),
        trace=trace(db, touchpoint.ref),
        form=form or blank(MomentForm),
        may_keep=may_keep(db, actor),
    )


def only_keepers(db: Session, actor: Actor) -> None:
    if not may_keep(db, actor):
        raise Refused("The register is kept by the chair, administrators and whoever brings sources in.")


@routes.post("/voice/touchpoints/{id}/moment")
def say_moment(request: Request, db: Db, actor: Employee, touchpoint: TheTouchpoint, fields: Typed) -> Response:
    only_keepers(db, actor)
    form = fill(MomentForm, fields)
    if not form:
        return show(request, db, actor, touchpoint, form, 422)
    actions.mark(db, actor, touchpoint, form.data)
    words = "Marked as a moment of truth." if touchpoint.moment_of_truth else "No longer a moment of truth."
    return see(request, f"/voice/touchpoints/{touchpoint.id}", words)


@routes.get("/voice/touchpoints/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, touchpoint: TheTouchpoint) -> Response:
    only_keepers(db, actor)
    values: dict[str, Any] = {name: getattr(touchpoint, name) for name in ("name", "journey", "stage", "version")}
    values["factor"] = touchpoint.factor.value if touchpoint.factor else ""
    values["aliases"] = "\n".join(alias.name for alias in queries.aliases_of(db, touchpoint.id))
    return edit_page(request, db, actor, touchpoint, blank(TouchpointForm, **values))


def edit_page(
    request: Request, db: Session, actor: Actor, touchpoint: Touchpoint, form: Form[Any], status: int = 200
) -> Response:
    known = select(col(Touchpoint.journey), col(Touchpoint.stage)).where(visible_to(actor)).distinct()
    pairs = [(journey, stage) for journey, stage in db.execute(known)]
    return page(
        request,
        "voice/touchpoints/edit.html",
        status=status,
        trail=trail(db, actor, "voice"),
        touchpoint=touchpoint,
        form=form,
        factors=FACTORS,
        journeys=sorted({journey for journey, _ in pairs if journey}),
        stages=sorted({stage for _, stage in pairs if stage}),
    )


@routes.post("/voice/touchpoints/{id}/edit")
def change(request: Request, db: Db, actor: Employee, touchpoint: TheTouchpoint, fields: Typed) -> Response:
    only_keepers(db, actor)
    form = fill(TouchpointForm, fields)
    if form:
        for name, words in actions.wrong_names(db, touchpoint, form.data):
            form.refuse(name, words)
    if not form:
        return edit_page(request, db, actor, touchpoint, form, 422)
    actions.change(db, actor, touchpoint, form.data)
    return see(request, f"/voice/touchpoints/{touchpoint.id}", "Kept.")


@routes.get("/voice/touchpoints/{id}/merge")
def ask_merge(request: Request, db: Db, actor: Employee, touchpoint: TheTouchpoint) -> Response:
    only_keepers(db, actor)
    return merge_page(request, db, actor, touchpoint, blank(MergeForm))


def merge_page(
    request: Request, db: Session, actor: Actor, touchpoint: Touchpoint, form: Form[Any], status: int = 200
) -> Response:
    others = [(number, name) for number, name in queries.choices(db, actor) if number != touchpoint.id]
    return page(
        request,
        "voice/touchpoints/merge.html",
        status=status,
        trail=trail(db, actor, "voice"),
        touchpoint=touchpoint,
        form=form,
        others=others,
    )


@routes.post("/voice/touchpoints/{id}/merge")
@slow
def merge(request: Request, db: Db, actor: Employee, touchpoint: TheTouchpoint, fields: Typed) -> Response:
    only_keepers(db, actor)
    form = fill(MergeForm, fields)
    into = db.get(Touchpoint, form.data.into) if form and form.data.into in dict(queries.choices(db, actor)) else None
    if form and (into is None or into.id == touchpoint.id):
        form.refuse("into", "Choose one of the offered answers.")
    if not form or into is None:
        return merge_page(request, db, actor, touchpoint, form, 422)
    try:
        actions.merge(db, actor, touchpoint, into, form.data.reason)
    except Invalid as error:
        form.refuse("into", error.words)
        return merge_page(request, db, actor, touchpoint, form, 422)
    return see(request, f"/voice/touchpoints/{into.id}", "They are one touchpoint now.")
