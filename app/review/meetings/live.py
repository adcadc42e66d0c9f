"""The live page's bell: tells open pages that a meeting has changed; each fetches what its own reader may see.

A stream carries no content, so nothing can leak through it, and it holds no transaction. One task a process asks the
database a few times a second how far each meeting that is watched has come, whoever changed it in whichever process;
with nobody listening nothing is asked. Every two seconds it also asks whether the listeners' sessions and rights are
what they were; a stream whose reader has lost them ends.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi.sse import format_sse_event
from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Unavailable
from app.ideas.models import Conflict, ConflictKind
from app.people.actor import IDLE, LONGEST, Actor, from_row, profile
from app.people.models import Person, Session
from app.review.models import AgendaItem, Meeting

EVERY = 0.25
RIGHTS_EVERY = 8  # looks
PING = 15.0
MOST = 200
"""Streams of one process."""
EACH = 4
"""Streams of one session: a browser opens six connections to a host over HTTP/1.1."""
CHANGED = b"event: changed\ndata: %d\n\n"
OVER = format_sse_event(event="over", data_str="the right to look has ended")
HERE = b": still here\n\n"
log = structlog.get_logger()


def rights_of(actor: Actor) -> tuple[object, ...]:
    """What decides on sight; not how many notices are unread."""
    return (actor.id, actor.version, sorted(actor.roles), sorted(actor.seats.items()))


@dataclass(eq=False)
class Listener:
    meeting_id: int
    key: str
    rights: tuple[object, ...]
    beat: int
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    end: bytes | None = None  # the last words of a stream that ends


class Bell:
    """One a process. Used on its loop alone, except for `look`, which only reads the database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.listeners: set[Listener] = set()
        self.task: asyncio.Task[None] | None = None

    def must_have_room(self, key: str) -> None:
        if len(self.listeners) >= MOST or Counter(one.key for one in self.listeners)[key] >= EACH:
            raise Unavailable("Many pages follow meetings just now. This one shows what is new when you look again.")

    async def follow(self, listener: Listener) -> AsyncIterator[bytes]:
        """At once, so that whoever comes back sees what they missed; then at each change."""
        self.join(listener)
        try:
            yield CHANGED % listener.beat
            while True:
                try:
                    await asyncio.wait_for(listener.rung.wait(), PING)
                except TimeoutError:
                    yield HERE
                    continue
                listener.rung.clear()
                if listener.end is not None:
                    yield listener.end
                    return
                yield CHANGED % listener.beat
        finally:
            self.listeners.discard(listener)

    def join(self, listener: Listener) -> None:
        self.listeners.add(listener)
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.watch())

    def stop(self) -> None:
        """The process stops: streams end without a word, and their pages come back to another one."""
        for listener in self.listeners:
            self.finish(listener, b"")

    @staticmethod
    def finish(listener: Listener, words: bytes) -> None:
        listener.end = words
        listener.rung.set()

    async def watch(self) -> None:
        looks = 0
        while self.listeners:
            looks += 1
            try:
                await self.ring(with_rights=looks % RIGHTS_EVERY == 0)
            except Exception as error:  # the database is away: the next look may find it
                log.warning("live pages wait", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def ring(self, *, with_rights: bool) -> None:
        meetings = {one.meeting_id for one in self.listeners}
        keys = {one.key for one in self.listeners} if with_rights else set()
        beats, rights = await self.database.run(self.look, meetings, keys)
        for listener in list(self.listeners):
            if listener.key in keys and rights.get(listener.key) != listener.rights:
                self.finish(listener, OVER)
            elif beats.get(listener.meeting_id, listener.beat) != listener.beat:
                listener.beat = beats[listener.meeting_id]
                listener.rung.set()

    def look(
        self, meetings: Collection[int], keys: Collection[str]
    ) -> tuple[dict[int, int], dict[str, tuple[object, ...]]]:
        """A read of its own, over before the next look."""
        with self.database.reading() as db:
            beats = {row[0]: row[1] for row in db.execute(pulse(meetings))}
            found = db.execute(sessions(keys)) if keys else ()
            return beats, {row[-1]: rights_of(from_row(row)) for row in found}


def pulse(meetings: Collection[int]) -> Any:
    """How far each has come: its beat, and the conflicts with its ideas that members have declared, or that ended.
    Of others an open page is told nothing, not even that there is something."""
    told = (
        select(func.count(col(Conflict.id)) + func.count(col(Conflict.ended_at)))
        .join(AgendaItem, col(AgendaItem.idea_id) == col(Conflict.idea_id))
        .where(col(AgendaItem.meeting_id) == col(Meeting.id), col(Conflict.kind) == ConflictKind.DECLARED)
        .correlate(Meeting)
        .scalar_subquery()
    )
    return select(col(Meeting.id), col(Meeting.beat) + told).where(col(Meeting.id).in_(list(meetings)))


def come(db: DbSession, meeting_id: int) -> int:
    found: int = db.execute(pulse([meeting_id])).one()[1]
    return found


def sessions(keys: Collection[str]) -> Any:
    """The people behind these sessions, as far as they still hold."""
    moment = now()
    return (
        profile()
        .add_columns(col(Session.key))
        .join(Session, col(Session.person_id) == col(Person.id))
        .where(
            col(Session.key).in_(list(keys)),
            col(Session.ended_at).is_(None),
            col(Session.seen_at) > moment - IDLE,
            col(Session.created_at) > moment - LONGEST,
        )
    )


def bell_of(state: Any) -> Bell:
    """The one of this process, made when first asked for; ended with the process's other streams."""
    if getattr(state, "bell", None) is None:
        state.bell = Bell(state.database)
        state.endings.append(state.bell.stop)
    bell: Bell = state.bell
    return bell
