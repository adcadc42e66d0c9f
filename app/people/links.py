"""Links that carry a right: 256 bits, stored hashed, for one purpose, once, until a time."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.db import lock
from app.errors import Missing
from app.people.actor import session_key
from app.people.models import Link, Person, Purpose
from app.settings import Settings

LASTS = {Purpose.SET_UP: timedelta(days=30), Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}
PATHS = {Purpose.SET_UP: "/set-up/", Purpose.INVITATION: "/invitation/", Purpose.RESET: "/reset/"}


def issue(db: DbSession, settings: Settings, purpose: Purpose, person_id: int | None = None) -> str:
    """A whole address. Those given out before for the same purpose and person end with it."""
    same = col(Link.person_id) == person_id if person_id else col(Link.person_id).is_(None)
    db.execute(delete(Link).where(col(Link.purpose) == purpose, same))
    token = secrets.token_urlsafe(32)
    db.add(Link(key=session_key(token), purpose=purpose, person_id=person_id, expires_at=now() + LASTS[purpose]))
    return f"{settings.address}{PATHS[purpose]}{token}"


def find(db: DbSession, purpose: Purpose, token: str) -> Link:
    """The link of this token while it can be used, locked where it will be; else 404."""
    query = select(Link).where(
        col(Link.key) == session_key(token),
        col(Link.purpose) == purpose,
        col(Link.used_at).is_(None),
        col(Link.expires_at) > now(),
    )
    link = db.scalars(query.with_for_update() if lock(db) else query).first()
    if link is None:
        raise Missing("This link was used, has ended, or was replaced by a newer one.")
    return link


def person_of(db: DbSession, link: Link) -> Person:
    person = db.get(Person, link.person_id) if link.person_id else None
    if person is None or not person.active:
        raise Missing("This link was used, has ended, or was replaced by a newer one.")
    return person


def spend_all(db: DbSession, person_id: int) -> None:
    """Who has a new password needs none of the links that led to one."""
    db.execute(delete(Link).where(col(Link.person_id) == person_id))
