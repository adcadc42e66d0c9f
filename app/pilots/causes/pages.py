"""Causes of the process's pain, offered to a pilot as barriers of its first step."""

from sqlalchemy.orm import Session

from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.pilots import artefacts, rules
from app.pilots.causes.actions import BARRIER, take_over
from app.pilots.causes.queries import offers
from app.pilots.found import ThePilot
from app.pilots.models import Pilot
from app.trail import trail
from app.web import Request, Response, Typed, page, router, slow

routes = router()


@routes.get("/pilots/{id}/causes")
@slow
def causes(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    return causes_page(request, db, actor, pilot)


def causes_page(
    request: Request, db: Session, actor: Actor, pilot: Pilot, status: int = 200, mistake: str = ""
) -> Response:
    return page(
        request,
        "pilots/causes.html",
        status=status,
        pilot=pilot,
        offers=offers(db, actor, pilot),
        mistake=mistake,
        key=new_key(),
        locked=artefacts.locked(pilot, BARRIER),
        edit=rules.team(actor, pilot) and not artefacts.locked(pilot, BARRIER),
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.post("/pilots/{id}/causes")
def take(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    artefacts.allow(actor, pilot, artefacts.locked(pilot, BARRIER))
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    wanted = [int(one) for one in fields.texts.get("cause", ()) if one.isdecimal() and len(one) < 19]
    try:
        made = take_over(db, actor, pilot, wanted)
    except Invalid as error:
        return causes_page(request, db, actor, pilot, 422, error.words)
    words = "Taken over: one barrier." if len(made) == 1 else f"Taken over: {len(made)} barriers."
    return once_.see(f"/pilots/{pilot.id}/steps/1", words)
