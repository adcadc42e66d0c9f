"""Who draws journeys: whoever may bring evidence in."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.models import Source
from app.voice.queries import TAKEN
from app.voice.rules import may_import


def may_draw(db: Session, actor: Actor) -> bool:
    if may_import(actor, ()) or actor.guest or actor.department_id is None:
        return may_import(actor, ())
    kept = select(col(Source.id)).where(TAKEN, col(Source.department_id) == actor.department_id).limit(1)
    return db.scalars(kept).first() is not None
