"""Who is heard in each account: the parts in a purchase that answered, and those that did not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.accounts.models import USUAL, ExpectedPart
from app.voice.answers import answers
from app.voice.models import Response, Segment, Source
from app.voice.queries import visible_to

PAGE = 25


@dataclass(frozen=True)
class Part:
    """A part in the purchase: how many accounts were heard in it, how many answers. `expected`: the list names it."""

    name: str
    accounts: int
    answers: int
    expected: bool


@dataclass(frozen=True)
class Heard:
    """All accounts of a source. `single` have one voice alone, whatever its part; `whole` are heard in every part."""

    accounts: int
    nameless: int
    parts: tuple[Part, ...]
    single: int
    whole: int


@dataclass(frozen=True)
class Account:
    name: str
    answers: int
    heard: tuple[str, ...]
    missing: tuple[str, ...]


def sources(db: Session, actor: Actor) -> Sequence[Source]:
    """Those whose answers belong to accounts, latest first."""
    has = select(col(Response.id)).where(col(Response.source_id) == col(Source.id), col(Response.account).is_not(None))
    query = select(Source).where(visible_to(actor), has.exists())
    return db.scalars(query.order_by(col(Source.last_day).desc(), col(Source.id).desc())).all()


def expected_parts(db: Session) -> tuple[str, ...]:
    """The organisation's list, else the usual ones."""
    query = select(col(ExpectedPart.name)).order_by(col(ExpectedPart.place), col(ExpectedPart.id))
    return tuple(db.scalars(query)) or USUAL


def part_segment(db: Session, source: Source) -> str | None:
    """The segment that says which part somebody has."""
    return db.scalar(select(col(Segment.name)).where(col(Segment.source_id) == source.id, col(Segment.part).is_(True)))


def wanted(db: Session, source: Source, segment: str | None, seen: bool) -> tuple[str, ...]:
    """What each account is held against: the list, or every part that this source has."""
    if not seen or segment is None:
        return expected_parts(db)
    told = answers(db, source.id)
    return told.labels[told.segment_names.index(segment)]


def plain(name: str) -> str:
    return " ".join(name.casefold().split())


def heard(db: Session, source: Source, segment: str | None, parts: Sequence[str]) -> Heard:
    """Counts over all accounts, from the arrays."""
    told = answers(db, source.id)
    assert told.accounts is not None
    named = told.accounts >= 0
    accounts, places, many = np.unique(told.accounts[named], return_inverse=True, return_counts=True)
    found, whole = [], np.ones(len(accounts), dtype=bool)
    labels = told.labels[told.segment_names.index(segment)] if segment else ()
    codes = told.segments[named, told.segment_names.index(segment)] if segment else np.full(int(named.sum()), -1)
    names = list(dict.fromkeys([*parts, *(label for label in labels if plain(label) not in set(map(plain, parts)))]))
    for name in names:
        mine = np.isin(codes, [at for at, label in enumerate(labels) if plain(label) == plain(name)])
        there = np.bincount(places[mine], minlength=len(accounts)) > 0
        expected = plain(name) in set(map(plain, parts))
        if expected:
            whole &= there
        found.append(Part(name, int(there.sum()), int(mine.sum()), expected))
    single = int((many == 1).sum())
    return Heard(len(accounts), int((~named).sum()), tuple(found), single, int(whole.sum()))


def by_account(
    db: Session, source: Source, segment: str | None, parts: Sequence[str], show: str = "", after: str = ""
) -> list[Account]:
    """Accounts by name, one more than a page, of those with a part missing, with one voice, or all."""
    told = answers(db, source.id)
    place = told.segment_names.index(segment) if segment else None
    labels = told.labels[place] if place is not None else ()
    names = names_of(db, source, after)
    found: list[Account] = []
    numbers, counts = members(db, source)
    for name in names:
        mine = numbers.get(name, ())
        codes = {int(told.segments[at, place]) for at in mine} if place is not None else set()
        said = tuple(label for at, label in enumerate(labels) if at in codes)
        missing = lacking(parts, said)
        if (show == "single" and counts[name] > 1) or (show == "missing" and not missing):
            continue
        found.append(Account(name, counts[name], said, missing))
        if len(found) > PAGE:
            break
    return found


def lacking(parts: Sequence[str], said: Collection[str]) -> tuple[str, ...]:
    known = set(map(plain, said))
    return tuple(part for part in parts if plain(part) not in known)


def names_of(db: Session, source: Source, after: str) -> list[str]:
    account = col(Response.account)
    query = select(account).where(col(Response.source_id) == source.id, account.is_not(None), account > after)
    return [name for name in db.scalars(query.distinct().order_by(account)) if name]


def members(db: Session, source: Source) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Of each account the places of its answers in the arrays, and how many they are."""
    query = select(col(Response.account)).where(col(Response.source_id) == source.id).order_by(col(Response.id))
    found: dict[str, list[int]] = {}
    for place, name in enumerate(db.scalars(query)):
        if name:
            found.setdefault(name, []).append(place)
    return found, {name: len(places) for name, places in found.items()}
