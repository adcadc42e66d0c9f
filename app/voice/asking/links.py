"""The link of a survey: 160 bits that nobody can guess, that the database does not hold, and that can be shown again.

The token is HMAC-SHA256 of (survey, nonce) under the installation's secret, which stands outside the database; the
nonce stands in it, and so does the token's hash, by which a link is found. A copy of the database alone opens no
survey. When the secret changes, printed cards go on working, since their hash is still here; only the page cannot draw
them again, and offers a new link. See docs/decisions/live-answers.md.
"""

import hmac
import secrets
from base64 import b32encode
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import session_key
from app.record.chain import Keys
from app.settings import Settings
from app.voice.asking.models import Asking

LONGEST = 64


def secrets_of(db: Session) -> Iterator[bytes]:
    """The installation's own secret, else what follows from the key of its record: the present one, then older ones."""
    settings: Settings = db.info["settings"]
    if words := settings.secret_key.get_secret_value():
        yield words.encode()
    keys: Keys = db.info["record_keys"]
    for key in (keys.current, *keys.known.values()):
        yield hmac.digest(key, b"pilotage: links of surveys", "sha256")


def derive(secret: bytes, asking_id: int, nonce: str) -> str:
    """32 letters and digits, none of which is easily taken for another: they stand on a card and may be typed."""
    right = hmac.digest(secret, f"survey {asking_id} {nonce}".encode(), "sha256")
    return b32encode(right[:20]).decode().lower()


def new_link(db: Session, asking: Asking) -> tuple[str, str]:
    """Nonce and hash of a link that none before it was. What was printed with another leads nowhere from then on."""
    nonce = secrets.token_hex(16)
    return nonce, session_key(derive(next(secrets_of(db)), asking.id, nonce))


def token_of(db: Session, asking: Asking) -> str | None:
    """The token of a survey's link; None where the secret it was made with is gone."""
    if not asking.link:
        return None
    made = (derive(secret, asking.id, asking.nonce) for secret in secrets_of(db))
    return next((token for token in made if hmac.compare_digest(session_key(token), asking.link or "")), None)


def address_of(db: Session, asking: Asking) -> str | None:
    settings: Settings = db.info["settings"]
    token = token_of(db, asking)
    return f"{settings.address}/s/{token}" if token else None


def find(db: Session, token: str) -> Asking | None:
    if len(token) > LONGEST:
        return None
    return db.scalars(select(Asking).where(col(Asking.link) == session_key(token.lower()))).first()
