"""Searches that a person keeps under a name: their own, at most fifty, seen by nobody else."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import embedded
from app.errors import Missing
from app.people.actor import Actor
from app.people.models import Person
from app.search.models import SavedSearch, SaveForm

MOST = 50


def saved_by(db: Session, actor: Actor) -> Sequence[SavedSearch]:
    """By name."""
    own = select(SavedSearch).where(col(SavedSearch.person_id) == actor.id)
    return db.scalars(own.order_by(func.lower(col(SavedSearch.name)), col(SavedSearch.id))).all()


def save(db: Session, actor: Actor, data: SaveForm) -> str:
    """Under a name that is there the new words take the place of the old. What is wrong, in words, or nothing."""
    if not embedded(db):
        db.get(Person, actor.id, with_for_update=True)  # of two at once the second counts what the first has kept
    own = saved_by(db, actor)
    kept = next((one for one in own if one.name == data.name), None)
    if kept is None and len(own) >= MOST:
        return f"You keep {MOST} searches, and no more fit. Delete one of them first."
    if kept is None:
        db.add(SavedSearch(person_id=actor.id, name=data.name, q=data.q))
    else:
        kept.q = data.q
    return ""


def delete(db: Session, actor: Actor, number: int) -> None:
    one = db.get(SavedSearch, number)
    if one is None or one.person_id != actor.id:
        raise Missing()
    db.delete(one)
