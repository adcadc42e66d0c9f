"""Noting that a department has opened a source: once for each, beside the request."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Database
from app.lately import lately
from app.people.actor import Actor
from app.voice.models import Source
from app.voice.readings.models import SourceReading


def note_reading(database: Database, db: Session, actor: Actor, source: Source) -> None:
    """Who it was is not kept. A pair that this process has seen already costs nothing."""
    if actor.department_id is None:
        return
    pair = source.id, actor.department_id
    known = lately(db, "source readings", 4096)
    if known.get(pair):
        return
    known.put(pair, True)
    there = select(col(SourceReading.id)).where(
        col(SourceReading.source_id) == pair[0], col(SourceReading.department_id) == pair[1]
    )
    if db.scalars(there).first() is None:
        database.aside(lambda own: keep(own, *pair))


def keep(db: Session, source_id: int, department_id: int) -> None:
    """Two that come at once are one."""
    try:
        with db.begin_nested():
            db.add(SourceReading(source_id=source_id, department_id=department_id))
    except IntegrityError:
        return
