"""What a broken-off import left: staged rows that nobody has seen, taken away in short chunks."""

from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, Delete, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.importing.models import ForeignPerson, IdeaImport, ImportedIdea, ImportStage
from app.ideas.models import Author, Idea, Vote
from app.people.models import Person
from app.talk.models import Comment

SILENT_FOR = timedelta(minutes=2)
AT_ONCE = 20  # ideas
MOST_ROWS = 5_000


def sweep(database: Database, import_id: int = 0, file_hash: str = "") -> int:
    """Take leftovers away: of this import, of others of the same bytes, and of all that are silent."""
    silent = col(IdeaImport.alive_at) < now() - SILENT_FOR
    mine = or_(silent, col(IdeaImport.id) == import_id, (col(IdeaImport.file_hash) == file_hash) & (file_hash != ""))
    with database.reading() as db:
        rows = db.execute(
            select(col(IdeaImport.id), col(IdeaImport.ticket)).where(col(IdeaImport.ticket) != "", mine)
        ).all()
    for id, ticket in rows:
        take_away(database, id, ticket)
    return len(rows)


def take_away(database: Database, import_id: int, ticket: str) -> None:
    """The staged rows of a run. Nothing refers to them: they were never shown."""
    if not ticket or not stopped(database, import_id, ticket):
        return
    while some_ideas(database, import_id):
        pass
    while some_people(database, import_id):
        pass
    with database.writing() as db:
        ours = (col(IdeaImport.id) == import_id, col(IdeaImport.ticket).startswith("-"))
        db.execute(update(IdeaImport).where(*ours).values(ticket=""))
        # By command nobody comes back to this row; by the web its job begins again.
        lost = update(IdeaImport).where(
            col(IdeaImport.id) == import_id, col(IdeaImport.person_id).is_(None), col(IdeaImport.ticket) == ""
        )
        db.execute(lost.values(stage=ImportStage.GONE, problem="It was broken off."))


def stopped(database: Database, import_id: int, ticket: str) -> bool:
    """From here on the run itself stores nothing more. False where the flip has come first."""
    with database.writing() as db:
        query = update(IdeaImport).where(col(IdeaImport.id) == import_id, col(IdeaImport.ticket) == ticket)
        result = db.execute(query.values(ticket=f"-{ticket.removeprefix('-')}"[:32], alive_at=now()))
        assert isinstance(result, CursorResult)
        return result.rowcount == 1


def some_ideas(database: Database, import_id: int) -> bool:
    with database.writing() as db:
        query = select(col(ImportedIdea.idea_id)).where(col(ImportedIdea.import_id) == import_id).limit(AT_ONCE)
        ids = list(db.scalars(query))
        if not ids:
            return False
        refs = [f"idea:{id}" for id in ids]
        # The latest first: an answer never outlives what it answers.
        last = select(col(Comment.id)).where(col(Comment.about).in_(refs)).order_by(col(Comment.id).desc())
        if gone(db, delete(Comment).where(col(Comment.id).in_(last.limit(MOST_ROWS)))) == MOST_ROWS:
            return True
        for model in (Vote, Author, ImportedIdea):
            owner: Any = model
            gone(db, delete(owner).where(col(owner.idea_id).in_(ids)))
        gone(db, delete(Idea).where(col(Idea.id).in_(ids)))
        return True


def some_people(database: Database, import_id: int) -> bool:
    with database.writing() as db:
        query = select(col(ForeignPerson.person_id)).where(col(ForeignPerson.import_id) == import_id).limit(500)
        ids = list(db.scalars(query))
        if ids:
            gone(db, delete(ForeignPerson).where(col(ForeignPerson.person_id).in_(ids)))
            gone(db, delete(Person).where(col(Person.id).in_(ids)))
        return bool(ids)


def gone(db: Session, statement: Delete) -> int:
    result = db.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount
