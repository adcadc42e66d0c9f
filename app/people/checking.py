"""Passwords in forms, worked on before the request takes its lock: put these before `Db` in a route's signature.

Fields: `own_password`, the person's present one, asked again before a role changes; `new_password`, one to be kept.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session as DbSession

from app.columns import now
from app.db import Database
from app.people.actor import BY_SESSION, IDLE, LONGEST, Actor, session_key
from app.people.guesses import address_of, count_attempt, forgive
from app.people.models import Person
from app.people.passwords import SHORTEST, hashed, matches, weakness
from app.people.signing import log, wait_words
from app.web import Typed, cookie_name
from app.web.forms import Form


@dataclass(frozen=True)
class Fresh:
    """A new password and its hash; no hash where it is too short to be kept anyway."""

    password: str
    hash: str

    def refuse(self, form: Form[Any], known: tuple[str, ...]) -> bool:
        """Put what is wrong with it beside its field."""
        words = weakness(self.password, known)
        if words:
            form.refuse("new_password", words)
        return words is not None


async def fresh(request: Request, fields: Typed) -> Fresh:
    password = fields.get("new_password")
    long_enough = SHORTEST <= len(password) <= 1000
    return Fresh(password, await hashed(request, password) if long_enough else "")


NewPassword = Annotated[Fresh, Depends(fresh)]


@dataclass(frozen=True)
class Proof:
    """Whether the signed-in person has shown their password with this request, else why not."""

    person_id: int = 0
    words: str = "This is not your password."

    def fails(self, form: Form[Any], actor: Actor) -> bool:
        if self.person_id == actor.id:
            return False
        form.refuse("own_password", self.words)
        return True


def holder(db: DbSession, token: str) -> Person | None:
    moment = now()
    row = db.execute(BY_SESSION, {"key": session_key(token), "idle": moment - IDLE, "begun": moment - LONGEST}).first()
    return db.get(Person, row[0]) if row else None


async def own_password(request: Request, fields: Typed) -> Proof:
    """Guessed like a password at the sign-in page, it is slowed like one."""
    database: Database = request.app.state.database
    token = request.cookies.get(cookie_name(request.app.state.settings), "")
    password = fields.get("own_password")
    if not token or not password:
        return Proof(words="Your own password is needed for this.")
    async with database.transaction(write=False) as db:
        person = await database.run(holder, db, token)
    if person is None:
        return Proof()
    name, address = f"own {person.id}", address_of(request)
    async with database.transaction(write=True) as db:
        standing = await database.run(count_attempt, db, name, address)
    if standing.wait:
        return Proof(words=wait_words(standing.wait))
    if not await matches(request, password, person.password):
        log.warning("own password wrong", person=person.id, address=address, request=request.state.request_id)
        return Proof()
    async with database.transaction(write=True) as db:
        await database.run(forgive, db, name, address)
    return Proof(person.id)


OwnPassword = Annotated[Proof, Depends(own_password)]
