"""`/voice/diagnosis`: how the organisation sees itself, how customers see it, and what it answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.diagnosis import actions, customer_pages, queries, rules, saying
from app.diagnosis.drawing import Profile, Told, profile
from app.diagnosis.items import DIMENSIONS, ITEMS, QUESTIONS, Item
from app.diagnosis.models import (
    LEVELS,
    Diagnosis,
    DiagnosisStage,
    Finding,
    FindingForm,
    InviteForm,
    OpenForm,
)
from app.diagnosis.reach_pages import kept, reach
from app.diagnosis.spread import CUSTOMERS, SMALLEST, Spread
from app.errors import Invalid, Missing, Refused, Stale
from app.frame import Area
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Committee
from app.web import Form, Request, Response, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.sheets import Cell, csv_rows
from app.workflow import MoveForm

area = Area("voice", 80, "Diagnosis", "/voice/diagnosis")
routes = router()
routes.routes.extend(customer_pages.routes.routes)
TheDiagnosis = Annotated[Diagnosis, Depends(found(Diagnosis, queries.visible_to))]
SEEN = ("diagnosis", "people", "processes", "voice", "ideas", "pilots")
GROUPS: tuple[tuple[str, Sequence[Item]], ...] = (
    ("The questions that come before", QUESTIONS),
    ("Maturity", DIMENSIONS),
)


@routes.get("/voice/diagnosis")
def index(request: Request, db: Db, actor: Employee) -> Response:
    if kept_ := unchanged(request, actor.rights, actor.department_id, counts(db, *SEEN)):
        return kept_
    every = queries.all_diagnoses(db)
    told = [one for one in every if one.stage is DiagnosisStage.PUBLISHED]
    answers = queries.findings(db, [one.id for one in told[:6]])
    spread = queries.spreads(db, told[0].id) if told else {}
    return page(
        request,
        "diagnosis/index.html",
        every=every,
        latest=told[0] if told else None,
        answer=heading(told, answers),
        drawn=drawn(told, answers, spread) if told else None,
        rows=history_rows(told, answers),
        told=told[:6],
        reach=reach(db),
        under_way=next((one for one in every if one.stage in (DiagnosisStage.OPEN, DiagnosisStage.CLOSED)), None),
        may_open=rules.may_open(actor),
    )


def heading(told: Sequence[Diagnosis], answers: Mapping[int, Mapping[str, Finding]]) -> str:
    if not told:
        return "We have not asked ourselves yet."
    before = answers[told[1].id] if len(told) > 1 else None
    return saying.standing(answers[told[0].id], before)


def drawn(
    told: Sequence[Diagnosis], answers: Mapping[int, Mapping[str, Finding]], spread: Mapping[str, Spread]
) -> tuple[Profile, Profile]:
    """The profile of the first of these, with those after it as its past."""
    groups = [(name, [told_of(item, told, answers, spread) for item in items]) for name, items in GROUPS]
    return profile(groups), profile(groups, narrow=True)


def told_of(
    item: Item,
    told: Sequence[Diagnosis],
    answers: Mapping[int, Mapping[str, Finding]],
    spread: Mapping[str, Spread],
) -> Told:
    levels = [
        answers[one.id][item.key].level if item.key in answers[one.id] else None for one in told if one.id in answers
    ]
    one = spread.get(item.key)
    groups = one.groups if one else ()
    departments = [group.mean for group in groups if group.key != CUSTOMERS and group.mean is not None]
    return Told(item, levels[0] if levels else None, levels[1:], departments, one.customers if one else None)


def history_rows(
    told: Sequence[Diagnosis], answers: Mapping[int, Mapping[str, Finding]]
) -> list[tuple[str, Item, list[Finding | None]]]:
    return [
        (name, item, [answers[one.id].get(item.key) for one in told if one.id in answers])
        for name, items in GROUPS
        for item in items
    ]


@routes.get("/voice/diagnosis/profile.csv")
def profile_csv(request: Request, db: Db, actor: Employee) -> Response:
    told = queries.published(db)
    answers = queries.findings(db, [one.id for one in told])
    header = ["Part", "Item", *(one.name for one in told)]
    rows: list[list[Cell]] = [
        [name, item.name, *(one.level if one else None for one in levels)]
        for name, item, levels in history_rows(told, answers)
    ]
    return download(csv_rows(header, rows), "diagnosis.csv")


@routes.get("/voice/diagnosis/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    only_openers(actor)
    names = queries.department_names(db)
    committee = next((number for number in actor.seats if actor.chairs(number)), "")
    form = blank(OpenForm, key=new_key(), committee=committee, departments=list(names))
    return form_page(request, db, form)


def only_openers(actor: Actor) -> None:
    if not rules.may_open(actor):
        raise Refused("The chair of a committee and administrators open a diagnosis.")


def form_page(request: Request, db: Session, form: Form[OpenForm], status: int = 200) -> Response:
    return page(
        request,
        "diagnosis/new.html",
        status=status,
        form=form,
        committees=db.execute(select(col(Committee.id), col(Committee.name))).all(),
        departments=list(queries.department_names(db).items()),
        items=ITEMS.values(),
    )


@routes.post("/voice/diagnosis/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_openers(actor)
    form = fill(OpenForm, fields)
    if form:
        if set(form.data.departments) - set(queries.department_names(db)):
            form.refuse("departments", "Choose one of the offered answers.")
        if db.get(Committee, form.data.committee) is None:
            form.refuse("committee", "Choose one of the offered answers.")
        if form.data.due < actions.today(db):
            form.refuse("due", "This day is over.")
    if not form:
        return form_page(request, db, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    diagnosis = actions.open_diagnosis(db, actor, form.data)
    return once_.see(f"/voice/diagnosis/{diagnosis.id}", "Opened. Its departments see it on their home page.")


@routes.get("/voice/diagnosis/{id}")
def show(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis) -> Response:
    return diagnosis_page(request, db, actor, diagnosis)


def diagnosis_page(
    request: Request,
    db: Session,
    actor: Actor,
    diagnosis: Diagnosis,
    status: int = 200,
    tried: MoveForm | None = None,
    mistake: str = "",
    links: Sequence[str] = (),
) -> Response:
    day, names = actions.today(db), queries.department_names(db)
    sees = rules.sees_spread(actor, diagnosis)
    spread = queries.spreads(db, diagnosis.id) if sees else {}
    written = queries.findings(db, [diagnosis.id])[diagnosis.id]
    public = written if sees else {}
    asked = queries.asked_of(db, diagnosis.id)
    sheet = queries.sheet_of(db, diagnosis.id, actor.id)
    answers = {diagnosis.id: public}
    return page(
        request,
        "diagnosis/show.html",
        status=status,
        diagnosis=diagnosis,
        title=saying.title(diagnosis),
        answer=said_of(diagnosis, public, spread, names) if sees else saying.WHERE[diagnosis.stage],
        spread=list(spread.values()),
        against=saying.customers_against_us(spread) if sees else "",
        names=names,
        items=ITEMS,
        drawn=drawn([diagnosis], answers, spread) if sees else None,
        findings=public,
        missing=[item for item in ITEMS.values() if item.key not in written],
        turnout=queries.turnout(db, diagnosis.id),
        customers=queries.customers(db, diagnosis.id),
        mine=sheet,
        may_answer=rules.may_answer(actor, diagnosis, asked, day),
        may_write=rules.may_write(actor, diagnosis),
        keeper=rules.keeper(actor, diagnosis),
        answering=rules.answering(diagnosis, day),
        moves=rules.life.open_to(actor, diagnosis),
        tried=tried,
        mistake=mistake,
        links=links,
        form=blank(InviteForm, key=new_key(), count=5, days=14),
        reach=json.loads(diagnosis.reach) if diagnosis.reach else [],
        words=queries.words_of(db, diagnosis.id) if rules.sees_words(actor, diagnosis) else {},
        smallest=SMALLEST,
        CUSTOMERS=CUSTOMERS,
    )


def said_of(
    diagnosis: Diagnosis, written: Mapping[str, Finding], spread: Mapping[str, Spread], names: Mapping[int, str]
) -> str:
    if diagnosis.stage is DiagnosisStage.PUBLISHED:
        return saying.standing(written, None)
    return saying.disputed(list(spread.values()), names)


@routes.post("/voice/diagnosis/{id}/moves")
def move(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("This move cannot be read. Load the page again.")
    told, data = json.dumps(kept(reach(db))), form.data
    try:
        actions.move(db, actor, diagnosis, data.name, data.note, data.version, told)
    except Invalid as mistake:
        return diagnosis_page(request, db, actor, diagnosis, 422, data, mistake.words)
    return see(request, f"/voice/diagnosis/{diagnosis.id}", f"It is {diagnosis.stage.value} now.")


@routes.get("/voice/diagnosis/{id}/answer")
def sheet_page(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis) -> Response:
    only_asked(db, actor, diagnosis)
    sheet = queries.sheet_of(db, diagnosis.id, actor.id)
    values: dict[str, Any] = {"version": sheet.version if sheet else 0}
    for one in queries.answers_of(db, sheet.id) if sheet else ():
        values[f"level-{one.item}"] = one.level if one.level is not None else saying.CANT_SAY
        values[f"words-{one.item}"] = one.words
    return page(
        request, "diagnosis/answer.html", diagnosis=diagnosis, form=blank(**values), groups=GROUPS, levels=LEVELS
    )


def only_asked(db: Session, actor: Actor, diagnosis: Diagnosis) -> None:
    day = actions.today(db)
    if not rules.answering(diagnosis, day):
        raise Stale(actions.OVER)
    if not rules.may_answer(actor, diagnosis, queries.asked_of(db, diagnosis.id), day):
        raise Refused("The people of the departments that are asked answer here.")


@routes.post("/voice/diagnosis/{id}/answer")
def keep_sheet(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis, fields: Typed) -> Response:
    only_asked(db, actor, diagnosis)
    form, said = saying.read(fields, ITEMS.values())
    if form.errors:
        context = {"diagnosis": diagnosis, "form": form, "groups": GROUPS, "levels": LEVELS}
        return page(request, "diagnosis/answer.html", status=422, **context)
    version = fields.get("version")
    actions.answer(db, actor, diagnosis, said, int(version) if version.isdecimal() and len(version) < 9 else -1)
    return see(request, f"/voice/diagnosis/{diagnosis.id}", "Kept. Nobody sees it before the answering is closed.")


@routes.post("/voice/diagnosis/{id}/invitations")
def invite(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis, fields: Typed) -> Response:
    """The links are shown by this answer and never again."""
    if not rules.keeper(actor, diagnosis):
        raise Refused("The chair of the committee and administrators invite customers.")
    form = fill(InviteForm, fields)
    if not form:
        raise Invalid(next(iter(form.errors.values())))
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return see(request, f"/voice/diagnosis/{diagnosis.id}", "These links were shown once. Make new ones.")
    links = actions.invite(db, actor, diagnosis, form.data.count, form.data.days)
    once_.kept.location = f"/voice/diagnosis/{diagnosis.id}"
    return diagnosis_page(request, db, actor, diagnosis, links=links)


def the_item(key: str) -> Item:
    if key not in ITEMS:
        raise Missing()
    return ITEMS[key]


@routes.get("/voice/diagnosis/{id}/items/{key}")
def item_page(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis, key: str) -> Response:
    """Where groups differ on one item, then what the organisation answers: in this order."""
    item = the_item(key)
    if not rules.sees_spread(actor, diagnosis):
        raise Refused("Answers are sealed until the answering is closed.")
    return item_answer(request, db, actor, diagnosis, item)


def item_answer(
    request: Request,
    db: Session,
    actor: Actor,
    diagnosis: Diagnosis,
    item: Item,
    form: Form[FindingForm] | None = None,
    status: int = 200,
) -> Response:
    past = queries.versions(db, diagnosis.id, item.key)
    now = past[0][0] if past else None
    values: dict[str, Any] = {"number": now.number if now else 0}
    if now:
        values |= {"level": now.level, "answer": now.answer}
    order = list(ITEMS)
    place = order.index(item.key)
    return page(
        request,
        "diagnosis/item.html",
        status=status,
        diagnosis=diagnosis,
        item=item,
        spread=queries.spreads(db, diagnosis.id)[item.key],
        names=queries.department_names(db),
        past=past,
        words=queries.words_of(db, diagnosis.id).get(item.key, []) if rules.sees_words(actor, diagnosis) else [],
        may_write=rules.may_write(actor, diagnosis),
        form=form or blank(FindingForm, **values),
        following=ITEMS[order[place + 1]] if place + 1 < len(order) else None,
        CUSTOMERS=CUSTOMERS,
        smallest=SMALLEST,
        reach=reach(db) if item.key == "reach" else [],
    )


@routes.post("/voice/diagnosis/{id}/items/{key}")
def conclude(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis, key: str, fields: Typed) -> Response:
    item = the_item(key)
    if not rules.chair(actor, diagnosis):
        raise Refused("The chair of the committee writes the organisation’s answers.")
    form = fill(FindingForm, fields)
    if not rules.may_write(actor, diagnosis):
        raise Stale("The organisation answers once the answering is closed.")
    if not form:
        return item_answer(request, db, actor, diagnosis, item, form, 422)
    actions.find_out(db, actor, diagnosis, key, form.data)
    return see(request, f"/voice/diagnosis/{diagnosis.id}#answers", "Kept.")


@routes.get("/voice/diagnosis/{id}/spread.csv")
@slow
def spread_csv(request: Request, db: Db, actor: Employee, diagnosis: TheDiagnosis) -> Response:
    if not rules.sees_spread(actor, diagnosis):
        raise Refused("Answers are sealed until the answering is closed.")
    names = queries.department_names(db)
    header = ["Item", "Group", "Answers", "Mean level", *(f"Level {level}" for level in LEVELS)]
    rows: list[list[Cell]] = []
    for one in queries.spreads(db, diagnosis.id).values():
        for group in one.groups:
            who = "Customers" if group.key == CUSTOMERS else names.get(group.key, "")
            counts_: Sequence[int | None] = group.counts or [None] * 5
            rows.append([ITEMS[one.item].name, who, group.n, group.mean, *counts_])
    return download(csv_rows(header, rows), f"{diagnosis.name}.csv")
