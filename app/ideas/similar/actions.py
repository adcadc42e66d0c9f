"""Saying what an idea is to another, and taking the word back."""

from collections.abc import Mapping

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Refused
from app.ideas.actions import insert_once
from app.ideas.models import Idea
from app.ideas.queries import visible_to
from app.ideas.similar.models import Relating, Relation
from app.ideas.similar.rules import may_relate
from app.people.actor import Actor
from app.record.actions import write

MOST = 50
"""Words that one idea says of others."""


def relate(db: Session, actor: Actor, idea: Idea, other_id: int, kind: Relating | None) -> None:
    """One word for each pair, set to a value: sent twice it stands once."""
    if not may_relate(actor, idea):
        raise Refused("What an idea is to another is said by its authors.")
    if other_id == idea.id:
        raise Invalid("An idea is nothing to itself. Choose another.")
    if db.scalar(select(col(Idea.id)).where(col(Idea.id) == other_id, visible_to(actor))) is None:
        raise Missing()
    pair = (col(Relation.idea_id) == idea.id, col(Relation.other_id) == other_id)
    stands = db.scalar(select(col(Relation.kind)).where(*pair))
    if stands == kind:
        return
    if kind is None:
        result = db.execute(delete(Relation).where(*pair))
        assert isinstance(result, CursorResult)
    else:
        put(db, actor, idea, other_id, kind)
    write(db, actor.id, "relate", idea.ref, figures={"idea": other_id, "kind": kind.value if kind else ""})


def put(db: Session, actor: Actor, idea: Idea, other_id: int, kind: Relating) -> None:
    if db.scalar(select(col(Relation.other_id)).where(col(Relation.idea_id) == idea.id).offset(MOST - 1).limit(1)):
        raise Invalid(f"An idea says a word of at most {MOST} others. Take one back first.")
    db.execute(delete(Relation).where(col(Relation.idea_id) == idea.id, col(Relation.other_id) == other_id))
    insert_once(db, Relation, idea_id=idea.id, other_id=other_id, kind=kind, said_by=actor.id, at=now())


def relate_all(db: Session, actor: Actor, idea: Idea, words: Mapping[int, Relating]) -> None:
    """What was chosen on the writing page. An idea that is gone meanwhile is passed over: the text matters more."""
    there = db.scalars(select(col(Idea.id)).where(col(Idea.id).in_(words), visible_to(actor)))
    for other_id in sorted(there):
        if other_id != idea.id:
            relate(db, actor, idea, other_id, words[other_id])
