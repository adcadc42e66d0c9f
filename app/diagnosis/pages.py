"""`/voice/diagnosis`: how the organisation sees itself, how customers see it, and what it answers."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.diagnosis import actions, customer_pages, pages_answering, queries, rules, saying
from app.diagnosis.drawing import Profile, Told, profile
from app.diagnosis.items import GROUPS, ITEMS, Item
from app.diagnosis.models import LEVELS, Diagnosis, DiagnosisStage, Finding, InviteForm, OpenForm
from app.diagnosis.pages_answering import TheDiagnosis
from app.diagnosis.reach_pages import kept, reach
from app.diagnosis.spread import CUSTOMERS, SMALLEST, Spread
from app.errors import Invalid, Refused
from app.frame import Area
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.models import Committee
from app.web import Form, Request, Response, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.sheets import Cell, csv_rows
from app.workflow import MoveForm

area = Area("voice", 80, "Diagnosis", "/voice/diagnosis")
routes = router()
routes.routes.extend(customer_pages.routes.routes)
SEEN = ("diagnosis", "people", "processes", "voice", "ideas", "pilots")


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


routes.routes.extend(pages_answering.routes.routes)
