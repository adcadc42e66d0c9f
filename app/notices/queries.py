"""A person's inbox: each notice as one line, with the thing it is about as far as this person may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.notices.models import Notice
from app.notices.topics import BECAUSE
from app.notices.words import kind_of, sentence
from app.people.actor import Actor
from app.people.models import Person
from app.pilots.models import Step
from app.pilots.veils import veiled_refs
from app.record.models import Entry, Salt
from app.refs import Found, registry

PAGE = 25


@dataclass(frozen=True)
class Line:
    """what happened, to what, by whom and why. who and why are empty where the reader may not know.

    because: in which capacity it concerns the reader; topic: what kind of notice it is.
    """

    entry: int
    at: datetime
    what: str
    title: str
    address: str
    who: str
    why: str
    unread: bool
    because: str = ""
    topic: str = ""

    @property
    def rest(self) -> str:
        by = f"by {self.who}" if self.who else ""
        return f"{by}: {self.why}" if by and self.why else by or self.why


@dataclass(frozen=True)
class Inbox:
    """One page of it, newest first. newest: the entry of its first notice, shown or not; after: where the next is."""

    lines: list[Line]
    newest: int | None
    after: int | None


REMIND = "remind"
REASON = (
    select(col(Salt.words)).where(col(Salt.number) == col(Entry.number), col(Salt.name) == "reason").scalar_subquery()
)
LINES: Any = (
    select(
        col(Notice.entry),
        col(Notice.about),
        col(Notice.at),
        col(Notice.read_at),
        col(Notice.why).label("because"),
        col(Notice.topic),
        col(Entry.ref),
        col(Entry.move),
        col(Entry.before),
        col(Entry.after),
        col(Person.name),
        REASON.label("why"),
    )
    .join(Entry, col(Entry.number) == col(Notice.entry))
    .outerjoin(Person, col(Person.id) == col(Entry.actor_id))
    .order_by(col(Notice.entry).desc())
)


def inbox(db: Session, actor: Actor, after: int | None = None, most: int = PAGE) -> Inbox:
    """Newest first. What the reader may not see any more is left out; the page goes on behind it all the same."""
    query = LINES.where(col(Notice.person_id) == actor.id)
    if after is not None:
        query = query.where(col(Notice.entry) < after)
    rows = db.execute(query.limit(most + 1)).all()
    shown = rows[:most]
    lines = lines_of(db, actor, shown)
    return Inbox(lines, rows[0].entry if rows else None, shown[-1].entry if len(rows) > most else None)


def lines_of(db: Session, actor: Actor, rows: Sequence[Any]) -> list[Line]:
    """What the reader may not see any more is left out; its title and address are those of now."""
    found = registry(db).find(db, actor, {row.about for row in rows if row.move != REMIND})
    found |= {actor.ref: Found(actor.ref, "What waits for you", "/")}
    blind = veiled_refs(db, actor)
    numbers = step_numbers(db, (row.ref for row in rows))
    return [line(row, found[row.about], blind, numbers) for row in rows if row.about in found]


def line(row: Any, thing: Found, blind: frozenset[str], numbers: dict[str, int]) -> Line:
    known = row.about not in blind
    return Line(
        entry=row.entry,
        at=row.at,
        what=sentence(row.ref, row.move, row.before, row.after, numbers.get(row.ref)),
        title=thing.title,
        address=thing.address,
        who=(row.name or "") if known else "",
        why=(row.why or "") if known else "",
        unread=row.read_at is None,
        because="it is yours to do" if row.move == REMIND else BECAUSE.get(row.because, ""),
        topic=row.topic,
    )


def one_line(db: Session, actor: Actor, entry: int) -> Line | None:
    """A single notice of this person, unless they may not see what it is about any more."""
    rows = db.execute(LINES.where(col(Notice.person_id) == actor.id, col(Notice.entry) == entry)).all()
    return next(iter(lines_of(db, actor, rows)), None)


def not_told(db: Session, actor: Actor, after: int, up_to: int, topics: Sequence[str], most: int) -> list[Line]:
    """What a digest tells: of these topics, between two entries, not read meanwhile and not mailed at once."""
    since = (col(Notice.entry) > after, col(Notice.entry) <= up_to, col(Notice.topic).in_(topics))
    left = (col(Notice.person_id) == actor.id, col(Notice.read_at).is_(None), col(Notice.mailed).is_(False))
    return lines_of(db, actor, db.execute(LINES.where(*left, *since).limit(most)).all())


def step_numbers(db: Session, refs: Iterable[str]) -> dict[str, int]:
    ids = {int(ref.partition(":")[2]) for ref in refs if kind_of(ref) == "step"}
    if not ids:
        return {}
    query = select(col(Step.id), col(Step.number)).where(col(Step.id).in_(ids))
    return {f"step:{key}": number for key, number in db.execute(query)}
