"""Answering a diagnosis: the sheet of each who is asked, then what the organisation answers, item by item."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app.db import Db
from app.diagnosis import actions, queries, rules, saying
from app.diagnosis.items import GROUPS, ITEMS, Item
from app.diagnosis.models import LEVELS, Diagnosis, FindingForm
from app.diagnosis.reach_pages import reach
from app.diagnosis.spread import CUSTOMERS, SMALLEST
from app.errors import Missing, Refused, Stale
from app.people.actor import Actor, Employee
from app.people.found import found
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see

routes = router()
TheDiagnosis = Annotated[Diagnosis, Depends(found(Diagnosis, queries.visible_to))]


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
