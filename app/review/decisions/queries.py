"""Reading decisions: what one needs, what keeps it from being recorded, what was decided before, and conditions."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.errors import Refused, Stale
from app.ideas.models import Idea, Revision
from app.ideas.reconsidering.models import Reconsideration
from app.people.actor import Actor
from app.people.models import Committee, Person
from app.review.conflicts import Member, concerned, eligible, is_veiled, members
from app.review.decisions.voted import against_the_vote, last_motion
from app.review.duty import duties
from app.review.forms import DecisionForm
from app.review.letters.models import Sent
from app.review.models import Condition, Decision, Meeting, MeetingStage, Present, Round, RoundIdea, RoundStage, Verdict
from app.review.rules import names_hidden, unsealed
from app.review.standing import counted, lines

WITH_CONDITIONS = (Verdict.APPROVE, Verdict.DO_NOW)


@dataclass(frozen=True)
class Quorum:
    """What a decision on one idea needs, and what there is. `recused`: members whom a conflict keeps out."""

    needed: int  # members present
    eligible: Sequence[Member]
    reviews_needed: int
    reviews: int
    recused: Sequence[Member] = ()

    def of(self, present: Collection[int]) -> list[int]:
        """Those named as present who count."""
        return [member.id for member in self.eligible if member.id in present]


def quorum(db: Session, round_: Round, idea_id: int) -> Quorum:
    """Rule: as many members without a conflict as the committee's quorum; and as many reviews, or those of all who are
    asked to review the idea where they are fewer, but one at least."""
    needed = db.get_one(Committee, round_.committee_id).quorum
    known = concerned(db, [idea_id])
    written = lines(db, round_.id)
    asked = duties(db, round_, [(one.idea_id, one.reviewer_id) for one in written]).of(idea_id)
    able = [one for one in asked if not known.has(idea_id, one.id)]
    there = len(counted(written, known, idea_id))
    seated = members(db, round_.committee_id)
    free = eligible(seated, known, idea_id)
    out = [member for member in seated if member not in free]
    return Quorum(needed, free, max(1, min(needed, len(able))), there, out)


def in_round(
    db: Session, round_: Round, idea_id: int, *, lock: bool = False
) -> tuple[RoundIdea, Idea, Revision] | None:
    query = (
        select(RoundIdea, Idea, Revision)
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .where(
            col(RoundIdea.round_id) == round_.id,
            col(RoundIdea.idea_id) == idea_id,
            col(RoundIdea.taken_out_at).is_(None),
        )
    )
    row = db.execute(query.with_for_update(of=Idea) if lock else query).first()
    return (row[0], row[1], row[2]) if row else None


def live_decision(db: Session, idea_id: int, revision: int) -> Decision | None:
    query = select(Decision).where(
        col(Decision.idea_id) == idea_id, col(Decision.revision) == revision, col(Decision.superseded_by).is_(None)
    )
    return db.scalars(query).first()


def mistakes(
    db: Session, actor: Actor, round_: Round, idea_id: int, wanted: DecisionForm, has: Quorum
) -> dict[str, str]:
    """What keeps this decision from being recorded, by field."""
    found: dict[str, str] = {}
    day = today(db.info["settings"].time_zone)
    first_day = day + timedelta(days=wanted.verdict is Verdict.DEFER)
    if wanted.verdict in (Verdict.DEFER, Verdict.DO_NOW) and (wanted.day is None or wanted.day < first_day):
        found["day"] = "Say until which day: one that is still to come."
    if wanted.meeting and wanted.meeting not in {meeting.id for meeting in meetings_of(db, round_.committee_id)}:
        found["meeting"] = "Choose one of the committee’s meetings."
    found |= wrong_conditions(wanted, day)
    if not wanted.instead_of and (words := against_the_vote(last_motion(db, round_.id, idea_id), wanted.verdict)):
        found["verdict"] = words
    here = len(has.of(wanted.present))
    if here < has.needed:
        words = f"The quorum is {has.needed} members without a conflict; of those you named, {here} count."
        if names_hidden(actor, round_) or is_veiled(db, actor, idea_id):
            words = f"The quorum is {has.needed} members without a conflict, and those you named are not enough."
        else:
            words += f" {len(has.eligible)} could take part."
        found["present"] = words
    if has.reviews < has.reviews_needed:
        found[""] = (
            f"{has.reviews_needed} submitted {'review is' if has.reviews_needed == 1 else 'reviews are'} needed, and "
            f"{has.reviews} {'is' if has.reviews == 1 else 'are'} in. Take the idea out: another round can review it."
        )
    return found


def wrong_conditions(wanted: DecisionForm, day: date) -> dict[str, str]:
    found: dict[str, str] = {}
    for row, words, by in wanted.conditions():
        if wanted.verdict not in WITH_CONDITIONS:
            found[f"condition_{row}"] = "Conditions go with an approval, or with what is to be done now."
        elif not words:
            found[f"condition_{row}"] = "Say what has to be met by that day."
        elif by is not None and by < day:
            found[f"by_{row}"] = "Choose a day that is still to come."
    return found


def meetings_of(db: Session, committee_id: int) -> list[Meeting]:
    query = (
        select(Meeting)
        .where(col(Meeting.committee_id) == committee_id, col(Meeting.stage) != MeetingStage.CANCELLED)
        .order_by(col(Meeting.at).desc(), col(Meeting.id).desc())
        .limit(20)
    )
    return list(db.scalars(query))


def must_be_unsealed(round_: Round) -> None:
    """Nobody decides on what nobody has seen: sealed until the meeting, the scores are opened first."""
    if round_.stage is RoundStage.CLOSED and not unsealed(round_):
        raise Stale("The scores of this round are sealed until the meeting. Open them first.")


def must_be_ready(round_: Round, placed: RoundIdea, kept: Decision | None, instead_of: int | None) -> None:
    """Decisions are made when the reviewing is closed; later ones supersede the one that the page showed."""
    if round_.stage not in (RoundStage.CLOSED, RoundStage.PUBLISHED):
        raise Stale(f"This round is {round_.stage.value}. Decisions are recorded when its reviewing is closed.")
    must_be_unsealed(round_)
    here = kept if kept and kept.round_id == round_.id else None
    if here is not None and here.id != instead_of:
        raise Stale("This idea has been decided meanwhile. Look at the decision before you go on.")
    if here is None and (instead_of or not placed.live):
        raise Stale("There is no such decision to supersede any more.")


def undecided(db: Session, round_id: int) -> list[int]:
    done = select(col(Decision.idea_id)).where(
        col(Decision.round_id) == round_id, col(Decision.superseded_by).is_(None)
    )
    query = select(col(RoundIdea.idea_id)).where(
        col(RoundIdea.round_id) == round_id, col(RoundIdea.live).is_(True), col(RoundIdea.idea_id).not_in(done)
    )
    return list(db.scalars(query))


def present_at(db: Session, decision_id: int) -> list[str]:
    query = (
        select(col(Person.name))
        .join(Present, col(Present.person_id) == col(Person.id))
        .where(col(Present.decision_id) == decision_id)
        .order_by(col(Person.name))
    )
    return list(db.scalars(query))


def history(db: Session, round_: Round, idea_id: int) -> list[tuple[Decision, str]]:
    """All decisions on an idea in this round, the one that holds first, each with who recorded it."""
    query = (
        select(Decision, col(Person.name))
        .join(Person, col(Person.id) == col(Decision.decided_by))
        .where(col(Decision.round_id) == round_.id, col(Decision.idea_id) == idea_id)
        .order_by(col(Decision.id).desc())
    )
    return list(db.execute(query))


def letters_of(db: Session, round_id: int, idea_id: int) -> dict[int, Sent]:
    """What was sent of an idea's decisions in a round, by decision."""
    query = select(Sent).where(col(Sent.round_id) == round_id, col(Sent.idea_id) == idea_id)
    return {letter.decision_id: letter for letter in db.scalars(query)}


