"""Writing the record: `write` is called by whatever changes a stage, a score, a role or money, in its transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import embedded
from app.record.chain import Keys, canonical, compact, digest, key_id, new_salt, seal
from app.record.models import Entry, Head, Salt


def write(
    db: Session,
    actor_id: int | None,
    move: str,
    ref: str,
    *,
    before: str = "",
    after: str = "",
    figures: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    owner_id: int | None = None,
) -> Entry:
    """Append one entry.

    figures: codes and numbers (JSON; amounts and scores as str or int, never float).
    words: free text by name, kept apart with a salt; the entry carries their digests alone. What is sealed (a score
    before it may be seen) goes here too: the digest is its commitment, and a later entry's figures open it.
    owner_id: whose words they are, the actor's unless said: erased with that person.
    """
    keys: Keys = db.info["record_keys"]
    head = locked_head(db)
    number = head.number + 1
    salts = {name: new_salt() for name in words or {}}
    digests = {name: digest(salts[name], text) for name, text in (words or {}).items()}
    entry = Entry(
        number=number,
        at=now(),
        actor_id=actor_id,
        move=move,
        ref=ref,
        before=before,
        after=after,
        figures=compact(dict(figures or {})),
        digests=compact(digests),
        key_id=key_id(keys.current),
        previous=head.hash,
        hash="",
    )
    entry.hash = seal(keys.current, signed_bytes(entry))
    db.add(entry)
    db.execute(update(Head).where(col(Head.id) == 1).values(number=number, hash=entry.hash))
    head.number, head.hash = number, entry.hash
    db.flush()
    owner = actor_id if owner_id is None else owner_id
    for name, text in (words or {}).items():
        db.add(Salt(number=number, name=name, owner_id=owner, salt=salts[name], words=text))
    return entry


def locked_head(db: Session) -> Head:
    query = select(Head).where(col(Head.id) == 1)
    if not embedded(db):
        query = query.with_for_update().execution_options(populate_existing=True)
    head = db.scalars(query).one()
    db.expunge(head)
    return head


def signed_bytes(entry: Entry) -> bytes:
    return canonical(
        entry.number,
        entry.at,
        entry.actor_id,
        entry.move,
        entry.ref,
        entry.before,
        entry.after,
        entry.figures,
        entry.digests,
        entry.key_id,
        entry.previous,
    )


def forget(db: Session, person_id: int) -> None:
    """Take a person's words and the salts of their digests away for ever; the entries stay and still verify."""
    db.execute(delete(Salt).where(col(Salt.owner_id) == person_id))
