"""Comments that stand behind ideas: what each reader may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.citing.models import Citation
from app.ideas.models import Author, Idea
from app.ideas.queries import visible_to
from app.ideas.rules import OPEN_TO_CHANGE
from app.people.actor import Actor
from app.voice.comments.finding import Said, said
from app.voice.comments.queries import visible_to as comments_visible_to
from app.voice.models import Remark, Source
from app.voice.queries import visible_to as sources_visible_to

MOST = 20


@dataclass(frozen=True)
class Cited:
    """A comment behind an idea. said: its words, for who may read them. source: its name, for who may see that."""

    id: int
    said: Said | None
    source: str
    source_id: int | None
    themes: Sequence[str] = ()


def citations_of(db: Session, actor: Actor, idea_id: int) -> list[Cited]:
    """In the order in which they were cited; never by whom. A guest learns that there is one, and no more."""
    readable = comments_visible_to(actor)
    query = (
        select(col(Citation.id), col(Citation.remark_id), readable, sources_visible_to(actor), col(Source.name))
        .add_columns(col(Source.id))
        .join(Remark, col(Remark.id) == col(Citation.remark_id))
        .join(Source, col(Source.id) == col(Remark.source_id))
        .where(col(Citation.idea_id) == idea_id, col(Citation.withdrawn_at).is_(None))
        .order_by(col(Citation.id))
        .limit(MOST)
    )
    rows = db.execute(query).all()
    known = [row[1] for row in rows if (row[2] or row[3]) and not actor.guest]
    told = {one.id: one for one in said(db, known, most=600)}
    found = []
    for number, remark_id, may_read, sees_source, name, source_id in rows:
        one = told.get(remark_id)
        themes = [theme for _, theme in one.themes] if one else []
        shown = bool(sees_source or may_read) and not actor.guest
        words = one if may_read else None
        found.append(Cited(number, words, name if shown else "", source_id if sees_source else None, themes))
    return found


def cited_in(db: Session, actor: Actor, remark_id: int) -> list[tuple[int, str]]:
    """The ideas that this person sees and that cite a comment."""
    query = (
        select(col(Idea.id), col(Idea.title))
        .join(Citation, col(Citation.idea_id) == col(Idea.id))
        .where(col(Citation.remark_id) == remark_id, col(Citation.withdrawn_at).is_(None), visible_to(actor))
        .order_by(col(Idea.id).desc())
        .limit(MOST)
    )
    return [(number, title) for number, title in db.execute(query)]


def citable_by(db: Session, actor: Actor, remark_id: int) -> list[tuple[int, str]]:
    """One's own ideas that may be changed now and do not cite this comment yet."""
    own = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    there = exists().where(
        and_(
            col(Citation.idea_id) == col(Idea.id),
            col(Citation.remark_id) == remark_id,
            col(Citation.withdrawn_at).is_(None),
        )
    )
    mine = col(Idea.id).in_(own) | col(Idea.team_id).in_(actor.teams)
    query = select(col(Idea.id), col(Idea.title)).where(mine, col(Idea.stage).in_(OPEN_TO_CHANGE), ~there)
    return [(number, title) for number, title in db.execute(query.order_by(col(Idea.id).desc()).limit(MOST))]
