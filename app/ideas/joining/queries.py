"""Joinings of an idea, as far as a reader may see both of them; and what is asked of whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlmodel import col

from app.errors import Missing
from app.ideas.joining.models import Joining, JoiningStage, SupportAsked
from app.ideas.joining.rules import concerned, may_consent, may_take_back
from app.ideas.models import Author, Idea, Vote
from app.ideas.queries import Reader, visible_to
from app.ideas.rules import author
from app.people.actor import Actor
from app.record.models import Salt

MOST = 20


@dataclass(frozen=True)
class Joined:
    """A joining as the page of one of its ideas shows it: `away` says that this one goes into the other.

    asks: this person supports what was joined and is asked about the other. Nobody is named: who wrote the other
    idea is not this page's to tell.
    """

    id: int
    stage: JoiningStage
    version: int
    other_id: int
    other: str
    away: bool
    why: str
    refused_here: bool
    may_consent: bool
    may_refuse: bool
    may_take_back: bool
    asks: bool


def joinings_of(db: Session, actor: Actor, idea: Idea) -> Sequence[Joined]:
    """What was joined, for everybody; what is proposed or was refused, for those whom it concerns."""
    other = case((col(Joining.idea_id) == idea.id, col(Joining.into_id)), else_=col(Joining.idea_id))
    why = select(col(Salt.words)).where(col(Salt.number) == col(Joining.refusal), col(Salt.name) == "reason")
    query = (
        select(Joining, Idea, func.coalesce(why.scalar_subquery(), ""))
        .join(Idea, col(Idea.id) == other)
        .where(or_(col(Joining.idea_id) == idea.id, col(Joining.into_id) == idea.id), visible_to(actor))
        .where(col(Joining.stage) != JoiningStage.TAKEN_BACK)
        .order_by(col(Joining.id).desc())
        .limit(MOST)
        .options(selectinload(Idea.authors))  # type: ignore[arg-type]
    )
    rows = db.execute(query).all()
    joined = [one.id for one, _, _ in rows if one.stage is JoiningStage.JOINED]
    asked = set(db.scalars(asked_of(actor).where(col(Joining.id).in_(joined)))) if joined and not actor.guest else set()
    return [
        beside(actor, one, idea, theirs, words, one.id in asked)
        for one, theirs, words in rows
        if one.stage is JoiningStage.JOINED or concerned(actor, *ordered(one, idea, theirs))
    ]


def ordered(joining: Joining, this: Idea, other: Idea) -> tuple[Idea, Idea]:
    """The one that goes, and the one that it goes into."""
    return (this, other) if joining.idea_id == this.id else (other, this)


def beside(actor: Actor, one: Joining, this: Idea, other: Idea, why: str, asks: bool) -> Joined:
    idea, into = ordered(one, this, other)
    away = one.idea_id == this.id
    wrote = author(actor, idea) or author(actor, into)
    return Joined(
        *(one.id, one.stage, one.version, other.id, other.title, away, why, one.refused_into != away),
        may_consent=may_consent(actor, one, idea, into),
        may_refuse=one.stage is JoiningStage.PROPOSED and wrote,
        may_take_back=may_take_back(actor, one),
        asks=asks,
    )


def open_question(actor: Actor | Reader) -> ColumnElement[bool]:
    """This person supports what was joined, not yet the other, did not write it, and has not answered."""
    me, into = actor.id, col(Joining.into_id)
    supported = exists().where(col(Vote.idea_id) == col(Joining.idea_id), col(Vote.person_id) == me)
    supports = exists().where(col(Vote.idea_id) == into, col(Vote.person_id) == me)
    answered = exists().where(col(SupportAsked.joining_id) == col(Joining.id), col(SupportAsked.person_id) == me)
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == me)
    theirs = or_(col(Idea.id).in_(wrote), func.coalesce(col(Idea.team_id).in_(actor.teams), False))
    there = exists().where(col(Idea.id) == into, col(Idea.listed), visible_to(actor), ~theirs)
    return and_(col(Joining.stage) == JoiningStage.JOINED, supported, there, ~supports, ~answered)


def asked_of(actor: Actor) -> Select[Any]:
    return select(col(Joining.id)).where(open_question(actor))


def asked_to_support(db: Session, actor: Actor, joining_id: int) -> bool:
    return db.scalar(asked_of(actor).where(col(Joining.id) == joining_id)) is not None


def pair(db: Session, actor: Actor, id: int, other_id: int) -> tuple[Idea, Idea]:
    """Two ideas that this person may see, not locked yet."""
    rows = db.scalars(select(Idea).where(col(Idea.id).in_((id, other_id)), visible_to(actor)))
    found = {idea.id: idea for idea in rows}
    if id not in found or other_id not in found:
        raise Missing()
    return found[id], found[other_id]


def joining(db: Session, actor: Actor, idea_id: int, id: int) -> Joining:
    """One of this idea's, for whom both ideas are there."""
    found = db.get(Joining, id)
    if found is None or idea_id not in (found.idea_id, found.into_id):
        raise Missing()
    pair(db, actor, found.idea_id, found.into_id)
    return found
