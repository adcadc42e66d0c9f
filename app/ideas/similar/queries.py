"""What authors have said of ideas that are near theirs, as far as a reader may see those."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Stage
from app.ideas.queries import visible_to
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


def related(db: Session, actor: Actor, idea_id: int) -> Sequence[Related]:
    """Both ways, without what stands for itself; in one statement."""
    ways = ((Relation.idea_id, Relation.other_id, False), (Relation.other_id, Relation.idea_id, True))
    each = [
        select(col(Idea.id), col(Idea.title), col(Idea.stage), col(Relation.kind), literal(back).label("back"))
        .join(Relation, col(theirs) == col(Idea.id))
        .where(col(ours) == idea_id, col(Relation.kind) != Relating.INDEPENDENT, visible_to(actor))
        .where(col(Idea.stage) != Stage.DISCARDED)
        for ours, theirs, back in ways
    ]
    rows = db.execute(union_all(*each).order_by("back", "id").limit(MOST))
    return [Related(row.id, row.title, Stage(row.stage), Relating(row.kind), bool(row.back)) for row in rows]
