"""Turning a figure about single people on or off: by an administrator, on the record."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import embedded
from app.errors import Missing, Stale
from app.people.actor import Actor
from app.people.figures.models import PersonFigure, SwitchForm
from app.people.figures.rules import FIGURES
from app.record.actions import write

WORDS = {True: "shown", False: "not shown"}


def turn(db: Session, actor: Actor, key: str, wanted: SwitchForm) -> PersonFigure:
    if key not in FIGURES:
        raise Missing()
    found = standing(db, key)
    if (found.version if found else 0) != wanted.version:
        raise Stale("Somebody turned this on or off after you opened the page. Look at it again before you go on.")
    on, before = wanted.value == "on", bool(found and found.shown)
    one = found or begun(db, actor, key)
    if on != before:
        one.shown, one.changed_by, one.changed_at = on, actor.id, now()
        one.version += 1 if found else 0
        db.flush()
        figures, move = {"key": key}, "turn_on" if on else "turn_off"
        write(db, actor.id, move, one.ref, before=WORDS[before], after=WORDS[on], figures=figures)
    return one


def standing(db: Session, key: str) -> PersonFigure | None:
    query = select(PersonFigure).where(col(PersonFigure.key) == key)
    return db.scalars(query if embedded(db) else query.with_for_update()).first()


def begun(db: Session, actor: Actor, key: str) -> PersonFigure:
    made = PersonFigure(key=key, changed_by=actor.id)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("Somebody turned this on at this moment. Look at it again before you go on.") from error
    return made
