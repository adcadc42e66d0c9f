"""Guests of one idea: invited by its authors or the chair, and taken out again."""

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid, Missing, Refused
from app.ideas.actions import insert_once
from app.ideas.models import Idea, Invited
from app.ideas.rules import may_invite
from app.people.actor import Actor
from app.people.guests import actions as guests
from app.people.guests.actions import Sent
from app.people.guests.models import GuestForm
from app.people.models import Person
from app.record.actions import write

MOST = 20


def must_invite(actor: Actor, idea: Idea, *, veiled: bool = False) -> None:
    """Who may not know the authors has nothing to do with whom they work."""
    if veiled or not may_invite(actor, idea):
        raise Refused("The authors and the chair invite guests to what the committee has seen.")


def invite(db: Session, actor: Actor, idea: Idea, known: Person | None, data: GuestForm) -> tuple[Person, Sent]:
    """From now on the guest sees this idea and its talk; they come in by a link."""
    must_invite(actor, idea)
    here = db.scalar(select(func.count()).where(col(Invited.idea_id) == idea.id)) or 0
    if here >= MOST:
        raise Invalid(f"At most {MOST} guests work on one idea.")
    guest = guests.the_guest(db, actor.id, known, data)
    let_in(db, actor, idea, guest)
    return guest, guests.send(db, actor, guest, idea.ref, f"the idea “{idea.title}”")


def let_in(db: Session, actor: Actor, idea: Idea, guest: Person) -> None:
    if insert_once(db, Invited, idea_id=idea.id, person_id=guest.id):
        write(db, actor.id, "invite", idea.ref, figures={"person": guest.id})


def resend(db: Session, actor: Actor, idea: Idea, person_id: int) -> tuple[Person, Sent]:
    must_invite(actor, idea)
    guest = invited(db, idea, person_id)
    if not guest.active:
        raise Invalid("This guest was disabled. An administrator can enable them again.")
    return guest, guests.send(db, actor, guest, idea.ref, f"the idea “{idea.title}”")


def invited(db: Session, idea: Idea, person_id: int) -> Person:
    query = select(Person).join(Invited, col(Invited.person_id) == Person.id)
    guest = db.scalars(query.where(col(Invited.idea_id) == idea.id, col(Person.id) == person_id)).first()
    if guest is None:
        raise Missing()
    return guest


def take_out(db: Session, actor: Actor, idea: Idea, person_id: int) -> None:
    """It counts from their next request on."""
    must_invite(actor, idea)
    result = db.execute(delete(Invited).where(col(Invited.idea_id) == idea.id, col(Invited.person_id) == person_id))
    assert isinstance(result, CursorResult)
    if result.rowcount:
        guests.end(db, person_id, idea.ref)
        write(db, actor.id, "uninvite", idea.ref, figures={"person": person_id})
