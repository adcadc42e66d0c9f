"""`/pilots/{id}/guests`: customers, suppliers and partners who work on one pilot."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Employee
from app.people.guests.actions import whom
from app.people.guests.models import GuestForm, GuestMoveForm
from app.people.guests.queries import guests_of
from app.pilots.found import ThePilot
from app.pilots.guests import actions
from app.pilots.guests.models import PilotGuest
from app.pilots.models import Pilot
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see

routes = web.router()


@routes.get("/pilots/{id}/guests")
def show(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    actions.must_invite(actor, pilot)
    return draw(request, db, pilot, blank(GuestForm, key=new_key()))


def draw(request: Request, db: Session, pilot: Pilot, form: Form[Any], status: int = 200) -> Response:
    people = select(col(PilotGuest.person_id)).where(col(PilotGuest.pilot_id) == pilot.id)
    here = f"/pilots/{pilot.id}"
    return page(
        request,
        "people/guests/list.html",
        status=status,
        guests=guests_of(db, pilot.ref, people),
        form=form,
        here=f"{here}/guests",
        back=here,
        title=pilot.name,
        sees="the steps, the challenge, where and when it runs, and its talk",
    )


@routes.post("/pilots/{id}/guests")
def invite(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    actions.must_invite(actor, pilot)
    form = fill(GuestForm, fields)
    known = whom(db, form) if form else None
    if not form:
        form.key = new_key()
        return draw(request, db, pilot, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    guest, sent = actions.invite(db, actor, pilot, known, form.data)
    return once_.see(f"/pilots/{pilot.id}/guests", f"{guest.name} is invited. {sent.words(form.data.email)}")


@routes.post("/pilots/{id}/guests/{guest}")
def move(request: Request, db: Db, actor: Employee, pilot: ThePilot, guest: ThingId, fields: Typed) -> Response:
    match fill(GuestMoveForm, fields).texts.get("name"):
        case ["resend"]:
            person, sent = actions.resend(db, actor, pilot, guest)
            words = sent.words(person.email or "")
        case ["take_back"]:
            actions.take_out(db, actor, pilot, guest)
            words = "The invitation is taken back. It counts from now on."
        case _:
            raise Invalid("A link is sent anew or taken back.")
    return see(request, f"/pilots/{pilot.id}/guests", words)