def conditions_of(db: Session, *decisions: int) -> dict[int, list[Condition]]:
    """In their order, by decision."""
    query = select(Condition).where(col(Condition.decision_id).in_(decisions)).order_by(col(Condition.place))
    found: dict[int, list[Condition]] = {}
    for one in db.scalars(query):
        found.setdefault(one.decision_id, []).append(one)
    return found


@dataclass(frozen=True)
class Before:
    """What the committee said of an idea earlier, and the new facts with which its authors ask again."""

    verdict: Verdict
    reason: str
    on: datetime
    revision: int


@dataclass(frozen=True)
class Past:
    decisions: Sequence[Before]
    facts: str = ""
    asked_at: datetime | None = None


def before(db: Session, idea_id: int, round_id: int) -> Past:
    """What took effect before this round, newest first. Nothing of it says who asks. One statement."""
    query = (
        select(
            *(col(Decision.verdict), col(Decision.reason), col(Decision.decided_at), col(Decision.revision)),
            *(col(Reconsideration.facts), col(Reconsideration.asked_at)),
        )
        .outerjoin(Reconsideration, col(Reconsideration.idea_id) == col(Decision.idea_id))
        .where(
            col(Decision.idea_id) == idea_id,
            col(Decision.round_id) != round_id,
            col(Decision.effective_at).is_not(None),
        )
        .order_by(col(Decision.id).desc())
    )
    rows = db.execute(query).all()
    facts = (rows[0][4] or "", rows[0][5]) if rows else ("", None)
    return Past([Before(*row[:4]) for row in rows], *facts)


def known_of(made: Decision) -> Mapping[str, Any] | None:
    """What was known that day, as it was frozen; None of what was decided before that was kept."""
    if not made.known:
        return None
    known: dict[str, Any] = json.loads(made.known)
    return known | {"on": date.fromisoformat(known["on"])}


def names_of(db: Session, known: Mapping[str, Any] | None) -> dict[int, str]:
    """The people of a frozen picture, as they are called now."""
    people = known["people"] if known else {}
    ids = {person for part in people.values() for person in part}
    query = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(ids)).order_by(col(Person.name))
    return dict(db.execute(query).all()) if ids else {}


def must_see(actor: Actor, round_: Round) -> None:
    if not (actor.on(round_.committee_id) or actor.id == round_.custodian_id):
        raise Refused("Decisions are for the committee.")
