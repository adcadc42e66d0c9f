"""Storing an import as one unit: staged where nobody sees it, then shown by one flip.

A run that died leaves staged rows behind; the next run takes them away: at once those of its own import or of the same
bytes, others after two minutes without a sign of life.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Invalid, Stale
from app.ideas.importing.leftovers import sweep, take_away
from app.ideas.importing.models import ForeignPerson, IdeaImport, ImportedIdea, ImportStage
from app.ideas.importing.staging import (
    Progress,
    Run,
    authors,
    put,
    stage_comments,
    stage_ideas,
    stage_people,
    stage_votes,
    still_ours,
)
from app.ideas.models import Author, Idea, Stage
from app.people.models import Person
from app.record.actions import write

BUSY = "Another import of the same source is under way. Wait until it has ended."


def take(
    database: Database,
    run: Run,
    report: Mapping[str, Any],
    progress: Progress = lambda db, done: None,
    ended: Callable[[Session], None] = lambda db: None,
) -> None:
    """Store it all and show it. Slow: never inside a request's transaction.

    `progress` is called in the transaction of each chunk, `ended` in that of the flip.
    """
    if not run.found.ideas:
        raise Invalid("Nothing new comes in: every idea of the file is here already, or none can be read.")
    begin(database, run)
    try:
        for stage in (stage_people, stage_ideas, stage_votes, stage_comments):
            stage(database, run, progress)
        with database.writing() as db:
            flip(db, run, report)
            ended(db)
    except BaseException as error:
        with suppress(DBAPIError):
            take_away(database, run.import_id, run.ticket)
        if isinstance(error, IntegrityError):
            raise Stale(BUSY) from error
        raise


def begin(database: Database, run: Run) -> None:
    with database.reading() as db:
        file_hash = db.scalars(select(col(IdeaImport.file_hash)).where(col(IdeaImport.id) == run.import_id)).one()
    sweep(database, run.import_id, file_hash)
    run.ticket = secrets.token_hex(16)
    with database.writing() as db:
        query = update(IdeaImport).where(col(IdeaImport.id) == run.import_id, col(IdeaImport.ticket) == "")
        changed = db.execute(query.values(ticket=run.ticket, alive_at=now()))
        assert isinstance(changed, CursorResult)
        if changed.rowcount != 1:
            raise Stale("Another worker is at this import.")


def flip(db: Session, run: Run, report: Mapping[str, Any]) -> None:
    """Shown: people, ideas, and one entry in the record, in one transaction."""
    still_ours(db, run)
    mine = select(col(ForeignPerson.person_id)).where(col(ForeignPerson.import_id) == run.import_id)
    quietly = {"synchronize_session": False}
    db.execute(update(Person).where(col(Person.id).in_(mine)).values(erased_at=None), execution_options=quietly)
    wanted = select(col(ImportedIdea.idea_id)).where(
        col(ImportedIdea.import_id) == run.import_id, col(ImportedIdea.wanted).is_(True)
    )
    shown = update(Idea).where(col(Idea.id).in_(wanted)).values(stage=Stage.IMPORTED, listed=True)
    db.execute(shown, execution_options=quietly)
    pairs = list(zip(run.ideas, run.found.ideas, strict=True))
    put(db, Author, ("idea_id", "person_id"), authors(run, pairs, strangers=False))
    one = db.get_one(IdeaImport, run.import_id, populate_existing=True)
    one.stage, one.ticket, one.problem = ImportStage.TAKEN, "", ""
    one.taken_at, one.report = now(), json.dumps(report, ensure_ascii=False)
    one.version += 1
    db.flush()
    figures = {"ideas": len(pairs), "votes": len(run.found.ballot), "comments": len(run.found.comments)}
    figures |= {"people": len(run.strangers), "set_aside": run.found.left_out if one.set_aside else 0}
    write(
        db,
        one.person_id,
        "import",
        one.ref,
        after=ImportStage.TAKEN.value,
        figures={**figures, "bytes": one.file_hash},
    )
