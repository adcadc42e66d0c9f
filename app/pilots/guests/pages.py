"""`/pilots/{id}/guests`: customers, suppliers and partners who work on one pilot."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.db import Db
from app.people.actor import Actor, Employee
from app.people.guests import inviting
from app.people.guests.inviting import Host
from app.pilots.found import ThePilot
from app.pilots.guests import actions
from app.pilots.guests.models import PilotGuest
from app.pilots.models import Pilot
from app.web import Request, Response, ThingId, Typed

routes = web.router()


def host_of(db: Session, actor: Actor, pilot: Pilot) -> Host:
    """The pilot, where this person may invite to it."""
    actions.must_invite(actor, pilot)
    return Host(
        pilot.ref,
        pilot.name,
        f"/pilots/{pilot.id}",
        "the steps, the challenge, where and when it runs, and its talk",
        people=select(col(PilotGuest.person_id)).where(col(PilotGuest.pilot_id) == pilot.id),
        invite=partial(actions.invite, db, actor, pilot),
        resend=partial(actions.resend, db, actor, pilot),
        take_out=partial(actions.take_out, db, actor, pilot),
    )


@routes.get("/pilots/{id}/guests")
def show(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    return inviting.draw(request, db, host_of(db, actor, pilot))


@routes.post("/pilots/{id}/guests")
def invite(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    return inviting.invite(request, db, actor, host_of(db, actor, pilot), fields)


@routes.post("/pilots/{id}/guests/{guest}")
def move(request: Request, db: Db, actor: Employee, pilot: ThePilot, guest: ThingId, fields: Typed) -> Response:
    return inviting.move(request, host_of(db, actor, pilot), guest, fields)
