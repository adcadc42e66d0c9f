"""The record as a person may read it: things through the registry, names only where no veil lies on the idea.

Belongs to the pages: it knows people and ideas, and the record itself knows neither.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea
from app.ideas.queries import veiled_from
from app.notices.words import sentence
from app.people.actor import Actor
from app.people.models import Person
from app.record.models import Entry
from app.record.queries import entries_of
from app.refs import Found, registry

A_PAGE = 25
AN_IDEA = re.compile(r"/ideas/(\d+)")


@dataclass(frozen=True)
class Line:
    """One entry. A thing that may not be seen leaves its number and its time, and nothing else."""

    number: int
    at: datetime
    thing: Found | None
    what: str = ""
    before: str = ""
    after: str = ""
    who: str | None = None
    who_id: int | None = None
    hidden: bool = False


def entries(db: Session, actor: Actor, ref: str, move: str, before: int | None) -> Sequence[Entry]:
    """Newest first, a page and one more. What is filtered shows only things that this person may see: how many
    others a filter passes over would tell of them."""
    query = select(Entry).order_by(col(Entry.number).desc()).limit(A_PAGE + 1)
    if before is not None:
        query = query.where(col(Entry.number) < before)
    if ref:
        query = query.where(col(Entry.ref) == ref)
    if move:
        query = query.where(col(Entry.move) == move)
    if ref or move:
        query = query.where(registry(db).sees(actor, col(Entry.ref)))
    return db.scalars(query).all()


def lines(db: Session, actor: Actor, found: Sequence[Entry]) -> list[Line]:
    things = registry(db).find(db, actor, {entry.ref for entry in found})
    veiled = veiled_refs(db, actor, things)
    shown = [entry for entry in found if entry.ref in things and entry.ref not in veiled]
    names = names_of(db, {entry.actor_id for entry in shown if entry.actor_id})
    return [line(entry, things.get(entry.ref), names, entry.ref in veiled) for entry in found]


def line(entry: Entry, thing: Found | None, names: Mapping[int, str], veiled: bool) -> Line:
    if thing is None:
        return Line(entry.number, entry.at, None)
    what = sentence(entry.ref, entry.move, entry.before)
    known = None if veiled else entry.actor_id
    who = names.get(known or 0) if known else None
    return Line(entry.number, entry.at, thing, what, entry.before, entry.after, who, known, veiled)


def veiled_refs(db: Session, actor: Actor, things: Mapping[str, Found]) -> frozenset[str]:
    """Refs of veiled ideas, and of all that stands on their pages."""
    on = {ref: int(match[1]) for ref, thing in things.items() if (match := AN_IDEA.match(thing.address))}
    if not on:
        return frozenset()
    among = (col(Idea.id).in_(set(on.values())), veiled_from(actor))
    veiled = set(db.scalars(select(col(Idea.id)).where(*among)))
    return frozenset(ref for ref, idea in on.items() if idea in veiled)


def names_of(db: Session, ids: Iterable[int]) -> dict[int, str]:
    rows: Any = db.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(set(ids))))
    return dict(rows.all())


@dataclass(frozen=True)
class Traced:
    at: datetime
    what: str
    who: str | None
    why: str | None


def trace(db: Session, ref: str) -> list[Traced]:
    """A thing's past from the record, newest first: of what no veil can lie on."""
    entries = entries_of(db, ref)
    names = names_of(db, {one.actor_id for one, _ in entries if one.actor_id})
    return [
        Traced(one.at, sentence(one.ref, one.move, one.before, one.after), names.get(one.actor_id or 0), why or None)
        for one, why in reversed(entries)
    ]
