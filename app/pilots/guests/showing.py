"""The pilot's page as a guest sees it."""

from sqlalchemy.orm import Session

from app.changes import counts
from app.people.actor import Actor
from app.people.models import Person
from app.pilots.artefacts import made
from app.pilots.models import Pilot
from app.pilots.roadmap import ROADMAP, Slot
from app.talk.section import talk_of
from app.web import Request, Response, page, unchanged

STATES = {"ahead": "Ahead", "open": "Under way", "asked": "Being looked at", "passed": "Passed", "stopped": "Stopped"}
KINDS = {
    "ahead": "gate_ahead",
    "open": "gate_open",
    "asked": "gate_asked",
    "passed": "gate_passed",
    "stopped": "gate_stopped",
}


def for_guest(request: Request, db: Session, actor: Actor, pilot: Pilot) -> Response:
    """Its steps, the challenge, where and when it runs, and its talk. No money, gate, risk, figure or address."""
    changes = counts(db, "pilots", "talk", "people", "ideas")
    if kept := unchanged(request, actor.rights, changes):
        return kept
    have = made(db, pilot)
    after = request.query_params.get("talk", "")
    return page(
        request,
        "pilots/guests/show.html",
        pilot=pilot,
        process=pilot.process.name,
        lead=db.get_one(Person, pilot.lead_id).name,
        stair=ROADMAP[pilot.step - 1],
        steps=[(ROADMAP[step.number - 1], STATES[step.stage], KINDS[step.stage], step.due) for step in pilot.steps],
        challenge=have.only(Slot.CHALLENGE),
        trial=have.only(Slot.TRIAL),
        talk=talk_of(
            request,
            db,
            actor,
            pilot.ref,
            int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None,
            committee_id=pilot.committee_id,
            changes=changes[1],
        ),
    )
