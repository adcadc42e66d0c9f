"""What waits for somebody where ideas are joined: proposals to consent to, and support to be given anew or not."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.ideas.joining.models import Joining, JoiningStage
from app.ideas.joining.queries import open_question
from app.ideas.models import Author, Idea
from app.ideas.queries import ANY_READER, Reader, sight, visible_to
from app.people.actor import Actor
from app.todo import Todo

MOST = 5


def both() -> Any:
    """What is to be consented to and what is asked of supporters, for any employee: made once."""
    goes, into = table_of(Idea).alias("goes"), table_of(Idea).alias("into")
    fields = (col(Joining.id), col(Joining.idea_id), col(Joining.into_id), goes.c.title.label("goes"))
    each = (("consent", asks(ANY_READER)), ("support", open_question(ANY_READER)))
    parts = [
        select(*fields, into.c.title.label("into"), literal(kind).label("kind"))
        .join(goes, goes.c.id == col(Joining.idea_id))
        .join(into, into.c.id == col(Joining.into_id))
        .where(which, *(exists().where(col(Idea.id) == one.c.id, visible_to(ANY_READER)) for one in (goes, into)))
        .order_by(col(Joining.id).desc())
        .limit(MOST)
        .subquery()
        for kind, which in each
    ]
    return union_all(*(select(part) for part in parts))


def waiting(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    """In one statement. Nobody is named: who wrote the other idea may not be this person's to know."""
    if actor.guest:
        return
    for row in db.execute(BOTH, {"me": actor.id, **sight(actor)}):
        if row.kind == "consent":
            words = {"title": row.goes, "rest": f"into “{row.into}”", "sub": "Authors of both ideas have to consent"}
            yield Todo("Join, or not,", f"/ideas/{row.idea_id}#joinings", f"join {row.id}", day, word="Join", **words)
        else:
            sub = f"You supported “{row.goes}”; it was joined into this one. Your support stays where it is"
            key, word = f"support as well {row.id}", "Support"
            yield Todo(
                "Support as well?", f"/ideas/{row.into_id}#joinings", key, day, title=row.into, sub=sub, word=word
            )


def asks(actor: Actor | Reader) -> ColumnElement[bool]:
    """A side that this person wrote has not said yes."""
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    teams = select(col(Idea.id)).where(col(Idea.team_id).in_(actor.teams))
    sides = ((col(Joining.idea_id), col(Joining.idea_yes)), (col(Joining.into_id), col(Joining.into_yes)))
    theirs = (and_(or_(side.in_(wrote), side.in_(teams)), yes.is_(None)) for side, yes in sides)
    return and_(col(Joining.stage) == JoiningStage.PROPOSED, or_(*theirs))


BOTH = both()
