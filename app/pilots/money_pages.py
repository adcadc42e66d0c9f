"""The page of a pilot's money: budget, what was spent, corrections."""

from typing import Any

from app.db import Db
from app.errors import Missing
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.pilots import money, rules
from app.pilots.artefacts import made
from app.pilots.found import ThePilot
from app.pilots.models import Pilot
from app.pilots.money import BudgetForm, CorrectionForm, SpendingForm
from app.pilots.queries import today
from app.record.queries import entries_of
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see

routes = router()


@routes.get("/pilots/{id}/money")
def show_money(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    return money_page(request, db, actor, pilot)


def money_page(
    request: Request,
    db: Db,
    actor: Actor,
    pilot: Pilot,
    status: int = 200,
    spending: Form[Any] | None = None,
    budget: Form[Any] | None = None,
) -> Response:
    day = today(db)
    rows = money.spendings(db, pilot)
    return page(
        request,
        "pilots/money.html",
        status=status,
        pilot=pilot,
        spendings=rows,
        pace=money.pace(pilot, made(db, pilot), day),
        spends=rules.spends(actor, pilot),
        funds=rules.funds(actor, pilot),
        spending=blank(SpendingForm, key=new_key(), on=day.isoformat()) if spending is None else spending,
        budget=blank(BudgetForm, budget=pilot.budget, version=pilot.version) if budget is None else budget,
        changes=budget_changes(db, pilot, {row.by_id: row.by for row in rows}),
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


def budget_changes(db: Db, pilot: Pilot, names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "at": entry.at,
            "what": f"Budget from {entry.before or 'none'} to {entry.after}",
            "who": names.get(entry.actor_id or 0),
            "why": why,
        }
        for entry, why in reversed(entries_of(db, pilot.ref))
        if entry.move == "budget"
    ]


@routes.post("/pilots/{id}/money")
def spend(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    money.allow(actor, pilot)
    form = fill(SpendingForm, fields)
    if form and form.data.on > today(db):
        form.refuse("on", "Not later than today.")
    if not form:
        return money_page(request, db, actor, pilot, 422, spending=form)
    money.spend(db, actor, pilot, form.data)
    return once_.see(f"/pilots/{pilot.id}/money", "Entered.")


@routes.post("/pilots/{id}/money/budget")
def set_budget(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    money.allow_budget(actor, pilot)
    form = fill(BudgetForm, fields)
    if not form:
        return money_page(request, db, actor, pilot, 422, budget=form)
    money.set_budget(db, actor, pilot, form.data)
    return see(request, f"/pilots/{pilot.id}/money", "The budget is changed.")


def correction_page(
    request: Request, db: Db, actor: Actor, pilot: Pilot, spending_id: int, form: Form[Any], status: int = 200
) -> Response:
    entry = next((one for one in money.spendings(db, pilot) if one.id == spending_id), None)
    if entry is None:
        raise Missing()
    return page(
        request,
        "pilots/correction.html",
        status=status,
        pilot=pilot,
        entry=entry,
        form=form,
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.get("/pilots/{id}/money/{spending_id}/correct")
def ask_correction(request: Request, db: Db, actor: Employee, pilot: ThePilot, spending_id: ThingId) -> Response:
    money.allow(actor, pilot)
    return correction_page(request, db, actor, pilot, spending_id, blank(CorrectionForm, key=new_key()))


@routes.post("/pilots/{id}/money/{spending_id}/correct")
def correct(
    request: Request, db: Db, actor: Employee, pilot: ThePilot, spending_id: ThingId, fields: Typed
) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    money.allow(actor, pilot)
    form = fill(CorrectionForm, fields)
    if not form:
        return correction_page(request, db, actor, pilot, spending_id, form, 422)
    money.correct(db, actor, pilot, spending_id, form.data)
    return once_.see(f"/pilots/{pilot.id}/money", "Taken back by an entry of its own.")
