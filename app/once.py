"""One-shot keys: a form that creates or spends acts once, however often its button is pressed.

The key is drawn into the form (`form.key`), bound to the person, the address and the body, and its result is kept in
the same transaction as what it made. The same post again gets the same answer.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from app.columns import Id, instant
from app.errors import Invalid, Stale
from app.web import Fields, Request, Response, see
from app.web.forms import KEY


class OnceKey(SQLModel, table=True):
    __tablename__ = "once_key"

    key: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(sa_type=Id)
    body: str = Field(max_length=64)
    location: str = Field(default="", max_length=400)
    used_at: datetime = instant(index=True)


def new_key() -> str:
    return secrets.token_urlsafe(18)


@dataclass
class Once:
    """`done` is the answer of the first time, or None; `see` answers and keeps it."""

    request: Request
    kept: OnceKey
    repeated: bool

    @property
    def done(self) -> Response | None:
        return see(self.request, self.kept.location) if self.repeated else None

    def see(self, location: str, notice: str = "") -> Response:
        self.kept.location = location
        return see(self.request, location, notice)


def once(db: Session, request: Request, person_id: int, fields: Fields) -> Once:
    """Claim the form's key. Raises Stale when the key was used with another body or is being used right now."""
    key = fields.get(KEY)
    if not key or len(key) > 40:
        raise Invalid("The form has no key of its own. Load the page again.")
    bound = hashlib.sha256(f"{person_id} {request.url.path} {key}".encode()).hexdigest()
    # A password is no part of it: this hash is a fast one.
    texts = sorted((name, tuple(values)) for name, values in fields.texts.items() if "password" not in name)
    body = hashlib.sha256(repr(texts).encode()).hexdigest()
    kept = db.scalars(select(OnceKey).where(col(OnceKey.key) == bound).with_for_update()).first()
    if kept is None:
        return Once(request, claim(db, OnceKey(key=bound, person_id=person_id, body=body)), repeated=False)
    if not kept.location:  # it came back with a mistake, and nothing came of it: mended, it is sent again
        kept.body = body
        return Once(request, kept, repeated=False)
    if kept.body != body:
        raise Stale("This form was sent already, with other words. Open it anew to send another.")
    return Once(request, kept, repeated=True)


def claim(db: Session, kept: OnceKey) -> OnceKey:
    db.add(kept)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This form is being sent already.") from error
    return kept
