"""Mails that wait or could not be sent: as far as an administrator may see them, and what is done with them.

Never their words: they may carry a link that gives a right, and what a notice is about is between it and its reader.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Missing, Stale
from app.notices.words import sentence
from app.outbox import TRIES, Job, again, drop
from app.people.mail import KINDS
from app.people.models import Person
from app.record.actions import write
from app.record.models import Entry
from app.web import FormModel

MOST = 100


class MailMoveForm(FormModel):
    name: Literal["resend", "drop"]


@dataclass(frozen=True)
class Mail:
    """state: word and kind of status. movable: it is not being sent this very moment."""

    id: int
    to: str
    subject: str
    state: tuple[str, str]
    tries: int
    due: datetime
    failure: str
    dead: bool
    movable: bool


@dataclass(frozen=True)
class Standing:
    """How mail goes: what waits, what was given up, what went within a week, and when the last one did."""

    waiting: int
    failing: int
    dead: int
    sent: int
    last: datetime | None


OPEN = (col(Job.kind).in_(KINDS), col(Job.done_at).is_(None))


def standing(db: Session) -> Standing:
    tried = case((col(Job.attempts) >= TRIES, "dead"), (col(Job.failure) != "", "failing"), else_="waiting")
    counts: dict[str, int] = dict(db.execute(select(tried, func.count()).where(*OPEN).group_by(tried)).all())
    sent = (col(Job.kind).in_(KINDS), col(Job.done_at).is_not(None), col(Job.payload) == "{}")
    week, last = db.execute(
        select(func.count().filter(col(Job.done_at) > now() - timedelta(days=7)), func.max(col(Job.done_at))).where(
            *sent, col(Job.attempts) > 0
        )
    ).one()
    return Standing(counts.get("waiting", 0), counts.get("failing", 0), counts.get("dead", 0), week, last)


def unsent(db: Session) -> list[Mail]:
    """Given up first, then failing, then waiting; three statements whatever there is."""
    first = case((col(Job.attempts) >= TRIES, 0), (col(Job.failure) != "", 1), else_=2)
    jobs = db.scalars(select(Job).where(*OPEN).order_by(first, col(Job.id).desc()).limit(MOST)).all()
    payloads = {job.id: json.loads(job.payload) for job in jobs}
    people = {payload["person"] for payload in payloads.values() if "person" in payload}
    addresses = dict(db.execute(select(col(Person.id), col(Person.email)).where(col(Person.id).in_(people))).all())
    entries = {payload["entry"] for payload in payloads.values() if "entry" in payload}
    moves = {entry.number: entry for entry in db.scalars(select(Entry).where(col(Entry.number).in_(entries)))}
    return [shown(job, payloads[job.id], addresses, moves) for job in jobs]


def shown(
    job: Job, payload: Mapping[str, Any], addresses: Mapping[int, str | None], moves: Mapping[int, Entry]
) -> Mail:
    moment = now()
    busy = job.leased_until is not None and job.leased_until > moment
    dead = job.attempts >= TRIES and not busy
    to = payload.get("to") or addresses.get(payload.get("person", 0)) or "nobody any more"
    state = ("being sent", "half") if busy else ("given up", "stuck") if dead else ("waits", "open")
    if job.failure and not (busy or dead):
        state = ("to be tried again", "warn")
    failure, subject = job.failure, subject_of(payload, moves)
    return Mail(job.id, to, subject, state, job.attempts, job.due, failure, dead, not busy)


def subject_of(payload: Mapping[str, Any], moves: Mapping[int, Entry]) -> str:
    """Of a notice what happened, and not to what."""
    if "subject" in payload:
        return str(payload["subject"])
    entry = moves.get(payload.get("entry", 0))
    return f"{sentence(entry.ref, entry.move, entry.before, entry.after)} (a notice)" if entry else "A digest"


def move(db: Session, by: int, job_id: int, name: str) -> None:
    """Send it again with all its tries, or throw it away with its words; on the record."""
    job = db.scalars(select(Job).where(col(Job.id) == job_id, col(Job.kind).in_(KINDS)).with_for_update()).first()
    if job is None:
        raise Missing()
    if job.done_at is not None or (job.leased_until is not None and job.leased_until > now()):
        raise Stale("This mail has been sent, or is being sent just now. Load the page again.")
    tries = job.attempts
    again(job) if name == "resend" else drop(job)
    write(db, by, name, job.ref, figures={"tries": tries})
