"""Forms of what was found: writing a finding down, changing it, withdrawing it."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.trail import trail
from app.voice.evidence import actions, queries
from app.voice.evidence.models import FOUND, Finding, FindingForm, FindingKind, WithdrawForm
from app.voice.evidence.pages_sources import only_writers
from app.voice.models import Source
from app.voice.queries import visible_to
from app.voice.touchpoints.queries import choices
from app.web import Fields, Form, Request, Response, Typed, blank, fill, page, router, see

routes = router()
FINDINGS = [(kind.value, kind.value.capitalize()) for kind in FindingKind]


def told_by(actor: Actor) -> Any:
    return visible_to(actor) & col(Source.kind).in_(FOUND)


TheTold = Annotated[Source, Depends(found(Source, told_by))]
TheFinding = Annotated[Finding, Depends(found(Finding, queries.findings_visible_to))]


@routes.get("/voice/evidence/{id}/findings/new")
def new_finding(request: Request, db: Db, actor: Employee, source: TheTold) -> Response:
    only_writers(actor, source)
    form = blank(FindingForm, key=new_key(), kind="pain", on=source.last_day)
    return finding_form(request, db, actor, source, form)


def finding_form(
    request: Request,
    db: Session,
    actor: Actor,
    source: Source,
    form: Form[Any],
    finding: Finding | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "voice/evidence/finding_form.html",
        status=status,
        trail=trail(db, actor, "voice"),
        source=source,
        form=form,
        finding=finding,
        kinds=FINDINGS,
        touchpoints=choices(db, actor),
    )


def read_finding(db: Session, actor: Actor, fields: Fields) -> Form[FindingForm]:
    form = fill(FindingForm, fields)
    if form and form.data.touchpoint and form.data.touchpoint not in dict(choices(db, actor)):
        form.refuse("touchpoint", "Choose one of the offered answers.")
    if form and (form.data.said_by is None) != (form.data.asked is None):
        form.refuse("asked", "Say both: how many people said it, and of how many.")
    if form and (form.data.said_by or 0) > (form.data.asked or 0):
        form.refuse("said_by", "No more people can have said it than were asked.")
    return form


@routes.post("/voice/evidence/{id}/findings/new")
def make_finding(request: Request, db: Db, actor: Employee, source: TheTold, fields: Typed) -> Response:
    only_writers(actor, source)
    form = read_finding(db, actor, fields)
    if not form:
        return finding_form(request, db, actor, source, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.write_down(db, actor, source, form.data)
    return once_.see(f"/voice/evidence/{source.id}", "Written down.")


def its_source(db: Session, actor: Actor, finding: Finding) -> Source:
    source = db.get_one(Source, finding.source_id)
    only_writers(actor, source)
    return source


@routes.get("/voice/evidence/findings/{id}/edit")
def edit_finding(request: Request, db: Db, actor: Employee, thing: TheFinding) -> Response:
    source = its_source(db, actor, thing)
    values: dict[str, Any] = {name: getattr(thing, name) for name in ("words", "quote", "said_by", "asked", "on")}
    form = blank(FindingForm, kind=thing.kind.value, touchpoint=thing.touchpoint_id, version=thing.version, **values)
    return finding_form(request, db, actor, source, form, thing)


@routes.post("/voice/evidence/findings/{id}/edit")
def change_finding(request: Request, db: Db, actor: Employee, thing: TheFinding, fields: Typed) -> Response:
    source = its_source(db, actor, thing)
    form = read_finding(db, actor, fields)
    if not form:
        return finding_form(request, db, actor, source, form, thing, 422)
    actions.change_finding(db, actor, thing, form.data)
    return see(request, f"/voice/evidence/findings/{thing.id}", "Kept.")


@routes.get("/voice/evidence/findings/{id}/withdraw")
def ask_why(request: Request, db: Db, actor: Employee, thing: TheFinding) -> Response:
    its_source(db, actor, thing)
    return why_page(request, db, actor, thing, blank(WithdrawForm))


def why_page(
    request: Request, db: Session, actor: Actor, thing: Finding, form: Form[Any], status: int = 200
) -> Response:
    context = {"trail": trail(db, actor, "voice"), "finding": thing, "form": form}
    return page(request, "voice/evidence/withdraw.html", status=status, **context)


@routes.post("/voice/evidence/findings/{id}/withdraw")
def withdraw(request: Request, db: Db, actor: Employee, thing: TheFinding, fields: Typed) -> Response:
    source = its_source(db, actor, thing)
    form = fill(WithdrawForm, fields)
    if not form:
        return why_page(request, db, actor, thing, form, 422)
    actions.withdraw(db, actor, thing, form.data.reason)
    return see(request, f"/voice/evidence/{source.id}", "Withdrawn. Its page says why.")
