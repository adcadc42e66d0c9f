"""Guests of one pilot: invited by its lead or the chair, and taken out again."""

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid, Missing, Refused
from app.ideas.actions import insert_once
from app.people.actor import Actor
from app.people.guests import actions as guests
from app.people.guests.actions import Sent
from app.people.guests.models import GuestForm
from app.people.models import Person
from app.pilots.guests.models import PilotGuest
from app.pilots.models import Pilot
from app.pilots.rules import chair
from app.record.actions import write

MOST = 20


def may_invite(actor: Actor, pilot: Pilot) -> bool:
    """Its lead and the committee's chair."""
    return actor.id == pilot.lead_id or chair(actor, pilot)


def must_invite(actor: Actor, pilot: Pilot) -> None:
    if not may_invite(actor, pilot):
        raise Refused("The pilot's lead and the chair invite guests to it.")


def invite(db: Session, actor: Actor, pilot: Pilot, known: Person | None, data: GuestForm) -> tuple[Person, Sent]:
    must_invite(actor, pilot)
    if not pilot.running:
        raise Invalid("This pilot has ended: nobody is invited to it any more.")
    here = db.scalar(select(func.count()).where(col(PilotGuest.pilot_id) == pilot.id)) or 0
    if here >= MOST:
        raise Invalid(f"At most {MOST} guests work on one pilot.")
    guest = guests.the_guest(db, actor.id, known, data)
    if insert_once(db, PilotGuest, pilot_id=pilot.id, person_id=guest.id):
        write(db, actor.id, "invite", pilot.ref, figures={"person": guest.id})
    return guest, guests.send(db, actor, guest, pilot.ref, f"the pilot “{pilot.name}”")


def resend(db: Session, actor: Actor, pilot: Pilot, person_id: int) -> tuple[Person, Sent]:
    must_invite(actor, pilot)
    query = select(Person).join(PilotGuest, col(PilotGuest.person_id) == Person.id)
    guest = db.scalars(query.where(col(PilotGuest.pilot_id) == pilot.id, col(Person.id) == person_id)).first()
    if guest is None:
        raise Missing()
    if not guest.active:
        raise Invalid("This guest was disabled. An administrator can enable them again.")
    return guest, guests.send(db, actor, guest, pilot.ref, f"the pilot “{pilot.name}”")


def take_out(db: Session, actor: Actor, pilot: Pilot, person_id: int) -> None:
    """It counts from their next request on."""
    must_invite(actor, pilot)
    here = (col(PilotGuest.pilot_id) == pilot.id, col(PilotGuest.person_id) == person_id)
    result = db.execute(delete(PilotGuest).where(*here))
    assert isinstance(result, CursorResult)
    if result.rowcount:
        guests.end(db, person_id, pilot.ref)
        write(db, actor.id, "uninvite", pilot.ref, figures={"person": person_id})
