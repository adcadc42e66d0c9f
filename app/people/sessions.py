"""Sessions in a table: begun at sign-in with a new token, listed, revoked."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.people.actor import IDLE, LONGEST, session_key
from app.people.models import Session


def begin(db: DbSession, person_id: int, agent: str = "") -> str:
    """A new session. The returned token goes into the cookie and is stored nowhere."""
    token = secrets.token_urlsafe(32)
    db.add(Session(key=session_key(token), person_id=person_id, agent=agent[:200]))
    return token


def end(db: DbSession, key: str) -> None:
    db.execute(update(Session).where(col(Session.key) == key, col(Session.ended_at).is_(None)).values(ended_at=now()))


def end_all(db: DbSession, person_id: int, but: str = "") -> None:
    mine = (col(Session.person_id) == person_id, col(Session.key) != but, col(Session.ended_at).is_(None))
    db.execute(update(Session).where(*mine).values(ended_at=now()))


def open_sessions(db: DbSession, person_id: int) -> Sequence[Session]:
    moment = now()
    query = (
        select(Session)
        .where(
            col(Session.person_id) == person_id,
            col(Session.ended_at).is_(None),
            col(Session.seen_at) > moment - IDLE,
            col(Session.created_at) > moment - LONGEST,
        )
        .order_by(col(Session.seen_at).desc())
    )
    return db.scalars(query).all()


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
)


def device(agent: str) -> str:
    """What a browser says of itself, as its owner would know it."""
    browser = next((name for part, name in BROWSERS if part in agent), "")
    system = next((name for part, name in (*SYSTEMS, ("Linux", "Linux")) if part in agent), "")
    return f"{browser or 'A browser'}{f' on {system}' if system else ''}"
