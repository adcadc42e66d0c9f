"""Tokens made, listed and revoked; each on the record of its person, with its number and never with its name."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Refused, Stale
from app.people.actor import Actor, session_key
from app.people.tokens.models import Scope, Token
from app.record.actions import write

MOST = 25
PREFIX = "pilotage_"  # by which a scanner of leaked secrets, and a person, know it for what it is


def make(db: Session, actor: Actor, name: str, scope: Scope, days: int) -> tuple[Token, str]:
    """A new token, and the words that a program signs in with: they are stored nowhere."""
    if sum(token.usable for token in tokens_of(db, actor.id)) >= MOST:
        raise Refused(f"You have {MOST} tokens that work. Revoke one that nothing uses.")
    secret = PREFIX + secrets.token_urlsafe(32)
    until = now() + timedelta(days=days)
    token = Token(person_id=actor.id, name=name, key=session_key(secret), scope=scope, expires_at=until)
    db.add(token)
    db.flush()
    write(db, actor.id, "make_token", actor.ref, figures={"token": token.id, "scope": scope.value, "days": days})
    return token, secret


def revoke(db: Session, actor: Actor, token: Token) -> None:
    if token.revoked_at:
        raise Stale("This token is revoked already.")
    token.revoked_at = now()
    write(db, actor.id, "revoke_token", actor.ref, figures={"token": token.id})


def revoke_all(db: Session, person_id: int, renamed: str = "") -> None:
    """With the person who goes: what did that is on the record already. The names that an erased one gave go too."""
    mine = update(Token).where(col(Token.person_id) == person_id)
    db.execute(mine.where(col(Token.revoked_at).is_(None)).values(revoked_at=now()))
    if renamed:
        db.execute(mine.values(name=renamed))


def tokens_of(db: Session, person_id: int) -> Sequence[Token]:
    query = select(Token).where(col(Token.person_id) == person_id).order_by(col(Token.id).desc())
    return db.scalars(query).all()


def note_use(database: Database, token_id: int, moment: datetime) -> None:
    database.aside(lambda db: db.execute(update(Token).where(col(Token.id) == token_id).values(used_at=moment)))
