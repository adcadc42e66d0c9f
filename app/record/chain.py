"""The chain's arithmetic: canonical bytes, HMAC, digests. No database.

bytes  = JSON array [number, at, actor, move, ref, before, after, figures, digests, key, previous], UTF-8, with
         no blanks, `at` as ISO 8601 in UTC with microseconds, figures and digests as the text of their JSON objects
         (keys sorted, no blanks)
hash   = HMAC-SHA256(record key, bytes), hexadecimal; `previous` of the first entry is ""
digest = SHA-256(salt || words in UTF-8), hexadecimal, with 16 random bytes of salt an entry and name
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.errors import Trouble


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"pilotage record key" + key).hexdigest()[:12]


@dataclass(frozen=True)
class Keys:
    """The key that signs, and all that ever did (a changed key keeps the old ones for verifying)."""

    current: bytes
    known: Mapping[str, bytes]

    @classmethod
    def of(cls, words: str) -> "Keys":
        """Keys one a line, the current one last."""
        keys = [bytes.fromhex(word) if is_hex(word) else word.encode() for word in words.split()]
        if not keys or any(len(key) < 16 for key in keys):
            raise Trouble("A record key has at least 16 bytes (32 hexadecimal digits).")
        return cls(keys[-1], {key_id(key): key for key in keys})


def is_hex(word: str) -> bool:
    return len(word) % 2 == 0 and all(letter in "0123456789abcdef" for letter in word)


def key_beside(database_file: Path) -> Path:
    return database_file.with_name("record.key")


def keys_in(file: Path) -> Keys:
    """The keys of a key file, made at first start: outside the database, readable by its owner alone."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32) + "\n")
    return Keys.of(file.read_text())


def canonical(
    number: int,
    at: datetime,
    actor_id: int | None,
    move: str,
    ref: str,
    before: str,
    after: str,
    figures: str,
    digests: str,
    key: str,
    previous: str,
) -> bytes:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [number, moment, actor_id, move, ref, before, after, figures, digests, key, previous]
    return compact(fields).encode("utf-8", "surrogatepass")


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def digest(salt: str, words: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + words.encode("utf-8", "surrogatepass")).hexdigest()


def new_salt() -> str:
    return secrets.token_hex(16)
