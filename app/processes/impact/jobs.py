"""Working out what takes long, in the background; and before anybody asks, the organisation's own picture."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.columns import now
from app.db import Database
from app.errors import Stale
from app.outbox import Task, Watch
from app.processes.assessing import all_drivers, shown
from app.processes.drivers import Method
from app.processes.impact.keeping import JOB, Wish, ask, keep, row_of, sign_of_life, wish_of
from app.processes.impact.models import Assessment
from app.processes.queries import headline_question
from app.processes.resampling import MOST_AT_ONCE
from app.processes.working import worked_out
from app.voice.models import Source
from app.voice.queries import before

SILENT_FOR = timedelta(seconds=90)
A_SIGN_EVERY = 1.0


def work(database: Database, payload: Mapping[str, Any]) -> None:
    row = claim(database, payload["assessment"])
    if row is None:
        return
    wish = wish_of(row)
    with database.reading() as db:
        told = shown(db, db.get_one(Source, wish.source_id))
    if told.version != wish.version:
        forget(database, row.id)
        return
    last = time.monotonic()

    def progress(part: float) -> None:
        nonlocal last
        if time.monotonic() - last > A_SIGN_EVERY:
            last = time.monotonic()
            with database.writing() as db:
                sign_of_life(db, row.id, min(99, int(100 * part)))

    found = worked_out(told, wish.drivers, wish.method, weighted=wish.weighted, progress=progress)
    with database.writing() as db:
        keep(db, row.id, found)


def claim(database: Database, row_id: int) -> Assessment | None:
    """The row, unless it is done, or another worker shows signs of life: jobs may be started twice."""
    with database.writing() as db:
        row = db.get(Assessment, row_id)
        if row is None or row.made_at:
            return None
        if row.alive_at and row.alive_at > now() - SILENT_FOR:
            raise Stale("Another worker is at this.")
        row.alive_at = now()
        return row


def forget(database: Database, row_id: int) -> None:
    """More answers have come in: whoever looks again asks anew."""
    with database.writing() as db:
        row = db.get(Assessment, row_id)
        if row is not None and row.made_at is None:
            db.delete(row)


def look(database: Database) -> None:
    """The organisation's figure and the wave before it, where they are too large to work out while somebody waits."""
    with database.reading() as db:
        wanted = wishes(db)
    if wanted:
        with database.writing() as db:
            for wish in wanted:
                ask(db, wish)


def wishes(db: Session) -> list[Wish]:
    """What nobody can wait for, and is neither there nor asked for."""
    question = headline_question(db)
    source = db.get(Source, question.source_id) if question else None
    if source is None:
        return []
    large = [one for one in (source, before(db, source)) if one and one.responses > MOST_AT_ONCE]
    found = [Wish(one.id, one.version, Method.CORRELATION, False, all_drivers(db, one.id)) for one in large]
    return [wish for wish in found if wish.drivers and row_of(db, wish) is None]


tasks = [Task(JOB, work)]
watches = [Watch("assessments", look, every=10.0)]
