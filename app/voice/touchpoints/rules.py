"""Who keeps the register of touchpoints."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.models import Source
from app.voice.queries import TAKEN


def may_keep(db: Session, actor: Actor) -> bool:
    """Chairs, administrators, and whoever has brought a source in."""
    if actor.guest:
        return False
    if actor.administrator or actor.chairs_one:
        return True
    query = select(col(Source.id)).where(TAKEN, col(Source.imported_by) == actor.id).limit(1)
    return db.scalar(query) is not None
