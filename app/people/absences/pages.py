"""`/me/absences`: when I am away, and who stands in for me on each of my committees."""

from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session as DbSession
from starlette.responses import Response

from app import web
from app.columns import today
from app.db import Db
from app.people.absences import actions, queries
from app.people.absences.forms import AbsenceForm
from app.people.actor import Actor, Member
from app.people.queries import choosable
from app.pilots.standing_in.actions import settle_all
from app.web import ThingId, Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()


def draw(request: Request, db: DbSession, actor: Actor, form: Form[Any] | None = None, status: int = 200) -> Response:
    day = today(db.info["settings"].time_zone)
    return page(
        request,
        "people/absences/index.html",
        status=status,
        form=blank() if form is None else form,
        absences=queries.coming(db, [actor.id], day),
        places=queries.places_of(db, actor.id),
        people=choosable(db, but=actor.id),
        day=day,
    )


@routes.get("/me/absences")
def index(request: Request, db: Db, actor: Member) -> Response:
    return draw(request, db, actor)


@routes.post("/me/absences")
def note(request: Request, db: Db, actor: Member, fields: Typed) -> Response:
    form = fill(AbsenceForm, fields)
    if form and form.data.ends < today(db.info["settings"].time_zone):
        form.refuse("ends", "Choose days that are still to come.")
    if not form:
        return draw(request, db, actor, form, 422)
    actions.note(db, actor, actor.id, form.data)
    settle_all(db)
    return see(request, "/me/absences", "Noted. What you have not begun goes to your substitute on those days.")


@routes.post("/me/absences/{id}/take-back")
def take_back(request: Request, db: Db, actor: Member, id: ThingId) -> Response:
    actions.take_back(db, actor, actions.the_absence(db, id, {actor.id}))
    db.flush()
    settle_all(db)
    return see(request, "/me/absences", "Taken back. What nobody has begun is yours again.")
