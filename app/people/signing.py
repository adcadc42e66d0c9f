"""Signing in and out: short transactions around a slow password check, never one that waits for it."""

from dataclasses import dataclass

import anyio
import structlog
from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col
from starlette.responses import Response

from app.db import Database
from app.people.actor import LONGEST, session_key
from app.people.guesses import address_of, count_attempt, forgive
from app.people.models import Person
from app.people.passwords import matches
from app.people.sessions import begin, end
from app.settings import DEMO_PASSWORD, Settings
from app.web import cookie_name

log = structlog.get_logger()
WRONG = "This address and this password do not belong together."


@dataclass(frozen=True)
class Known:
    id: int
    password: str | None


@dataclass(frozen=True)
class Outcome:
    """token: for the cookie, when it was the person. wait: seconds, when there were too many attempts."""

    token: str = ""
    wait: int = 0


def normal(email: str) -> str:
    return email.strip().casefold()


def safe_next(address: str) -> str:
    """A page of ours: one slash, then neither a slash nor what browsers take for one or leave out."""
    odd = address[1:2] in ("/", "\\") or any(ord(letter) < 33 or ord(letter) == 127 for letter in address)
    return address if address.startswith("/") and not odd else "/"


def find_known(db: DbSession, email: str) -> Known:
    """Id 0 where nobody of this address may sign in."""
    person = db.scalars(select(Person).where(col(Person.email) == email)).first()
    return Known(person.id, person.password) if person and person.active else Known(0, None)


async def sign_in(request: Request, email: str, password: str) -> Outcome:
    database: Database = request.app.state.database
    name, address = normal(email), address_of(request)
    async with database.transaction(write=True) as db:
        standing = await database.run(count_attempt, db, name, address)
    if standing.wait:
        log.warning("sign-in slowed", address=address, wait=standing.wait, request=request.state.request_id)
        return Outcome(wait=standing.wait)
    if standing.slow:
        await anyio.sleep(1)
    async with database.transaction(write=False) as db:
        known = await database.run(find_known, db, name)
    right = await matches(request, password, known.password)
    if not right or (password == DEMO_PASSWORD and not request.app.state.settings.demo):
        log.warning("sign-in failed", address=address, person=known.id, request=request.state.request_id)
        return Outcome()
    async with database.transaction(write=True) as db:
        token = await database.run(admit, db, request, known.id, name, address)
    log.info("signed in", person=known.id, address=address, request=request.state.request_id)
    return Outcome(token=token)


def admit(db: DbSession, request: Request, person_id: int, name: str, address: str) -> str:
    """A session that was never there before; the browser's old one ends."""
    forgive(db, name, address)
    if old := request.cookies.get(cookie_name(request.app.state.settings)):
        end(db, session_key(old))
    return begin(db, person_id, request.headers.get("user-agent", ""))


def keep_cookie(response: Response, settings: Settings, token: str) -> Response:
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(LONGEST.total_seconds()),
        path=settings.root or "/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )
    return response


def drop_cookie(response: Response, settings: Settings) -> Response:
    response.delete_cookie(
        cookie_name(settings), path=settings.root or "/", secure=settings.https, httponly=True, samesite="lax"
    )
    return response


def wait_words(seconds: int) -> str:
    if seconds < 90:
        return f"That was tried often and without luck. Wait {seconds} seconds, then try again."
    return f"That was tried often and without luck. Wait {round(seconds / 60)} minutes, then try again."
