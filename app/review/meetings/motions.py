"""Motions: put to a vote in a meeting or in writing, voted on once a person, closed, dissented from.

Locks are taken in one order: the motion, then its meeting (its beat), then the record.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now, today
from app.db import Database
from app.errors import Refused, Stale
from app.ideas.models import Idea, Stage
from app.people.actor import Actor
from app.people.models import Committee
from app.record.actions import write
from app.review.conflicts import Member, concerned, eligible, members, must_be_free, must_decide
from app.review.meetings.actions import beat
from app.review.meetings.forms import MotionForm
from app.review.meetings.models import (
    BallotBox,
    Dissent,
    Motion,
    MotionPresent,
    MotionStage,
    Result,
    Say,
    Turnout,
    Vote,
)
from app.review.meetings.queries import hidden_ideas, in_the_room, motions_visible_to, outs
from app.review.meetings.rules import CLOSE, chairing, motion_life, outcome, running
from app.review.models import Decision, Meeting, MeetingStage, Round, RoundIdea, RoundStage
from app.workflow import MoveForm


def must_be_movable(db: Session, round_: Round, placed: RoundIdea, idea: Idea) -> None:
    """A motion leads to a decision, so it needs what a decision needs: reviewing closed, and nothing decided yet."""
    if round_.stage is not RoundStage.CLOSED:
        raise Stale(f"This round is {round_.stage.value}. Motions are put when its reviewing is closed.")
    decided = select(col(Decision.id)).where(
        col(Decision.idea_id) == idea.id,
        col(Decision.round_id) == round_.id,
        col(Decision.superseded_by).is_(None),
    )
    if not placed.live or idea.stage is not Stage.IN_REVIEW or db.scalars(decided).first():
        raise Stale("This idea does not wait for a decision any more.")


def mistakes(db: Session, committee_id: int, wanted: MotionForm) -> dict[str, str]:
    day = today(db.info["settings"].time_zone)
    found: dict[str, str] = {}
    if wanted.verdict.value in ("defer", "do it now") and (wanted.day is None or wanted.day <= day):
        found["day"] = "Say until which day: one that is still to come."
    if wanted.meeting is None and (wanted.due is None or wanted.due < day):
        found["due"] = "Say until which day votes are taken: today, or one that is still to come."
    meeting = db.get(Meeting, wanted.meeting) if wanted.meeting else None
    if wanted.meeting and (meeting is None or meeting.committee_id != committee_id or not running(meeting)):
        found["meeting"] = "Choose a meeting that is running."
    return found


def put(db: Session, actor: Actor, round_: Round, idea: Idea, wanted: MotionForm) -> Motion:
    """Open for votes from now on. The caller has locked the idea and looked for mistakes."""
    made = Motion(
        committee_id=round_.committee_id,
        round_id=round_.id,
        idea_id=idea.id,
        meeting_id=wanted.meeting,
        verdict=wanted.verdict,
        day=wanted.day,
        words=wanted.words,
        secret=bool(wanted.secret),
        quorum=db.get_one(Committee, round_.committee_id).quorum,
        due=wanted.due,
        made_by=actor.id,
    )
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("A motion on this idea is open already.") from error
    if made.secret:
        db.add_all(BallotBox(motion_id=made.id, say=say) for say in Say)
        db.flush()
    beat(db, made.meeting_id)
    figures = {"idea": idea.id, "round": round_.id, "meeting": made.meeting_id or 0, "secret": int(made.secret)}
    if made.due:
        figures["due"] = made.due.isoformat()  # type: ignore[assignment]
    words = {"words": made.words, "verdict": made.verdict.value}
    write(db, actor.id, "put", made.ref, after=made.stage.value, figures=figures, words=words)
    return made


@dataclass(frozen=True)
class Electorate:
    """Of a motion, who may vote, who is there, and who counts towards its quorum. expected: who may vote as far as all
    may know it; while names are hidden whoever has not stepped back by their own word."""

    eligible: Sequence[Member]
    expected: Sequence[Member]
    there: frozenset[int]  # in the room; of a vote in writing, all who have voted
    voted: frozenset[int]
    in_writing: bool

    @property
    def counting(self) -> frozenset[int]:
        return frozenset(member.id for member in self.eligible if member.id in self.there)

    @property
    def left(self) -> Sequence[Member]:
        """Those whose vote is waited for: that nobody waits for a member would tell that they wrote the idea."""
        return [one for one in self.expected if one.id not in self.voted and (self.in_writing or one.id in self.there)]


def electorate(db: Session, motion: Motion) -> Electorate:
    known = concerned(db, [motion.idea_id])
    seated = members(db, motion.committee_id)
    able = eligible(seated, known, motion.idea_id)
    out = outs(known, hidden_ideas(db, [motion.idea_id], None), seated, motion.idea_id)
    expected = [member for member in seated if member not in out]
    voted = frozenset(db.scalars(select(col(Turnout.person_id)).where(col(Turnout.motion_id) == motion.id)))
    there = voted if motion.meeting_id is None else frozenset(in_the_room(db, motion.meeting_id))
    return Electorate(able, expected, there, voted, motion.meeting_id is None)


def must_be_open(motion: Motion, day: date) -> None:
    if not motion.open or (motion.due is not None and motion.due < day):
        raise Stale("The vote is closed. Yours was not taken.")


def why_not(db: Session, actor: Actor, motion: Motion, voters: Electorate) -> str:
    """Why this person cannot vote on it; empty when they can."""
    if actor.id not in {one.id for one in voters.eligible}:
        return "Members without a conflict vote."
    if motion.meeting_id is not None and actor.id not in voters.there:
        return "Say first that you are there."
    return ""


def vote(db: Session, actor: Actor, motion: Motion, say: Say) -> None:
    """Once a person. An open vote can be set to another value until the vote is closed; a secret one is cast for good,
    since nothing here knows which one is whose."""
    must_be_open(motion, today(db.info["settings"].time_zone))
    must_be_free(concerned(db, [motion.idea_id]), motion.idea_id, actor.id)
    if words := why_not(db, actor, motion, electorate(db, motion)):
        raise Refused(words)
    has = db.get(Turnout, (motion.id, actor.id)) is not None
    if motion.secret and has:
        raise Stale("You have voted already. A secret vote is cast for good: nothing here knows which one is yours.")
    if not has:
        turn_out(db, actor, motion)
    if motion.secret:
        drop(db, motion, say)
        beat(db, motion.meeting_id)
        return
    kept = db.get(Vote, (motion.id, actor.id))
    if kept is None:
        db.add(Vote(motion_id=motion.id, person_id=actor.id, say=say))
    elif kept.say is say:
        return
    else:
        kept.say = say
    db.flush()
    beat(db, motion.meeting_id)
    # Sealed until the vote is closed: nobody votes after the others.
    write(db, actor.id, "vote", motion.ref, figures={"idea": motion.idea_id}, words={"vote": say.value})


def turn_out(db: Session, actor: Actor, motion: Motion) -> None:
    db.add(Turnout(motion_id=motion.id, person_id=actor.id))
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("You have voted at this moment. Look at the motion again.") from error


def drop(db: Session, motion: Motion, say: Say) -> None:
    """Into the box. All three rows are written each time: which one was written last tells nothing."""
    more = case((col(BallotBox.say) == say, 1), else_=0)
    box = update(BallotBox).where(col(BallotBox.motion_id) == motion.id).values(ballots=BallotBox.ballots + more)
    db.execute(box.execution_options(synchronize_session=False))


def take_out(db: Session, motion: Motion, voters: Electorate) -> int:
    """Who has a conflict by now has not voted: an open vote of theirs goes, a secret one nobody can find. How many of
    those are in the box."""
    known = concerned(db, [motion.idea_id])
    barred = [person for person in sorted(voters.voted) if known.has(motion.idea_id, person)]
    if motion.secret:
        return len(barred)
    db.execute(delete(Vote).where(col(Vote.motion_id) == motion.id, col(Vote.person_id).in_(barred)))
    return 0


def counted(db: Session, motion: Motion) -> dict[Say, int]:
    if motion.secret:
        query = select(col(BallotBox.say), col(BallotBox.ballots)).where(col(BallotBox.motion_id) == motion.id)
        return {row[0]: row[1] for row in db.execute(query)}
    said = list(votes(db, motion.id).values())
    return {say: said.count(say) for say in Say}


def votes(db: Session, motion_id: int) -> dict[int, Say]:
    query = select(col(Vote.person_id), col(Vote.say)).where(col(Vote.motion_id) == motion_id)
    return {row[0]: row[1] for row in db.execute(query)}


def must_be_complete(db: Session, motion: Motion, voters: Electorate) -> None:
    """In writing the vote stays open until its day, or until all have voted who may: as far as that can be told."""
    day = today(db.info["settings"].time_zone)
    if motion.due is not None and motion.due >= day and voters.left:
        raise Stale("Not all have voted yet. The vote closes when they have, or after its day.")


def close(db: Session, actor: Actor | None, motion: Motion, version: int | None = None) -> None:
    """Count, and keep who was there. Without an actor: its day has come."""
    if actor is not None:
        must_decide(db, actor, db.get_one(Idea, motion.idea_id), db.get_one(Round, motion.round_id))
        if version is not None and version != motion.version:
            raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
        motion_life.check(actor, motion, "close")
    voters = electorate(db, motion)
    if actor is not None:
        must_be_complete(db, motion, voters)
    apart = take_out(db, motion, voters)
    said, sums = votes(db, motion.id), counted(db, motion)
    posts = {member.id: member.post for member in voters.eligible}
    leading = chairing(posts, voters.counting)
    chair = said.get(leading) if leading else None
    result, casting = outcome(sums[Say.YES], sums[Say.NO], len(voters.counting), motion.quorum, chair, apart)
    keep_presence(db, motion, voters)
    beat(db, motion.meeting_id)
    fields: dict[str, Any] = {
        "yes": sums[Say.YES],
        "no": sums[Say.NO],
        "abstain": sums[Say.ABSTAIN],
        "closed_at": now(),
    }
    hidden = motion.idea_id in hidden_ideas(db, [motion.idea_id], None)
    motion_life.step(
        db,
        actor.id if actor else None,
        motion,
        CLOSE,
        figures=told(motion, sums, said, result, hidden=hidden),
        words={"present": json.dumps(sorted(voters.counting))},
        result=result,
        casting=casting,
        **fields,
    )
    if motion.secret:
        who = {"who": json.dumps(sorted(voters.voted))}
        write(db, actor.id if actor else None, "turn_out", motion.ref, figures={"voted": len(voters.voted)}, words=who)


def told(
    motion: Motion, sums: Mapping[Say, int], said: Mapping[int, Say], result: Result, *, hidden: bool
) -> dict[str, object]:
    """What the record says of a closed vote. Open votes by person, unless who is missing would tell who wrote the
    idea; secret ones as one shuffled batch."""
    figures: dict[str, object] = {"idea": motion.idea_id, "quorum": motion.quorum, "result": result.value}
    figures |= {say.value: sums[say] for say in Say}
    if motion.secret:
        batch = [say.value for say in Say for _ in range(sums[say])]
        secrets.SystemRandom().shuffle(batch)
        figures["ballots"] = batch
    elif not hidden:
        figures["votes"] = [[person, say.value] for person, say in sorted(said.items())]
    return figures


def keep_presence(db: Session, motion: Motion, voters: Electorate) -> None:
    counting = voters.counting
    db.add_all(
        MotionPresent(motion_id=motion.id, person_id=person, counts=person in counting)
        for person in sorted(voters.there)
    )
    db.flush()


def withdraw(db: Session, actor: Actor, motion: Motion, form: MoveForm) -> None:
    must_decide(db, actor, db.get_one(Idea, motion.idea_id), db.get_one(Round, motion.round_id))
    beat(db, motion.meeting_id)
    motion_life.make(db, actor, motion, "withdraw", form.note, version=form.version)


def move(db: Session, actor: Actor, motion: Motion, form: MoveForm) -> str:
    """Returns what the page says of it."""
    if form.name == "close":
        close(db, actor, motion, form.version)
        return "The vote is closed."
    if form.name == "withdraw":
        withdraw(db, actor, motion, form)
        return "The motion is withdrawn."
    motion_life.check(actor, motion, form.name, form.note)
    raise AssertionError(form.name)


def may_dissent(db: Session, actor: Actor, motion: Motion) -> bool:
    """Whoever has voted, after the vote; in a meeting until its minutes are kept."""
    if motion.stage is not MotionStage.CLOSED or db.get(Turnout, (motion.id, actor.id)) is None:
        return False
    meeting = db.get(Meeting, motion.meeting_id) if motion.meeting_id else None
    if meeting is not None and meeting.stage is not MeetingStage.PLANNED:
        return False
    return db.scalars(dissents(motion.id).where(col(Dissent.person_id) == actor.id)).first() is None


def dissents(motion_id: int) -> Select[Dissent]:
    return select(Dissent).where(col(Dissent.motion_id) == motion_id).order_by(col(Dissent.id))


def dissent(db: Session, actor: Actor, motion: Motion, words: str) -> None:
    if not may_dissent(db, actor, motion):
        raise Stale("Dissent is noted once, after the vote, by those who voted, until the minutes are kept.")
    made = Dissent(motion_id=motion.id, person_id=actor.id, words=words)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("You have noted your dissent already.") from error
    beat(db, motion.meeting_id)
    write(db, actor.id, "dissent", motion.ref, figures={"idea": motion.idea_id}, words={"why": words})


def close_what_is_due(database: Database) -> int:
    """Votes in writing whose day has passed are closed; how many. Asks first, and writes only where one is due."""
    with database.reading() as db:
        due = list(db.scalars(due_motions(db)))
    closed = 0
    for motion_id in due:
        with database.writing() as db:
            motion = db.get(Motion, motion_id, with_for_update=True)
            if motion is not None and motion.open:
                close(db, None, motion)
                closed += 1
    return closed


def due_motions(db: Session) -> Select[int]:
    day = today(db.info["settings"].time_zone)
    query = select(col(Motion.id)).where(col(Motion.stage) == MotionStage.OPEN, col(Motion.due) < day)
    return query.order_by(col(Motion.id)).limit(50)


def known_from(db: Session, motion: Motion) -> list[int]:
    """Whom the page of the decision takes as present. While names are hidden all who were in the room: who of them
    has a conflict is not told by who is missing."""
    query = select(MotionPresent).where(col(MotionPresent.motion_id) == motion.id)
    there = list(db.scalars(query))
    hidden = motion.idea_id in hidden_ideas(db, [motion.idea_id], None)
    if hidden and motion.meeting_id is not None:
        return sorted(one.person_id for one in there)
    return sorted(one.person_id for one in there if one.counts)


def moved(db: Session, actor: Actor, round_: Round, idea_id: int, motion_id: int | None) -> dict[str, Any]:
    """What a decision begins with where a motion was carried: nothing is typed twice."""
    query = select(Motion).where(
        col(Motion.id) == motion_id,
        col(Motion.round_id) == round_.id,
        col(Motion.idea_id) == idea_id,
        col(Motion.result) == Result.CARRIED,
        motions_visible_to(actor),
    )
    motion = db.scalars(query).first() if motion_id else None
    if motion is None:
        return {}
    return {
        "verdict": motion.verdict.value,
        "reason": motion.words,
        "day": motion.day,
        "meeting": motion.meeting_id,
        "present": known_from(db, motion),
    }
