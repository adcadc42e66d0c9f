"""Who calls the API: the person of a bearer token, with that person's rights of this moment and the token's one use.

Cookies are not looked at, so that no page of a stranger can call the API as whoever happens to be signed in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from limits import RateLimitItemPerMinute
from sqlalchemy import bindparam
from sqlmodel import col

from app.columns import now
from app.db import Db
from app.errors import Missing, Refused, SignedOut, TooMany
from app.people.actor import Actor, from_row, profile, session_key
from app.people.models import Person
from app.people.tokens.actions import note_use
from app.people.tokens.models import Scope, Token
from app.web import placed
from app.web.pace import wait

NOTED_EVERY = timedelta(minutes=1)
PACE = RateLimitItemPerMinute(240)
BY_TOKEN = (
    profile()
    .add_columns(col(Token.id), col(Token.scope), col(Token.used_at))
    .join(Token, col(Token.person_id) == col(Person.id))
    .where(
        col(Token.key) == bindparam("key"),
        col(Token.revoked_at).is_(None),
        col(Token.expires_at) > bindparam("moment", type_=Token.__table__.c.expires_at.type),  # type: ignore[attr-defined]
    )
)


@dataclass(frozen=True)
class Call:
    actor: Actor
    token_id: int
    scope: Scope


def secret_of(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise SignedOut("Send your personal token as: Authorization: Bearer pilotage_… You make one in your settings.")
    return secret.strip()


@placed
def call(request: Request, db: Db) -> Call:
    """Unknown, revoked, expired, and a person who may not sign in: all answer alike."""
    moment = now()
    row = db.connection().execute(BY_TOKEN, {"key": session_key(secret_of(request)), "moment": moment}).first()
    if row is None:
        raise SignedOut("This token is not known, or has been revoked, or has expired.")
    found = Call(from_row(row), row[-3], Scope(row[-2]))
    request.state.actor, request.state.db = found.actor, db
    if seconds := wait(request, PACE, "token", str(found.token_id)):
        raise TooMany("More than 240 requests in a minute came with this token.", seconds)
    note(request, found, row[-1], moment)
    return found


def note(request: Request, found: Call, used_at: datetime | None, moment: datetime) -> None:
    if used_at is None or moment - used_at.replace(tzinfo=UTC) > NOTED_EVERY:
        note_use(request.app.state.database, found.token_id, moment)


TheCall = Annotated[Call, Depends(call)]


def only_for(found: Call, scope: Scope) -> Actor:
    if found.actor.guest:
        raise Missing()
    if found.scope is not scope:
        raise Refused(f"This token is to {found.scope.value}; this address takes one to {scope.value}.")
    return found.actor


async def sender(found: TheCall) -> Call:
    only_for(found, Scope.SEND)
    return found


async def reader(found: TheCall) -> Actor:
    return only_for(found, Scope.READ)


# As with people at a browser: one of these stands in the signature of every route of the API.
Sender = Annotated[Call, Depends(sender)]
Reader = Annotated[Actor, Depends(reader)]
