"""What authors have said of ideas that are near theirs, as far as a reader may see those."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import String, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Stage
from app.ideas.queries import ANY_READER, ID, sight, visible_to
from app.ideas.similar.models import Relating, Relation
from app.people.actor import Actor

MOST = 50


@dataclass(frozen=True)
class Related:
    """An idea, and what this one is to it; `back`: what it is to this one."""

    id: int
    title: str
    stage: Stage
    kind: Relating
    back: bool


def said(db: Session, idea_id: int) -> dict[int, Relating]:
    """By the other idea's id."""
    query = select(col(Relation.other_id), col(Relation.kind)).where(col(Relation.idea_id) == idea_id)
    return {row.other_id: row.kind for row in db.execute(query)}


def both_ways(guest: bool) -> Any:
    """Both ways, without what stands for itself, for any reader of a kind: made once."""
    kind, stage = type_coerce(col(Relation.kind), String), type_coerce(col(Idea.stage), String)
    each: list[Any] = [
        select(col(Idea.id), col(Idea.title), stage.label("stage"), kind.label("kind"), literal(back).label("back"))
        .join(Relation, col(theirs) == col(Idea.id))
        .where(
            col(ours) == ID, col(Relation.kind) != Relating.INDEPENDENT, visible_to(replace(ANY_READER, guest=guest))
        )
        .where(col(Idea.stage) != Stage.DISCARDED)
        for ours, theirs, back in (
            (Relation.idea_id, Relation.other_id, False),
            (Relation.other_id, Relation.idea_id, True),
        )
    ]
    return union_all(*each).order_by("back", "kind", "id").limit(MOST)


RELATED = {guest: both_ways(guest) for guest in (False, True)}


def related(db: Session, actor: Actor, idea_id: int) -> Sequence[Related]:
    """In one statement."""
    rows = db.execute(RELATED[actor.guest], {"id": idea_id, "me": actor.id, **({} if actor.guest else sight(actor))})
    return [Related(row.id, row.title, Stage(row.stage), Relating(row.kind), bool(row.back)) for row in rows]
