"""Forms of other evidence: a source, counts pasted or by hand, findings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.db import Db
from app.errors import Refused
from app.notices.words import sentence
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Department, Person
from app.record.queries import entries_of
from app.trail import trail
from app.voice.evidence import actions, queries, reading
from app.voice.evidence.models import (
    COUNTED,
    FOUND,
    OTHER,
    CountForm,
    Finding,
    FindingForm,
    FindingKind,
    SourceForm,
    WithdrawForm,
)
from app.voice.evidence.periods import Step
from app.voice.models import Audience, Source
from app.voice.queries import taken_sources, visible_to
from app.voice.rules import may_add, may_import, too_wide
from app.voice.touchpoints.queries import by_name, choices, names_of
from app.web import Fields, Form, Request, Response, Typed, blank, fill, page, router, see, slow

routes = router()
KIND_WORDS = {
    "complaints": "counted by touchpoint and period",
    "lost sales": "counted by touchpoint and period",
    "waiting times": "how many waited and how long, by touchpoint and period",
    "interviews": "findings of people who asked customers",
    "observation": "findings of people who looked",
    "reports": "findings of people who read what others found",
}
AUDIENCES = (
    (Audience.EMPLOYEES.value, "every employee"),
    (Audience.DEPARTMENT.value, "the department that keeps it, and the committee"),
    (Audience.COMMITTEE.value, "the committee"),
)
FINDINGS = [(kind.value, kind.value.capitalize()) for kind in FindingKind]
ROOM = 2 * 1024 * 1024


def counted_by(actor: Actor) -> Any:
    return visible_to(actor) & col(Source.kind).in_(COUNTED)


def told_by(actor: Actor) -> Any:
    return visible_to(actor) & col(Source.kind).in_(FOUND)


TheCounted = Annotated[Source, Depends(found(Source, counted_by))]
TheTold = Annotated[Source, Depends(found(Source, told_by))]
TheFinding = Annotated[Finding, Depends(found(Finding, queries.findings_visible_to))]


@dataclass(frozen=True)
class Traced:
    at: datetime
    what: str
    who: str | None
    why: str | None


def trace(db: Session, ref: str) -> list[Traced]:
    """A thing's past from the record, newest first."""
    entries = entries_of(db, ref)
    people = select(col(Person.id), col(Person.name)).where(col(Person.id).in_({one.actor_id for one, _ in entries}))
    names: dict[int, str] = {row[0]: row[1] for row in db.execute(people)}
    return [
        Traced(one.at, sentence(one.ref, one.move, one.before, one.after), names.get(one.actor_id or 0), why or None)
        for one, why in reversed(entries)
    ]


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


def refuse_wide(form: Form[Any]) -> None:
    for name in ("comments_for", "rows_for"):
        if too_wide(form.data.figures_for, getattr(form.data, name)):
            form.refuse(name, "Not for more people than the figures: they can be worked out from these.")


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


def words_of(fields: Fields) -> str:
    """What was pasted; a file, where one was chosen, stands in its place."""
    file = fields.files.get("file")
    if file is None:
        return fields.get("text")
    data = file.file.read(ROOM)
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace").replace("\x00", "")


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
