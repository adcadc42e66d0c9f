"""Forms of what was counted: lines pasted or from a file, and one by hand."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.db import Db
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.trail import trail
from app.voice.evidence import actions, reading
from app.voice.evidence.models import COUNTED, CountForm
from app.voice.evidence.pages_sources import only_writers
from app.voice.evidence.periods import Step
from app.voice.models import Source
from app.voice.pasted import ROOM, words_of
from app.voice.queries import visible_to
from app.voice.touchpoints.queries import by_name, choices, names_of
from app.web import Fields, Form, Request, Response, Typed, blank, fill, page, router, slow

routes = router()


def counted_by(actor: Actor) -> Any:
    return visible_to(actor) & col(Source.kind).in_(COUNTED)


TheCounted = Annotated[Source, Depends(found(Source, counted_by))]


@routes.get("/voice/evidence/{id}/counts")
def paste(request: Request, db: Db, actor: Employee, source: TheCounted) -> Response:
    only_writers(actor, source)
    return paste_page(request, db, actor, source, blank(key=new_key(), step="month"))


def paste_page(
    request: Request,
    db: Session,
    actor: Actor,
    source: Source,
    form: Form[Any],
    told: reading.Read | None = None,
    status: int = 200,
) -> Response:
    names = by_name(db)
    labels = names_of(db, names.values()) if told else {}
    strange = reading.unknown(told, {key: labels[number] for key, number in names.items()}) if told else []
    return page(
        request,
        "voice/evidence/counts.html",
        status=status,
        trail=trail(db, actor, "voice"),
        source=source,
        form=form,
        told=told,
        strange=strange,
        would=actions.would_put(db, source, told.lines, names) if told else None,
        steps=[(step.value, step.value) for step in Step],
    )


@routes.post("/voice/evidence/{id}/counts", max_body_size=ROOM)
@slow
def take_counts(request: Request, db: Db, actor: Employee, source: TheCounted, fields: Typed) -> Response:
    """Look first, with what cannot be read named row by row; taken at the second press."""
    only_writers(actor, source)
    text = words_of(fields)
    step = Step(fields.get("step")) if fields.get("step") in set(Step) else Step.MONTH
    form: Form[Any] = Form({**fields.texts, "text": [text]}, key=fields.get("key"))
    if not text.strip():
        form.refuse("text", "Paste the lines here, or choose a file.")
        return paste_page(request, db, actor, source, form, status=422)
    told = reading.read(text, today(request.app.state.settings.time_zone), step)
    names = by_name(db)
    refuse_counts(form, told, names, fields)
    if fields.get("do") != "take" or form.errors or not told.lines:
        form = form if fields.get("do") == "take" else Form(form.texts, key=form.key)
        return paste_page(request, db, actor, source, form, told, 422 if form.errors or not told.lines else 200)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    done = actions.put_counts(db, actor, source, told.lines, names)
    return once_.see(f"/voice/evidence/{source.id}", f"{done.new:,} new, {done.changed:,} in the place of others.")


def refuse_counts(form: Form[Any], told: reading.Read, names: dict[str, int], fields: Fields) -> None:
    if told.unreadable and told.lines and fields.get("leave") != "on":
        form.refuse("leave", "Put these rows right, or leave them out.")
    if reading.unknown(told, {key: key for key in names}) and fields.get("add") != "on":
        form.refuse("add", "Write these touchpoints as they are known, or add them.")


@routes.get("/voice/evidence/{id}/counts/add")
def one_line(request: Request, db: Db, actor: Employee, source: TheCounted) -> Response:
    only_writers(actor, source)
    return line_page(request, db, actor, source, blank(CountForm, key=new_key()))


def line_page(
    request: Request, db: Session, actor: Actor, source: Source, form: Form[Any], status: int = 200
) -> Response:
    return page(
        request,
        "voice/evidence/count.html",
        status=status,
        trail=trail(db, actor, "voice"),
        source=source,
        form=form,
        touchpoints=choices(db, actor),
    )


@routes.post("/voice/evidence/{id}/counts/add")
def add_line(request: Request, db: Db, actor: Employee, source: TheCounted, fields: Typed) -> Response:
    only_writers(actor, source)
    form = fill(CountForm, fields)
    known = dict(choices(db, actor))
    if form:
        refuse_line(form, known, request)
        if not form.data.reason and actions.there_already(db, source, form.data):
            form.refuse("reason", "Another count stands there already: say why it is wrong, and this takes its place.")
    if not form:
        return line_page(request, db, actor, source, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.put_one(db, actor, source, form.data, known[form.data.touchpoint])
    return once_.see(f"/voice/evidence/{source.id}?touchpoint={form.data.touchpoint}", "Counted.")


def refuse_line(form: Form[CountForm], known: dict[int, str], request: Request) -> None:
    if form.data.touchpoint not in known:
        form.refuse("touchpoint", "Choose one of the offered answers.")
    if form.data.last_day < form.data.first_day:
        form.refuse("last_day", "The last day is not before the first one.")
    if form.data.first_day > today(request.app.state.settings.time_zone):
        form.refuse("first_day", "This day is still to come.")
