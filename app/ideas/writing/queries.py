"""What somebody was typing: theirs alone, whoever asks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.writing.actions import MOST
from app.ideas.writing.models import Scratch
from app.people.actor import Actor


@dataclass(frozen=True)
class Begun:
    """A text that was begun: what it is called, its first words, and when it was last typed at."""

    window: str
    title: str
    lead: str
    at: datetime


def of_window(db: Session, actor: Actor, window: str, idea_id: int | None) -> Mapping[str, Sequence[str]] | None:
    """The fields as they stood in this window, or None where nothing of it is kept."""
    mine = (col(Scratch.person_id) == actor.id, col(Scratch.window) == window)
    same = col(Scratch.idea_id) == idea_id if idea_id else col(Scratch.idea_id).is_(None)
    texts = db.scalar(select(col(Scratch.texts)).where(*mine, same))
    return None if texts is None else json.loads(texts)


def begun(db: Session, actor: Actor, idea_id: int | None, but: str = "") -> list[Begun]:
    """What this person began to write, here or for an idea, and has neither kept nor thrown away."""
    same = col(Scratch.idea_id) == idea_id if idea_id else col(Scratch.idea_id).is_(None)
    query = select(Scratch).where(col(Scratch.person_id) == actor.id, same, col(Scratch.window) != but)
    return [told(one) for one in db.scalars(query.order_by(col(Scratch.at).desc()).limit(MOST))]


def told(scratch: Scratch) -> Begun:
    texts: Mapping[str, Sequence[str]] = json.loads(scratch.texts)
    words = [" ".join((texts.get(name) or [""])[0].split()) for name in ("title", "story", "change")]
    lead = next((text for text in words[1:] if text), "")
    return Begun(scratch.window, words[0][:120], lead[:160], scratch.at)
