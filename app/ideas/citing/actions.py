"""Citing a comment, and taking it back: by who may change the idea, with a trace."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Refused, Stale
from app.ideas.citing.models import Citation
from app.ideas.citing.queries import MOST
from app.ideas.models import Idea
from app.ideas.rules import may_change
from app.people.actor import Actor
from app.record.actions import write
from app.voice.models import Remark


def cite(db: Session, actor: Actor, idea: Idea, remark: Remark) -> Citation:
    """Whether the person may read the comment was asked where it was found."""
    must_change(actor, idea)
    standing = (col(Citation.idea_id) == idea.id, col(Citation.withdrawn_at).is_(None))
    if db.scalars(select(Citation).where(*standing, col(Citation.remark_id) == remark.id)).first():
        raise Stale("This idea cites that comment already.")
    if (db.scalar(select(func.count()).select_from(Citation).where(*standing)) or 0) >= MOST:
        raise Invalid(f"An idea cites at most {MOST} comments. Take one back first.")
    made = Citation(idea_id=idea.id, remark_id=remark.id, cited_by=actor.id)
    db.add(made)
    db.flush()
    write(db, actor.id, "cite", idea.ref, figures={"comment": remark.id})
    return made


def take_back(db: Session, actor: Actor, idea: Idea, citation: Citation) -> None:
    must_change(actor, idea)
    if citation.withdrawn_at is not None:
        raise Stale("This was taken back already.")
    citation.withdrawn_at, citation.withdrawn_by = now(), actor.id
    write(db, actor.id, "uncite", idea.ref, figures={"comment": citation.remark_id})


def must_change(actor: Actor, idea: Idea) -> None:
    if not may_change(actor, idea):
        raise Refused("What an idea cites is changed by its authors, as long as they may change its text.")
