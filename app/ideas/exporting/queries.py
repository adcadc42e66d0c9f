"""What chair and leaders take away beside the list: each idea's votes in figures, and the talk, nobody named who is
hidden."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, case, cast, func, null, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.importing.models import IdeaImport, ImportedIdea
from app.ideas.models import Idea
from app.ideas.queries import hides, veiled_from, visible_to
from app.people.actor import Actor
from app.people.models import Person
from app.processes.models import Process
from app.talk.mentions import hide_names, labels_of
from app.talk.models import Comment
from app.talk.queries import SOMEBODY

AT_ONCE = 1_000
VOTES = (
    "id",
    "title",
    "stage",
    "process",
    "support",
    "comments",
    "came from",
    "id there",
    "supported there",
    "answers there",
)
COMMENTS = ("id", "idea", "answers", "level", "orphan", "by", "written", "official", "words")


def votes(db: Session, actor: Actor, process: int | None = None) -> Iterator[Sequence[object]]:
    """Every idea that this person may see with what it was given; a thousand at a time, by id."""
    query = (
        select(
            *(col(Idea.id), col(Idea.title), col(Idea.stage), col(Process.name), col(Idea.support), col(Idea.talk)),
            *(col(IdeaImport.name), col(ImportedIdea.key), col(ImportedIdea.supported), col(ImportedIdea.answers)),
        )
        .join(Process, col(Process.id) == col(Idea.process_id))
        .outerjoin(ImportedIdea, col(ImportedIdea.idea_id) == col(Idea.id))
        .outerjoin(IdeaImport, col(IdeaImport.id) == col(ImportedIdea.import_id))
        .where(visible_to(actor), col(Idea.listed).is_(True))
    )
    for rows in by_id(db, of_process(query, process), Idea):
        for row in rows:
            yield (*row[:2], row[2].value, *row[3:6], *("" if cell is None else cell for cell in row[6:]))


def comments(db: Session, actor: Actor, process: int | None = None) -> Iterator[Sequence[object]]:
    """All that stands in the talk about these ideas."""
    about = cast(func.substr(col(Comment.about), 6), BigInteger)
    hidden = hides(actor.id, col(Idea.id), col(Comment.author_id))
    query = (
        select(
            *(col(Comment.id), col(Idea.id), col(Comment.parent_id), col(Comment.depth), col(Comment.orphan)),
            *(case((hidden, null()), else_=col(Person.name)), col(Comment.written_at), col(Comment.official)),
            *(
                col(Comment.words),
                col(Comment.mentions),
                veiled_from(actor, Idea.id).label("veiled"),
                (col(Comment.author_id) == actor.id).label("mine"),
            ),
        )
        .join(Idea, about == col(Idea.id))
        .join(Person, col(Person.id) == col(Comment.author_id))
        .where(
            *(visible_to(actor), col(Idea.listed).is_(True)),
            *(
                col(Comment.about).startswith("idea:"),
                col(Comment.withdrawn_at).is_(None),
                col(Comment.hidden_at).is_(None),
            ),
        )
    )
    for rows in by_id(db, of_process(query, process), Comment):
        names = labels_of(db, [row.id for row in rows if row.mentions and row.veiled and not row.mine])
        for row in rows:
            parent, level, orphan, by, at, official, words = row[2:9]
            says = ("yes" if orphan else "", by or SOMEBODY, at.isoformat(), "yes" if official else "")
            yield (row[0], row[1], parent or "", level, *says, hide_names(words, names.get(row.id, ())))


def of_process(query: Any, process: int | None) -> Any:
    return query if process is None else query.where(col(Idea.process_id) == process)


def by_id(db: Session, query: Any, model: Any) -> Iterator[Sequence[Any]]:
    """A thousand rows at a time."""
    last = 0
    while rows := db.execute(query.where(model.id > last).order_by(model.id).limit(AT_ONCE)).all():
        yield rows
        last = rows[-1][0]
