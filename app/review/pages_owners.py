"""The process owner's pages: their word before a decision, and the orders that a decision gives them."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.ideas.models import Idea
from app.ideas.rules import in_charge
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Person
from app.processes.models import Process
from app.review import owners
from app.review.decisions.queries import conditions_of
from app.review.forms import OwnersForm
from app.review.models import Decision, Order, OrderStage
from app.review.rules import order_life
from app.trail import trail
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see
from app.workflow import MoveForm

routes = router()
OwnedIdea = Annotated[Idea, Depends(found(Idea, owners.owned_by))]
LACKING = {
    "done": "Say what was done: the committee and the authors read it.",
    "cannot": "Say why it cannot be done: the chair reads it and decides anew.",
}
DONE = {"accept": "Accepted.", "done": "Reported.", "cannot": "The chair reads it and decides anew."}
TheOrder = Annotated[Order, Depends(found(Order, owners.orders_visible_to))]


def draw_word(
    db: Session, request: Request, actor: Actor, idea: Idea, form: Form[OwnersForm], status: int = 200
) -> Response:
    process = db.get_one(Process, idea.process_id)
    return page(
        request,
        "review/owners/word.html",
        status=status,
        idea=idea,
        process=process,
        said=owners.last_word(db, idea.id),
        form=form,
        trail=trail(db, actor, "review", process=process, idea=idea),
    )


@routes.get("/review/ideas/{id}/owner")
def word(request: Request, db: Db, actor: Employee, idea: OwnedIdea) -> Response:
    return draw_word(db, request, actor, idea, blank(OwnersForm, key=new_key()))


@routes.post("/review/ideas/{id}/owner")
def say(request: Request, db: Db, actor: Employee, idea: OwnedIdea, fields: Typed) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(OwnersForm, fields)
    if not form:
        return draw_word(db, request, actor, idea, form, 422)
    owners.say(db, actor, idea, form.data)
    return once_.see("/review", "The committee reads it before it decides.")


def draw_order(
    db: Session, request: Request, actor: Actor, order: Order, form: MoveForm | None = None, status: int = 200
) -> Response:
    idea = db.get_one(Idea, order.idea_id)
    return page(
        request,
        "review/owners/order.html",
        status=status,
        order=order,
        idea=idea,
        decision=db.get_one(Decision, order.decision_id),
        conditions=conditions_of(db, order.decision_id).get(order.decision_id, ()),
        anew=order.stage is OrderStage.CANNOT and in_charge(actor, idea),
        owner=db.get_one(Person, order.owner_id),
        moves=order_life.open_to(actor, order),
        typed=form,
        mistake=LACKING[form.name] if form else None,
        day=today(db.info["settings"].time_zone),
        trail=trail(db, actor, "review", idea=idea),
    )


@routes.get("/review/orders/{id}")
def order(request: Request, db: Db, actor: Employee, order: TheOrder) -> Response:
    return draw_order(db, request, actor, order)


@routes.post("/review/orders/{id}/moves")
def move(request: Request, db: Db, actor: Employee, order: TheOrder, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        return draw_order(db, request, actor, order, status=422)
    data = form.data
    if data.name in LACKING and not data.note.strip() and order_life.may(actor, order, data.name):
        return draw_order(db, request, actor, order, data, 422)
    owners.move(db, actor, order, data.name, data.note, data.version)
    return see(request, f"/review/orders/{order.id}", DONE[data.name])
