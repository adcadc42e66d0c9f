"""Changing people: added, changed, disabled, invited, given a password, erased."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.errors import Refused, Stale
from app.outbox import Job
from app.people import links, mail
from app.people.guests.models import Guest, GuestInvitation
from app.people.models import (
    Department,
    Grant,
    Link,
    Membership,
    Organisation,
    Person,
    Purpose,
    Role,
    Seat,
    Session,
)
from app.people.roles import keep_an_administrator, roles_of
from app.people.sessions import end_all
from app.people.tokens.actions import revoke_all
from app.record.actions import forget, write
from app.settings import Settings

log = structlog.get_logger()
ERASED = "Erased person"


def organisation(db: DbSession) -> Organisation | None:
    return db.scalars(select(Organisation)).first()


def set_up_link(db: DbSession, settings: Settings) -> str | None:
    """The address that begins an empty installation, new at each start; none once it is set up."""
    known = organisation(db)
    if known and known.set_up_at:
        return None
    return links.issue(db, settings, Purpose.SET_UP)


def password_words(db: DbSession, person: Person) -> tuple[str, ...]:
    """What this person's password may not be made of."""
    known = organisation(db)
    return (person.name, person.email or "", known.name if known else "")


def email_taken(db: DbSession, email: str, but: int = 0) -> bool:
    taken = (col(Person.email) == email, col(Person.id) != but)
    return db.scalar(select(col(Person.id)).where(*taken)) is not None


def add_person(db: DbSession, by: int | None, **fields: Any) -> Person:
    person = Person(**fields)
    db.add(person)
    db.flush()
    write(db, by, "add", person.ref, after=person.kind.value)
    return person


def change_person(db: DbSession, by: int | None, person: Person, fields: Mapping[str, Any]) -> bool:
    """True when anything changed. The record says which fields, never what stood or stands in them."""
    changed = sorted(name for name, value in fields.items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, fields[name])
    if changed:
        person.version += 1
        write(db, by, "change", person.ref, figures={"fields": changed})
    return bool(changed)


def disable(db: DbSession, by: int, person: Person) -> None:
    if not person.active:
        raise Stale("This person is disabled already.")
    if Role.ADMINISTRATOR in roles_of(db, person.id):
        keep_an_administrator(db, person)
    person.disabled_at = now()
    person.version += 1
    end_all(db, person.id)
    revoke_all(db, person.id)
    links.spend_all(db, person.id)
    db.execute(update(GuestInvitation).where(col(GuestInvitation.person_id) == person.id).values(key=None))
    write(db, by, "disable", person.ref, before="active", after="disabled")


def enable(db: DbSession, by: int, person: Person) -> None:
    if person.disabled_at is None or person.erased_at:
        raise Stale("This person is not disabled.")
    person.disabled_at = None
    person.version += 1
    write(db, by, "enable", person.ref, before="disabled", after="active")


def invite(db: DbSession, by: int | None, settings: Settings, person: Person) -> str:
    """The address of an invitation; sent by mail as well where mail is set up."""
    if not person.active or not person.email:
        raise Refused("Only somebody who may sign in can be invited.")
    address = links.issue(db, settings, Purpose.INVITATION, person.id)
    if mail.configured(settings):
        known = organisation(db)
        words = (
            f"Dear {person.name},",
            f"You are invited to Pilotage at {known.name if known else 'our organisation'}: from what customers say "
            "to changes that they feel.",
            "The link lets you choose a password. It works once, for seven days.",
        )
        mail.post(db, person.email, "Your invitation to Pilotage", words, ("Choose a password", address))
    write(db, by, "invite", person.ref)
    return address


def set_password(db: DbSession, person: Person, password_hash: str, how: str, but: str = "") -> None:
    """Ends every session but `but`, and every link that led to a password."""
    person.password = password_hash
    person.version += 1
    end_all(db, person.id, but)
    links.spend_all(db, person.id)
    log.info("password set", person=person.id, how=how)


def erase(db: DbSession, by: int | None, person: Person) -> None:
    """Take the person away and leave the number: what points at it still stands, and the record still verifies."""
    if person.erased_at:
        raise Stale("This person is erased already.")
    if Role.ADMINISTRATOR in roles_of(db, person.id):
        keep_an_administrator(db, person)
    forget_mails(db, person)
    blank = {"email": None, "password": None, "department_id": None, "manager_id": None, "theme": "", "time_zone": ""}
    for name, value in blank.items():
        setattr(person, name, value)
    person.name, person.erased_at = ERASED, now()
    person.version += 1
    person.unread = 0
    for model in (Session, Link, Grant, Guest, GuestInvitation):
        db.execute(delete(model).where(col(model.person_id) == person.id))
    revoke_all(db, person.id, ERASED)
    for place in (Membership, Seat):
        open_ones = (col(place.person_id) == person.id, col(place.until).is_(None))
        db.execute(update(place).where(*open_ones).values(until=now()))
    db.execute(update(Person).where(col(Person.manager_id) == person.id).values(manager_id=None))
    db.execute(update(Department).where(col(Department.head_id) == person.id).values(head_id=None))
    forget(db, person.id)
    write(db, by, "erase", person.ref)
    log.info("person erased", by=by, person=person.id)


def forget_mails(db: DbSession, person: Person) -> None:
    """Mails that were to go to this address, and those that could not be sent. Those that are composed when they go
    hold numbers alone, and find nobody any more."""
    if person.email:
        address = json.dumps(person.email)
        db.execute(delete(Job).where(col(Job.kind) == "mail", col(Job.payload).contains(address, autoescape=True)))
