"""Keeping what each wave says of each process, so that no page works it out."""

from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Database
from app.errors import Invalid
from app.processes.assessing import NotYet, Picture, Question, picture
from app.processes.impact.keeping import Wish, ask, row_of
from app.processes.standing.models import Reading
from app.processes.standing.queries import Wave, readings, waves

SAME = (
    *("n", "performance", "performance_low", "performance_high", "impact", "impact_low", "impact_high"),
    *("verdict", "vital_probability"),
)


def unread(db: Session) -> list[Wave]:
    """Waves whose readings are missing or of before."""
    told = waves(db)
    there = readings(db, told)
    return [wave for wave in told if wave.source.id not in there]


def worked_out(db: Session, wave: Wave) -> Picture | None:
    """None where too little was answered for a picture. NotYet where it takes long, and nobody has worked it out."""
    try:
        return picture(db, Question(wave.source.id, wave.outcome))
    except NotYet:
        raise
    except Invalid:
        return None


def keep(db: Session, wave: Wave, found: Picture | None) -> None:
    db.execute(delete(Reading).where(col(Reading.source_id) == wave.source.id))
    for one in found.standings if found else ():
        if one.process_id is not None:
            values = {name: getattr(one.item, name) for name in SAME}
            db.add(Reading(process_id=one.process_id, source_id=wave.source.id, key=wave.key, **values))


def read_waves(database: Database) -> int:
    """What has changed since last time, worked out while nothing is locked; how many waves were read.

    What takes long is asked of a job, and read once that has done it.
    """
    found: list[tuple[Wave, Picture]] = []
    wanted: list[Wish] = []
    with database.reading() as db:
        for wave in unread(db):
            try:
                told = worked_out(db, wave)
            except NotYet as error:
                wanted += [error.wish] if row_of(db, error.wish) is None else []
                continue
            if told and any(one.process_id for one in told.standings):
                found.append((wave, told))
    for wave, told in found:
        with database.writing() as db:
            keep(db, wave, told)
    for wish in wanted:
        with database.writing() as db:
            ask(db, wish)
    return len(found)
