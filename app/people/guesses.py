"""Wrong passwords, counted in transactions of their own, slow down whoever sends them; nobody is locked out.

Three counts: of this name from this address, of this address, of this name. The first two make one wait; the third,
which strangers can raise from anywhere, makes an answer come a second later and no more. An attempt is counted
before the password is looked at, so that a hundred at once are a hundred.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from fastapi import Request
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.db import embedded
from app.people.models import Guess

FORGOTTEN_AFTER = timedelta(hours=1)
SLOWED_FROM = 20  # guesses at one name, from anywhere


@dataclass(frozen=True)
class Patience:
    """So many are free; then the wait doubles with each, up to a longest."""

    free: int
    longest: int

    def wait(self, count: int) -> timedelta:
        return timedelta(seconds=min(2 ** min(count - self.free + 1, 20), self.longest) if count >= self.free else 0)


WAITS = {"pair": Patience(5, 900), "from": Patience(30, 60)}


def address_of(request: Request) -> str:
    """As the server knows it: forwarded headers count where they come from a trusted proxy. IPv6 by its network."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host


def keys(name: str, address: str) -> Mapping[str, str]:
    parts = {"pair": f"{name} {address}", "from": address, "name": name}
    return {kind: f"{kind}:{sha256(words.encode('utf-8', 'replace')).hexdigest()}" for kind, words in parts.items()}


@dataclass(frozen=True)
class Standing:
    """wait: seconds before the next attempt is looked at. slow: many guess at this name."""

    wait: int
    slow: bool


def count_attempt(db: DbSession, name: str, address: str) -> Standing:
    """Count one attempt, unless it has to wait; one that waits is not counted and changes nothing."""
    moment = now()
    rows = {kind: row_of(db, key, moment) for kind, key in sorted(keys(name, address).items())}
    wait = max((row.last_at + WAITS[kind].wait(row.count) - moment for kind, row in rows.items() if kind in WAITS))
    if wait > timedelta(0):
        return Standing(int(wait.total_seconds()) + 1, False)
    for row in rows.values():
        row.count, row.last_at = row.count + 1, moment
    return Standing(0, rows["name"].count > SLOWED_FROM)


def row_of(db: DbSession, key: str, moment: datetime) -> Guess:
    query = select(Guess).where(col(Guess.key) == key)
    if not embedded(db):
        query = query.with_for_update()
    row = db.scalars(query).first()
    if row is None:
        row = new_row(db, key, moment) or db.scalars(query).one()
    if row.last_at < moment - FORGOTTEN_AFTER:
        row.count = 0
    return row


def new_row(db: DbSession, key: str, moment: datetime) -> Guess | None:
    """None when another request made it meanwhile."""
    row = Guess(key=key, last_at=moment)
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return None
    return row


def forgive(db: DbSession, name: str, address: str) -> None:
    """It was the person: their own counts go, the address keeps all but this attempt."""
    known = keys(name, address)
    db.execute(delete(Guess).where(col(Guess.key).in_((known["pair"], known["name"]))))
    row = row_of(db, known["from"], now())
    row.count = max(row.count - 1, 0)
    db.execute(delete(Guess).where(col(Guess.last_at) < now() - FORGOTTEN_AFTER))
