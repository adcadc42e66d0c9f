"""Joining: proposed, consented to, refused, taken back; and what supporters say afterwards.

Each step stands in the record under the idea whose author took it, so that nobody who may not know who wrote the one
idea learns it from the other's history. What follows from two yeses is nobody's step.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import embedded
from app.errors import Invalid, Refused, Stale
from app.ideas.actions import insert_once
from app.ideas.actions import vote as support
from app.ideas.joining.models import Joining, JoiningStage, SupportAsked
from app.ideas.joining.queries import asked_to_support
from app.ideas.joining.rules import concerned, may_consent, may_propose, may_take_back, possible
from app.ideas.models import Idea, Vote
from app.ideas.rules import author, life
from app.ideas.similar.models import Relating, Relation
from app.people.actor import Actor
from app.record.actions import write
from app.workflow import guarded_update

S = JoiningStage


def locked(db: Session, *ids: int) -> dict[int, Idea]:
    """The ideas, in the order of their ids, so that two who join them both ways wait for each other in turn."""
    query = select(Idea).where(col(Idea.id).in_(ids)).order_by(col(Idea.id))
    if not embedded(db):
        query = query.with_for_update(of=Idea).execution_options(populate_existing=True)
    return {idea.id: idea for idea in db.scalars(query)}


def propose(db: Session, actor: Actor, idea_id: int, into_id: int) -> Joining:
    """Whoever wrote one of them says yes for it by proposing; who wrote both, for both."""
    both = locked(db, idea_id, into_id)
    idea, into = both[idea_id], both[into_id]
    if not concerned(actor, idea, into):
        raise Refused("That two ideas be joined is proposed by an author of either, or by the chair.")
    if not may_propose(actor, idea, into):
        raise Stale("These two cannot be joined as they stand now.")
    joining = begun(db, actor, idea, into)
    joining.idea_yes = actor.id if author(actor, idea) else None
    joining.into_yes = actor.id if author(actor, into) else None
    tell(db, actor, "propose_join", joining, idea, into)
    db.flush()
    finish(db, joining, idea, into)
    return joining


def begun(db: Session, actor: Actor, idea: Idea, into: Idea) -> Joining:
    """Once refused, it is not asked again, either way round. What was taken back may be proposed anew."""
    pair = or_(
        (col(Joining.idea_id) == idea.id) & (col(Joining.into_id) == into.id),
        (col(Joining.idea_id) == into.id) & (col(Joining.into_id) == idea.id),
    )
    known = db.scalars(select(Joining).where(pair).with_for_update()).all()
    if any(one.stage is S.REFUSED for one in known):
        raise Stale("An author has refused that. It is not asked twice.")
    waits = select(col(Joining.id)).where(col(Joining.stage) == S.PROPOSED)
    if db.scalar(waits.where(or_(pair, col(Joining.idea_id) == idea.id)).limit(1)):
        raise Stale("It is proposed already that this idea be joined. That has to be answered first.")
    same = next((one for one in known if one.idea_id == idea.id), None)
    if same is None:
        same = Joining(idea_id=idea.id, into_id=into.id, proposed_by=actor.id)
        db.add(same)
        return same
    same.stage, same.proposed_by, same.proposed_at, same.ended_at = S.PROPOSED, actor.id, now(), None
    same.idea_yes = same.into_yes = None
    same.version += 1
    return same


def tell(
    db: Session, actor: Actor, move: str, joining: Joining, idea: Idea, into: Idea, words: dict[str, str] | None = None
) -> int:
    """The step under the actor's own idea, by name; under the other one by nobody's, so that its authors hear of it."""
    own, other = (idea, into) if author(actor, idea) or not author(actor, into) else (into, idea)
    way = {"joined": idea.id, "into": into.id}
    number = write(db, actor.id, move, own.ref, figures=way, words=words).number
    write(db, None, move, other.ref, figures=way)
    return number


def consent(db: Session, actor: Actor, joining: Joining, version: int | None = None) -> None:
    idea, into = held(db, joining, version)
    if not may_consent(actor, joining, idea, into):
        raise Refused("That is for an author of the idea whose side has not said yes.")
    yes = {}
    if author(actor, idea) and joining.idea_yes is None:
        yes["idea_yes"] = actor.id
    if author(actor, into) and joining.into_yes is None:
        yes["into_yes"] = actor.id
    if not possible(idea, into):
        raise Stale("These two cannot be joined as they stand now.")
    guarded_update(db, joining, "stage", S.PROPOSED, **yes)
    tell(db, actor, "consent_join", joining, idea, into)
    finish(db, joining, idea, into)


def held(db: Session, joining: Joining, version: int | None) -> tuple[Idea, Idea]:
    both = locked(db, joining.idea_id, joining.into_id)
    db.refresh(joining)
    if joining.stage is not S.PROPOSED:
        raise Stale(f"This is {joining.stage.value} already.")
    if version is not None and version != joining.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    return both[joining.idea_id], both[joining.into_id]


def finish(db: Session, joining: Joining, idea: Idea, into: Idea) -> None:
    """With both yeses the idea is closed as a duplicate of the other. Its support stays where it is."""
    if joining.idea_yes is None or joining.into_yes is None:
        return
    guarded_update(db, joining, "stage", S.PROPOSED, stage=S.JOINED, ended_at=now())
    db.merge(Relation(idea_id=idea.id, other_id=into.id, kind=Relating.DUPLICATE_OF, said_by=joining.idea_yes))
    move = life.by_name["join", idea.stage]
    life.step(db, None, idea, move, figures={"into": into.id}, promised_on=None)


def refuse(db: Session, actor: Actor, joining: Joining, note: str, version: int | None = None) -> None:
    """By an author of either side, with a reason that both sides read. For good."""
    idea, into = held(db, joining, version)
    if not (author(actor, idea) or author(actor, into)):
        raise Refused("Authors of the two ideas say whether they are joined.")
    if not note.strip():
        raise Invalid("Give a reason: the people concerned read it.")
    number = tell(db, actor, "refuse_join", joining, idea, into, {"reason": note.strip()})
    ends = {"stage": S.REFUSED, "ended_at": now(), "refusal": number, "refused_into": not author(actor, idea)}
    guarded_update(db, joining, "stage", S.PROPOSED, **ends)


def take_back(db: Session, actor: Actor, joining: Joining, version: int | None = None) -> None:
    idea, into = held(db, joining, version)
    if not may_take_back(actor, joining):
        raise Refused("Whoever proposed it takes it back.")
    guarded_update(db, joining, "stage", S.PROPOSED, stage=S.TAKEN_BACK, ended_at=now())
    tell(db, actor, "take_back_join", joining, idea, into)


def answer_support(db: Session, actor: Actor, joining: Joining, *, on: bool) -> None:
    """A supporter of what was joined supports the other as well, or does not. Asked once; nothing moves by itself."""
    if db.get(Vote, (joining.idea_id, actor.id)) is None:
        raise Refused("That is asked of those who supported what was joined.")
    if not asked_to_support(db, actor, joining.id):
        raise Stale("You have answered this already, or support the other idea anyhow.")
    if not insert_once(db, SupportAsked, joining_id=joining.id, person_id=actor.id, at=now()):
        raise Stale("You have answered this already.")
    if on:
        support(db, actor, db.get_one(Idea, joining.into_id), on=True)
