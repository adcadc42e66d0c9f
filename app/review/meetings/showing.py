"""Motions as one reader may see them: sums once the vote is closed, and names where nothing is hidden."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea
from app.people.actor import Actor
from app.people.models import Person
from app.review.conflicts import concerned, members
from app.review.meetings.models import Dissent, Motion, MotionPresent, MotionStage, Say, Turnout, Vote
from app.review.meetings.queries import hidden_ideas, motions_visible_to


@dataclass(frozen=True)
class Seen:
    """A motion for one reader. What they may not know is None, or empty."""

    motion: Motion
    title: str
    hidden: bool
    cast: int  # votes that are in
    of: int | None  # who may vote in all, where it may be told
    voted: bool
    mine: Say | None
    may_vote: bool
    votes: Sequence[tuple[str, Say]] | None
    present: int | None
    dissents: Sequence[tuple[str, str]]


def seen(db: Session, actor: Actor, motions: Sequence[Motion], there: Collection[int]) -> list[Seen]:
    """Eight statements at most, however many motions. there: who is in the room, for motions of a meeting."""
    if not motions:
        return []
    ids, ideas = [one.id for one in motions], [one.idea_id for one in motions]
    known, hidden = concerned(db, ideas), hidden_ideas(db, ideas, actor)
    titles = {
        row[0]: row[1] for row in db.execute(select(col(Idea.id), col(Idea.title)).where(col(Idea.id).in_(ideas)))
    }
    seated = {member.id for member in members(db, motions[0].committee_id)}
    turnout = voters(db, ids)
    said, against, present = votes_of(db, ids), dissents_of(db, ids), present_at(db, ids)

    def one(motion: Motion) -> Seen:
        veiled, closed = motion.idea_id in hidden, motion.stage is MotionStage.CLOSED
        able = [person for person in seated if not known.has(motion.idea_id, person)]
        voted = turnout.get(motion.id, set())
        mine = next((say for person, _, say in said.get(motion.id, ()) if person == actor.id), None)
        here = motion.meeting_id is None or actor.id in there
        names = [(name, say) for _, name, say in said.get(motion.id, ())]
        return Seen(
            motion,
            titles[motion.idea_id],
            veiled,
            len(voted),
            None if veiled else len([one for one in able if motion.meeting_id is None or one in there]),
            actor.id in voted,
            mine,
            motion.open and here and actor.id in able and not (motion.secret and actor.id in voted),
            names if closed and not motion.secret and not veiled else None,
            present.get(motion.id, 0) if closed and not veiled else None,
            against.get(motion.id, []),
        )

    return [one(motion) for motion in motions]


def in_meeting(db: Session, actor: Actor, meeting_id: int) -> list[Motion]:
    query = select(Motion).where(col(Motion.meeting_id) == meeting_id, motions_visible_to(actor))
    return list(db.scalars(query.order_by(col(Motion.id))))


def in_writing(db: Session, actor: Actor) -> list[tuple[Motion, str]]:
    """Motions in writing that are open, soonest first, each with its idea's title."""
    query = (
        select(Motion, col(Idea.title))
        .join(Idea, col(Idea.id) == col(Motion.idea_id))
        .where(motions_visible_to(actor), col(Motion.meeting_id).is_(None), col(Motion.stage) == MotionStage.OPEN)
        .order_by(col(Motion.due), col(Motion.id))
        .limit(20)
    )
    return [(row[0], row[1]) for row in db.execute(query)] if actor.seats else []


def voters(db: Session, ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    query = select(col(Turnout.motion_id), col(Turnout.person_id)).where(col(Turnout.motion_id).in_(ids))
    for motion, person in db.execute(query):
        found.setdefault(motion, set()).add(person)
    return found


def votes_of(db: Session, ids: Collection[int]) -> dict[int, list[tuple[int, str, Say]]]:
    query = (
        select(col(Vote.motion_id), col(Vote.person_id), col(Person.name), col(Vote.say))
        .join(Person, col(Person.id) == col(Vote.person_id))
        .where(col(Vote.motion_id).in_(ids))
        .order_by(col(Person.name), col(Person.id))
    )
    found: dict[int, list[tuple[int, str, Say]]] = {}
    for motion, person, name, say in db.execute(query):
        found.setdefault(motion, []).append((person, name, say))
    return found


def dissents_of(db: Session, ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    query = (
        select(col(Dissent.motion_id), col(Person.name), col(Dissent.words))
        .join(Person, col(Person.id) == col(Dissent.person_id))
        .where(col(Dissent.motion_id).in_(ids))
        .order_by(col(Dissent.id))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for motion, name, words in db.execute(query):
        found.setdefault(motion, []).append((name, words))
    return found


def present_at(db: Session, ids: Collection[int]) -> dict[int, int]:
    counts = (col(MotionPresent.motion_id).in_(ids), col(MotionPresent.counts).is_(True))
    query = select(col(MotionPresent.motion_id), func.count()).where(*counts).group_by(col(MotionPresent.motion_id))
    return {row[0]: row[1] for row in db.execute(query)}
