"""Motions as one reader may see them: sums once the vote is closed, and names where nothing is hidden."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.ideas.models import Idea
from app.lately import lately
from app.people.actor import Actor
from app.people.models import Committee, Person
from app.review.conflicts import Concerned, concerned, members
from app.review.meetings.models import Dissent, Motion, MotionPresent, MotionStage, Say, Turnout, Vote
from app.review.meetings.queries import Plan, in_the_room, motions_visible_to, plan_of
from app.review.models import Meeting

SHOWN = ("ideas", "review", "people", "processes", "teams")
MOST_KEPT = 20


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
    may_dissent: bool  # voted, not for it, and has not noted their dissent; the meeting may be over


@dataclass(frozen=True)
class Voting:
    """Motions with their votes, for nobody in particular."""

    motions: Sequence[Motion]
    known: Concerned
    seated: frozenset[int]
    titles: Mapping[int, str]
    turnout: Mapping[int, Collection[int]]
    said: Mapping[int, Sequence[tuple[int, str, Say]]]
    against: Mapping[int, Sequence[tuple[int, str, str]]]
    present: Mapping[int, int]


def voting(db: Session, motions: Sequence[Motion], committee_id: int) -> Voting:
    """Seven statements, however many motions."""
    ids, ideas = [one.id for one in motions], [one.idea_id for one in motions]
    titled = select(col(Idea.id), col(Idea.title)).where(col(Idea.id).in_(ideas))
    return Voting(
        motions,
        concerned(db, ideas),
        frozenset(member.id for member in members(db, committee_id)),
        {row[0]: row[1] for row in db.execute(titled)},
        voters(db, ids),
        votes_of(db, ids),
        dissents_of(db, ids),
        present_at(db, ids),
    )


def seen(actor: Actor, all_: Voting, hidden: Collection[int], there: Collection[int]) -> list[Seen]:
    """What this reader may know of them; nothing of what they have a conflict with. there: who is in the room."""
    return [
        seen_one(actor, all_, motion, motion.idea_id in hidden, there)
        for motion in all_.motions
        if not all_.known.has(motion.idea_id, actor.id)
    ]


def seen_one(actor: Actor, all_: Voting, motion: Motion, hidden: bool, there: Collection[int]) -> Seen:
    closed = motion.stage is MotionStage.CLOSED
    able = [person for person in all_.seated if not all_.known.has(motion.idea_id, person)]
    here = [person for person in able if motion.meeting_id is None or person in there]
    voted, said = all_.turnout.get(motion.id, ()), all_.said.get(motion.id, ())
    dissents = all_.against.get(motion.id, ())
    mine = next((say for person, _, say in said if person == actor.id), None)
    return Seen(
        motion,
        all_.titles[motion.idea_id],
        hidden,
        len(voted),
        None if hidden else len(here),
        actor.id in voted,
        mine,
        motion.open and actor.id in here and not (motion.secret and actor.id in voted),
        [(name, say) for _, name, say in said] if closed and not motion.secret and not hidden else None,
        all_.present.get(motion.id, 0) if closed and not hidden else None,
        [(name, words) for _, name, words in dissents],
        closed and actor.id in voted and mine is not Say.YES and actor.id not in {one[0] for one in dissents},
    )


@dataclass(frozen=True)
class Facts:
    """All that the pages of a meeting show, before anything is left out for a reader."""

    plan: Plan
    voting: Voting
    there: Mapping[int, datetime]
    quorum: int


def facts(db: Session, meeting: Meeting) -> Facts:
    """Kept in the process until something changes: thirty pages that follow a meeting ask for the same at once."""
    if db.info.get("writing"):
        return read_facts(db, meeting)
    key = (meeting.id, counts(db, *SHOWN))
    return lately(db, "meetings", MOST_KEPT).or_made(key, lambda: read_facts(db, meeting))


def read_facts(db: Session, meeting: Meeting) -> Facts:
    query = select(Motion).where(col(Motion.meeting_id) == meeting.id).order_by(col(Motion.id))
    motions = list(db.scalars(query))
    return Facts(
        plan_of(db, meeting),
        voting(db, motions, meeting.committee_id),
        in_the_room(db, meeting.id),
        db.get_one(Committee, meeting.committee_id).quorum,
    )


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


def dissents_of(db: Session, ids: Collection[int]) -> dict[int, list[tuple[int, str, str]]]:
    query = (
        select(col(Dissent.motion_id), col(Person.id), col(Person.name), col(Dissent.words))
        .join(Person, col(Person.id) == col(Dissent.person_id))
        .where(col(Dissent.motion_id).in_(ids))
        .order_by(col(Dissent.id))
    )
    found: dict[int, list[tuple[int, str, str]]] = {}
    for motion, person, name, words in db.execute(query):
        found.setdefault(motion, []).append((person, name, words))
    return found


def present_at(db: Session, ids: Collection[int]) -> dict[int, int]:
    counts = (col(MotionPresent.motion_id).in_(ids), col(MotionPresent.counts).is_(True))
    query = select(col(MotionPresent.motion_id), func.count()).where(*counts).group_by(col(MotionPresent.motion_id))
    return {row[0]: row[1] for row in db.execute(query)}
