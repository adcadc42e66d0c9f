"""The unread count: of a reader's unread notices those whose thing they may still see.

It stands in the person's row, so that a page asks nothing for it. Nobody is told of what they cannot see; and where
the record says that a thing or a person changed place, the counts that this may touch are made anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.db import lock
from app.errors import Missing
from app.ideas.models import PRIVATE, Audience
from app.notices.concerns import Lookup, Told, number_of
from app.notices.models import Notice
from app.notices.words import kind_of
from app.people.actor import find_actor
from app.people.models import Kind, Person
from app.record.models import Entry
from app.refs import registry

MOVED = frozenset({"change_sight", "invite", "uninvite"})
OF_PEOPLE = frozenset({"person", "team", "committee", "round", "pilot", "idea"})
Parts = Sequence[tuple[Told, list[int]]]


def count_unread(db: Session, person_id: int, value: object) -> None:
    """Past the change counters: the count is part of every ETag by itself, and changes nobody else's page."""
    table = table_of(Person)
    db.execute(update(table).where(table.c.id == person_id).values(unread=value))


def recount(db: Session, person_id: int) -> None:
    """Whoever writes a notice raises the count of the same row: it is held before anything is counted."""
    table = table_of(Person)
    held = select(table.c.unread).where(table.c.id == person_id)
    was = db.scalar(held.with_for_update() if lock(db) else held)
    mine = (col(Notice.person_id) == person_id, col(Notice.read_at).is_(None))
    query = select(col(Notice.about), func.count()).where(*mine).group_by(col(Notice.about))
    waiting: dict[str, int] = dict(db.execute(query).all())
    shown = seen(db, person_id, waiting)
    number = sum(count for about, count in waiting.items() if about in shown)
    if number != was:
        count_unread(db, person_id, number)


def seen(db: Session, person_id: int, abouts: Iterable[str]) -> set[str]:
    """Of these things those that a person may see; what is about themselves among them."""
    try:
        actor = find_actor(db, person_id)
    except Missing:
        return set()
    return {*registry(db).find(db, actor, abouts), actor.ref}


def only_who_see(db: Session, parts: Parts, found: Lookup) -> list[tuple[Told, list[int]]]:
    """Without people who may not see what they would be told of: of an idea for some, or once invited as guests.

    Each of them is asked once; what is for everybody is not asked about.
    """
    people = {person for _, some in parts for person in some}
    query = select(col(Person.id)).where(col(Person.kind) == Kind.GUEST, col(Person.id).in_(people))
    guests = set(db.scalars(query)) if people else set()
    asked: dict[int, set[str]] = {}
    for one, some in parts:
        for person in some:
            if person in guests or for_some(one.about, found):
                asked.setdefault(person, set()).add(one.about)
    shown: Mapping[int, set[str]] = {person: seen(db, person, abouts) for person, abouts in asked.items()}
    return [(one, [p for p in some if p not in shown or one.about in shown[p]]) for one, some in parts]


def for_some(about: str, found: Lookup) -> bool:
    idea = found.ideas.get(number_of(about)) if kind_of(about) == "idea" else None
    return idea is not None and idea.audience is not Audience.EVERYONE


def correct(db: Session, entries: Sequence[Entry]) -> None:
    """Count anew for those whose sight these entries may have changed, in either direction."""
    moved = {entry.ref for entry in entries if moves_sight(entry)}
    placed = {one for entry in entries if kind_of(entry.ref) in OF_PEOPLE for one in named(entry)}
    if moved or placed:
        concerned = or_(col(Notice.about).in_(moved), col(Notice.person_id).in_(placed))
        query = select(col(Notice.person_id)).where(col(Notice.read_at).is_(None), concerned).distinct()
        for person in sorted(db.scalars(query)):
            recount(db, person)


def moves_sight(entry: Entry) -> bool:
    """Whether an idea went out of somebody's sight, or came into it."""
    if kind_of(entry.ref) != "idea":
        return False
    return entry.move in MOVED or (entry.before in PRIVATE) != (entry.after in PRIVATE)


def named(entry: Entry) -> set[int]:
    """Whom an entry is about: the person of the ref, or the one whom its figures name."""
    if kind_of(entry.ref) == "person":
        return {number_of(entry.ref)}
    person = json.loads(entry.figures).get("person")
    return {person} if isinstance(person, int) else set()
