"""Who sees a source; and one comment with its marks, for those who may read the rows."""

from typing import Annotated, Any

import structlog
from fastapi import Depends
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.errors import Invalid, Refused
from app.people.actor import Actor, Employee
from app.people.found import found
from app.trail import trail
from app.voice.access import actions
from app.voice.access.models import AccessForm, MarkForm
from app.voice.audiences import AUDIENCES, refuse_wide
from app.voice.models import Remark, Source
from app.voice.privacy import KINDS, marks_of
from app.voice.queries import comments_visible_to, kept_by
from app.voice.rules import keeps, sees_rows
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see

log = structlog.get_logger()
routes = router()


def readable_by(actor: Actor) -> ColumnElement[bool]:
    return col(Remark.source_id).in_(select(col(Source.id)).where(comments_visible_to(actor)))


TheKept = Annotated[Source, Depends(found(Source, kept_by))]
TheRemark = Annotated[Remark, Depends(found(Remark, readable_by))]


@routes.get("/voice/sources/{id}/access")
def access(request: Request, db: Db, actor: Employee, source: TheKept) -> Response:
    values = {name: str(getattr(source, name)) for name in actions.SAID}
    return access_page(request, db, actor, source, blank(AccessForm, version=source.version, **values))


def access_page(
    request: Request, db: Session, actor: Actor, source: Source, form: Form[Any], status: int = 200
) -> Response:
    return page(
        request,
        "voice/access/access.html",
        status=status,
        trail=trail(db, actor, "voice"),
        source=source,
        form=form,
        audiences=AUDIENCES,
    )


@routes.post("/voice/sources/{id}/access")
def say_access(request: Request, db: Db, actor: Employee, source: TheKept, fields: Typed) -> Response:
    form = fill(AccessForm, fields)
    if form:
        refuse_wide(form)
    if not form:
        return access_page(request, db, actor, source, form, 422)
    actions.say_who_sees(db, actor, source, form.data)
    return see(request, f"/voice/sources/{source.id}/access", "Kept, and on the record.")


@routes.get("/voice/remarks/{id}")
def remark(request: Request, db: Db, actor: Employee, thing: TheRemark, show: int = -1) -> Response:
    """One comment. `show` is the start of one mark that is shown bare: for readers of rows, each time logged."""
    return remark_page(request, db, actor, thing, show)


def remark_page(
    request: Request,
    db: Session,
    actor: Actor,
    thing: Remark,
    show: int = -1,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    source = db.get_one(Source, thing.source_id)
    reads_rows = sees_rows(actor, source)
    marks = marks_of(thing.words, thing.marks)
    shown = next((span for span in marks if span.start == show), None)
    if shown is not None and not reads_rows:
        raise Refused("What is masked is for those who may read the rows.")
    if shown is not None:
        kind = shown.kind
        log.info("personal data shown", person=actor.id, remark=thing.id, kind=kind, request=request.state.request_id)
    return page(
        request,
        "voice/access/remark.html",
        status=status,
        trail=trail(db, actor, "voice"),
        remark=thing,
        source=source,
        marks=marks,
        shown=shown.start if shown else None,
        reads_rows=reads_rows,
        keeps=keeps(actor, source) and reads_rows,
        form=form or blank(MarkForm, kind="name"),
        kinds=[(kind, kind) for kind in KINDS],
    )


@routes.post("/voice/remarks/{id}/marks")
def mark(request: Request, db: Db, actor: Employee, thing: TheRemark, fields: Typed) -> Response:
    source = db.get_one(Source, thing.source_id)
    if not (keeps(actor, source) and sees_rows(actor, source)):
        raise Refused("The source's keepers say what is personal in its comments.")
    form = fill(MarkForm, fields)
    if not form:
        return remark_page(request, db, actor, thing, -1, form, 422)
    try:
        actions.mark(db, actor, thing, form.data)
    except Invalid as error:
        form.refuse("words", error.words)
        return remark_page(request, db, actor, thing, -1, form, 422)
    return see(request, f"/voice/remarks/{thing.id}", "Kept.")
