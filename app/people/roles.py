"""Roles and seats: given, taken, and always recorded. The last administrator stays."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now, today
from app.db import embedded
from app.errors import Refused
from app.people.models import Committee, Grant, Kind, Person, Post, Role, Seat
from app.record.actions import write

log = structlog.get_logger()
LAST = "This is the last administrator who can sign in. Make somebody else one first."
WORDS = {
    "employee": "Employee",
    "guest": "Guest",
    "leader": "Leader",
    "administrator": "Administrator",
    "chair": "Chair of the committee",
    "deputy": "Deputy chair of the committee",
    "member": "Member of the committee",
}


def roles_of(db: DbSession, person_id: int) -> frozenset[Role]:
    return frozenset(db.scalars(select(col(Grant.role)).where(col(Grant.person_id) == person_id)))


def seat_of(db: DbSession, committee_id: int, person_id: int) -> Seat | None:
    at = (col(Seat.committee_id) == committee_id, col(Seat.person_id) == person_id, col(Seat.until).is_(None))
    return db.scalars(select(Seat).where(*at)).first()


def set_roles(db: DbSession, by: int | None, person: Person, wanted: Iterable[Role]) -> bool:
    """Make these the person's roles; True when that changed anything."""
    wanted, held = frozenset(wanted), roles_of(db, person.id)
    if wanted and person.kind is not Kind.EMPLOYEE:
        raise Refused("A guest has no role.")
    if Role.ADMINISTRATOR in held - wanted:
        keep_an_administrator(db, person)
    for role in sorted(wanted - held):
        db.add(Grant(person_id=person.id, role=role))
        note(db, by, "grant", person, after=role)
    for grant in db.scalars(select(Grant).where(col(Grant.person_id) == person.id, col(Grant.role).in_(held - wanted))):
        db.delete(grant)
        note(db, by, "revoke", person, before=grant.role)
    if wanted != held:
        person.version += 1
    return wanted != held


def note(db: DbSession, by: int | None, move: str, person: Person, before: str = "", after: str = "") -> None:
    write(db, by, move, person.ref, before=before, after=after)
    log.info("role changed", by=by, person=person.id, move=move, role=after or before)


def keep_an_administrator(db: DbSession, leaving: Person) -> None:
    """Refuse when nobody would be left to administer. The rows are locked: two who remove each other wait in turn."""
    query = (
        select(Grant, Person)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(col(Grant.role) == Role.ADMINISTRATOR)
        .order_by(col(Grant.id))
    )
    if not embedded(db):
        query = query.with_for_update()
    others = [person for _, person in db.execute(query) if person.id != leaving.id]
    if not any(person.active and person.password for person in others):
        raise Refused(LAST)


def set_post(
    db: DbSession,
    by: int | None,
    committee: Committee,
    person: Person,
    post: Post | None,
    ends_on: date | None = None,
) -> bool:
    """Seat a person, change the post, or (None) end the seat; a seat that ended stays for what was decided from it.

    ends_on: the last day of the term, where it has one. The substitute stays the same.
    """
    if post and (person.kind is not Kind.EMPLOYEE or not person.active):
        raise Refused("Only an employee who can sign in takes a seat.")
    seat = seat_of(db, committee.id, person.id)
    before = seat.post if seat else None
    if before == post:
        return seat is not None and set_term(db, by, seat, ends_on)
    if seat:
        seat.until = now()
        db.flush()
    if post:
        substitute = seat.substitute_id if seat else None
        made = Seat(committee_id=committee.id, person_id=person.id, post=post, ends_on=ends_on)
        made.substitute_id = substitute
        db.add(made)
    person.version += 1
    after, figures = post.value if post else "", {"person": person.id, **until(ends_on)}
    write(db, by, "seat", committee.ref, before=before.value if before else "", after=after, figures=figures)
    log.info("seat changed", by=by, person=person.id, committee=committee.id, post=after)
    return True


def until(ends_on: date | None) -> dict[str, Any]:
    return {"until": ends_on.isoformat()} if ends_on else {}


def set_term(db: DbSession, by: int | None, seat: Seat, ends_on: date | None) -> bool:
    if seat.ends_on == ends_on:
        return False
    figures = {"person": seat.person_id, **until(ends_on)}
    seat.ends_on = ends_on
    write(db, by, "term", f"committee:{seat.committee_id}", figures=figures)
    return True


def over(db: DbSession) -> Select[Seat]:
    day = today(db.info["settings"].time_zone)
    return select(Seat).where(col(Seat.until).is_(None), col(Seat.ends_on) < day).order_by(col(Seat.id))


def terms_over(db: DbSession) -> bool:
    return db.scalars(over(db).limit(1)).first() is not None


def end_terms(db: DbSession) -> int:
    """Seats whose last day has passed end by themselves, each on the record."""
    seats = db.scalars(over(db).with_for_update()).all()
    for seat in seats:
        seat.until = now()
        db.get_one(Person, seat.person_id).version += 1
        ref, figures = f"committee:{seat.committee_id}", {"person": seat.person_id}
        write(db, None, "end_term", ref, before=seat.post.value, figures=figures)
        log.info("term ended", person=seat.person_id, committee=seat.committee_id)
    return len(seats)


def the_committee(db: DbSession) -> Committee:
    """The one committee, where a word such as "chair" says which."""
    several = db.scalars(select(Committee).order_by(col(Committee.id)).limit(2)).all()
    if not several:
        raise Refused("There is no committee yet: the set-up link makes it.")
    if len(several) > 1:
        raise Refused("There are several committees: give the seat on the page of the one that you mean.")
    return several[0]


def first_committee(db: DbSession) -> Committee | None:
    return db.scalars(select(Committee).order_by(col(Committee.id))).first()


def give(db: DbSession, by: int | None, person: Person, word: str) -> bool:
    """A role by its word, added to those the person has: for imports and the command line."""
    if word in ("employee", "guest"):
        return False
    if word in tuple(Post):
        return set_post(db, by, the_committee(db), person, Post(word))
    return set_roles(db, by, person, roles_of(db, person.id) | {Role(word)})
