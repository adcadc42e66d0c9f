"""`/ideas/{id}/guests`: customers, suppliers and partners who work on one idea."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.db import Db
from app.ideas import queries
from app.ideas.guests import actions
from app.ideas.models import Invited
from app.people.actor import Actor, Employee
from app.people.guests import inviting
from app.people.guests.inviting import Host
from app.web import Request, Response, ThingId, Typed

routes = web.router()


def host_of(db: Session, actor: Actor, id: int) -> Host:
    """The idea, where this person may invite to it."""
    shown = queries.find(db, actor, id)
    idea = shown.idea
    actions.must_invite(actor, idea, veiled=shown.veiled)
    return Host(
        idea.ref,
        idea.title,
        f"/ideas/{idea.id}",
        "this idea and its talk",
        people=select(col(Invited.person_id)).where(col(Invited.idea_id) == idea.id),
        invite=partial(actions.invite, db, actor, idea),
        resend=partial(actions.resend, db, actor, idea),
        take_out=partial(actions.take_out, db, actor, idea),
    )


@routes.get("/ideas/{id}/guests")
def show(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    return inviting.draw(request, db, host_of(db, actor, id))


@routes.post("/ideas/{id}/guests")
def invite(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    return inviting.invite(request, db, actor, host_of(db, actor, id), fields)


@routes.post("/ideas/{id}/guests/{guest}")
def move(request: Request, db: Db, actor: Employee, id: ThingId, guest: ThingId, fields: Typed) -> Response:
    return inviting.move(request, host_of(db, actor, id), guest, fields)
