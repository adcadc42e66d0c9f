"""Reading and verifying the record."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.record.actions import signed_bytes
from app.record.chain import Keys, digest, seal
from app.record.models import Entry, Head, Salt


@dataclass(frozen=True)
class Verdict:
    entries: int
    intact: bool
    first_broken: int | None
    why: str = ""


def verify(db: Session, keys: Keys, anchor: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its first entry. An anchor (number, hash) kept outside shows a tail that was cut off."""
    expected, previous = 1, ""
    hashes_at_anchor = ""
    for entry in db.scalars(select(Entry).order_by(col(Entry.number)).execution_options(yield_per=1000)):
        if why := what_is_wrong(entry, expected, previous, keys):
            return Verdict(expected - 1, False, min(expected, entry.number), why)
        if anchor and entry.number == anchor[0]:
            hashes_at_anchor = entry.hash
        expected, previous = expected + 1, entry.hash
        db.expunge(entry)
    count = expected - 1
    head = db.scalars(select(Head)).one()
    if (head.number, head.hash) != (count, previous):
        return Verdict(count, False, count + 1, "the last entries are missing: the head names another one")
    if anchor and hashes_at_anchor != anchor[1]:
        return Verdict(count, False, min(anchor[0], count + 1), "the entry at the anchor is missing or another one")
    if broken := broken_words(db):
        return Verdict(count, False, broken, "words kept for this entry are not the ones that were digested")
    return Verdict(count, True, None)


def what_is_wrong(entry: Entry, expected: int, previous: str, keys: Keys) -> str:
    if entry.number != expected:
        return f"entry {expected} is missing"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    key = keys.known.get(entry.key_id)
    if key is None:
        return f"it was signed with a key that is not here ({entry.key_id})"
    return "" if seal(key, signed_bytes(entry)) == entry.hash else "it is not what was signed"


def broken_words(db: Session) -> int | None:
    query = (
        select(Salt, col(Entry.digests)).join(Entry, col(Entry.number) == col(Salt.number)).order_by(col(Salt.number))
    )
    for salt, digests in db.execute(query.execution_options(yield_per=1000)):
        if json.loads(digests).get(salt.name) != digest(salt.salt, salt.words):
            return int(salt.number)
    return None


def head(db: Session) -> tuple[int, str]:
    row = db.scalars(select(Head)).one()
    return row.number, row.hash


def entries_of(db: Session, ref: str) -> Sequence[tuple[Entry, str]]:
    """A thing's history, oldest first, each with its reason where one was given and still exists."""
    return entries_of_many(db, [ref])


def entries_of_many(db: Session, refs: Sequence[str]) -> Sequence[tuple[Entry, str]]:
    reason = (
        select(col(Salt.words))
        .where(col(Salt.number) == col(Entry.number), col(Salt.name) == "reason")
        .scalar_subquery()
    )
    query = select(Entry, reason).where(col(Entry.ref).in_(refs)).order_by(col(Entry.number))
    return [(entry, words or "") for entry, words in db.execute(query)]
