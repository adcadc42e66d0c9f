"""The right to end one kind of mail to one person: signed, for that purpose alone, held by no table.

It ends nothing but mail, and who got the mail may keep it for years: so it does not expire. See RFC 8058.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from app.errors import Missing
from app.notices.topics import Topic
from app.record.chain import Keys
from app.settings import Settings

DIGEST = "digest"
SCOPES = {*(topic.value for topic in Topic), DIGEST}
LENGTH = 20  # bytes of the signature: 160 bits


def secrets_of(known: Mapping[str, Any]) -> Iterator[bytes]:
    """What signs: the installation's own secret, else the key of its record; older keys still verify."""
    settings: Settings = known["settings"]
    if words := settings.secret_key.get_secret_value():
        yield words.encode()
    keys: Keys = known["record_keys"]
    yield from (keys.current, *keys.known.values())


def signature(secret: bytes, words: bytes) -> bytes:
    return hmac.digest(secret, b"pilotage: end of mail " + words, "sha256")[:LENGTH]


def address(known: Mapping[str, Any], person_id: int, scope: str) -> str:
    words = f"{person_id}.{scope}".encode()
    token = urlsafe_b64encode(signature(next(secrets_of(known)), words) + words).decode().rstrip("=")
    return f"{known['settings'].address}/unsubscribe/{token}"


def read(known: Mapping[str, Any], token: str) -> tuple[int, str]:
    """Whose mail, and which; 404 for what we did not sign."""
    if len(token) > 100 or not token.isascii():
        raise Missing()
    try:
        signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as error:
        raise Missing() from error
    mark, words = signed[:LENGTH], signed[LENGTH:]
    if not any(hmac.compare_digest(mark, signature(secret, words)) for secret in secrets_of(known)):
        raise Missing()
    person, _, scope = words.decode().partition(".")
    return int(person), scope
