"""`/ideas/{id}/guests`: customers, suppliers and partners who work on one idea."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.db import Db
from app.errors import Invalid
from app.ideas import queries
from app.ideas.guests import actions
from app.ideas.models import Idea, Invited
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.guests.actions import whom
from app.people.guests.models import GuestForm, GuestMoveForm
from app.people.guests.queries import guests_of
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see

routes = web.router()


def idea_of(db: Session, actor: Actor, id: int) -> Idea:
    """The idea, where this person may invite to it."""
    shown = queries.find(db, actor, id)
    actions.must_invite(actor, shown.idea, veiled=shown.veiled)
    return shown.idea


@routes.get("/ideas/{id}/guests")
def show(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    return draw(request, db, idea_of(db, actor, id), blank(GuestForm, key=new_key()))


def draw(request: Request, db: Session, idea: Idea, form: Form[Any], status: int = 200) -> Response:
    people = select(col(Invited.person_id)).where(col(Invited.idea_id) == idea.id)
    lines = guests_of(db, idea.ref, people)
    here = f"/ideas/{idea.id}"
    return page(
        request,
        "people/guests/list.html",
        status=status,
        guests=lines,
        form=form,
        here=f"{here}/guests",
        back=here,
        title=idea.title,
        sees="this idea and its talk",
    )


@routes.post("/ideas/{id}/guests")
def invite(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    idea = idea_of(db, actor, id)
    form = fill(GuestForm, fields)
    known = whom(db, form) if form else None
    if not form:
        form.key = new_key()
        return draw(request, db, idea, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    guest, sent = actions.invite(db, actor, idea, known, form.data)
    return once_.see(f"/ideas/{idea.id}/guests", f"{guest.name} is invited. {sent.words(form.data.email)}")


@routes.post("/ideas/{id}/guests/{guest}")
def move(request: Request, db: Db, actor: Employee, id: ThingId, guest: ThingId, fields: Typed) -> Response:
    idea = idea_of(db, actor, id)
    match fill(GuestMoveForm, fields).texts.get("name"):
        case ["resend"]:
            person, sent = actions.resend(db, actor, idea, guest)
            words = sent.words(person.email or "")
        case ["take_back"]:
            actions.take_out(db, actor, idea, guest)
            words = "The invitation is taken back. It counts from now on."
        case _:
            raise Invalid("A link is sent anew or taken back.")
    return see(request, f"/ideas/{idea.id}/guests", words)
