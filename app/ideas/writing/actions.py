"""Keeping what somebody types, window by window."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import TooLarge
from app.ideas.writing.models import Scratch
from app.people.actor import Actor

MOST_LETTERS = 200_000
MOST = 20  # of one person; the oldest goes when another begins
OURS = frozenset({"key", "window", "idea", "then", "version"})  # of the form itself, not typed


def keep(db: Session, actor: Actor, window: str, texts: Mapping[str, Sequence[str]], idea_id: int | None) -> Scratch:
    """What stands in the form of this window now, in place of what stood there before."""
    typed = json.dumps({name: list(values) for name, values in texts.items() if name not in OURS}, ensure_ascii=False)
    if len(typed) > MOST_LETTERS:
        raise TooLarge("That is more text than is kept while one types. Keep it as a draft.")
    mine = (col(Scratch.person_id) == actor.id, col(Scratch.window) == window)
    scratch = db.scalars(select(Scratch).where(*mine)).first()
    if scratch is None:
        scratch = Scratch(person_id=actor.id, window=window, idea_id=idea_id)
        db.add(scratch)
    scratch.texts, scratch.at = typed, now()
    db.flush()
    make_room(db, actor)
    return scratch


def make_room(db: Session, actor: Actor) -> None:
    mine = select(col(Scratch.id)).where(col(Scratch.person_id) == actor.id)
    latest = mine.order_by(col(Scratch.at).desc(), col(Scratch.id).desc()).limit(MOST)
    db.execute(delete(Scratch).where(col(Scratch.person_id) == actor.id, col(Scratch.id).not_in(latest)))


def throw_away(db: Session, actor: Actor, window: str) -> None:
    """Its text is kept elsewhere now, or is not wanted."""
    db.execute(delete(Scratch).where(col(Scratch.person_id) == actor.id, col(Scratch.window) == window))
