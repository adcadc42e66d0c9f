"""Decisions: recorded once with who was present, superseded perhaps, never edited; and how they take effect."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now, today
from app.errors import Refused, Stale
from app.ideas.models import Idea, Revision, Stage
from app.ideas.rules import life
from app.people.actor import Actor
from app.people.models import Committee, Person
from app.processes.models import Process
from app.record.actions import write
from app.review.conflicts import Member, concerned, eligible, members
from app.review.duty import duties
from app.review.forms import DecisionForm
from app.review.models import (
    Decision,
    Meeting,
    MeetingStage,
    Order,
    OrderStage,
    Present,
    Round,
    RoundIdea,
    RoundStage,
    Verdict,
)
from app.review.rounds import let_go
from app.review.rules import MOVES, correction, names_hidden, round_life
from app.review.standing import counted, lines
from app.workflow import Move


@dataclass(frozen=True)
class Quorum:
    """What a decision on one idea needs, and what there is."""

    needed: int  # members present
    eligible: Sequence[Member]
    reviews_needed: int
    reviews: int

    def of(self, present: Collection[int]) -> list[int]:
        """Those named as present who count."""
        return [member.id for member in self.eligible if member.id in present]


def quorum(db: Session, round_: Round, idea_id: int) -> Quorum:
    """Rule: as many members without a conflict as the committee's quorum; and as many reviews, or those of all who are
    asked to review the idea where they are fewer, but one at least."""
    needed = db.get_one(Committee, round_.committee_id).quorum
    known = concerned(db, [idea_id])
    able = [person for person, _ in duties(db, round_).of(idea_id) if not known.has(idea_id, person)]
    there = len(counted(lines(db, round_.id), known, idea_id))
    seated = eligible(members(db, round_.committee_id), known, idea_id)
    return Quorum(needed, seated, max(1, min(needed, len(able))), there)


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


def mistakes(db: Session, actor: Actor, round_: Round, wanted: DecisionForm, has: Quorum) -> dict[str, str]:
    """What keeps this decision from being recorded, by field."""
    found: dict[str, str] = {}
    first_day = today(db.info["settings"].time_zone) + timedelta(days=wanted.verdict is Verdict.DEFER)
    if wanted.verdict in (Verdict.DEFER, Verdict.DO_NOW) and (wanted.day is None or wanted.day < first_day):
        found["day"] = "Say until which day: one that is still to come."
    if wanted.meeting and wanted.meeting not in {meeting.id for meeting in meetings_of(db, round_.committee_id)}:
        found["meeting"] = "Choose one of the committee’s meetings."
    here = len(has.of(wanted.present))
    if here < has.needed:
        words = f"The quorum is {has.needed} members without a conflict; of those you named, {here} count."
        if not names_hidden(actor, round_):
            words += f" {len(has.eligible)} could take part."
        found["present"] = words
    if has.reviews < has.reviews_needed:
        found[""] = (
            f"{has.reviews_needed} submitted {'review is' if has.reviews_needed == 1 else 'reviews are'} needed, and "
            f"{has.reviews} {'is' if has.reviews == 1 else 'are'} in. Take the idea out: another round can review it."
        )
    return found


def meetings_of(db: Session, committee_id: int) -> list[Meeting]:
    query = (
        select(Meeting)
        .where(col(Meeting.committee_id) == committee_id, col(Meeting.stage) != MeetingStage.CANCELLED)
        .order_by(col(Meeting.at).desc(), col(Meeting.id).desc())
        .limit(20)
    )
    return list(db.scalars(query))


def must_be_ready(round_: Round, placed: RoundIdea, kept: Decision | None, instead_of: int | None) -> None:
    """Decisions are made when the reviewing is closed; later ones supersede the one that the page showed."""
    if round_.stage not in (RoundStage.CLOSED, RoundStage.PUBLISHED):
        raise Stale(f"This round is {round_.stage.value}. Decisions are recorded when its reviewing is closed.")
    here = kept if kept and kept.round_id == round_.id else None
    if here is not None and here.id != instead_of:
        raise Stale("This idea has been decided meanwhile. Look at the decision before you go on.")
    if here is None and (instead_of or not placed.live):
        raise Stale("There is no such decision to supersede any more.")


def decide(
    db: Session,
    actor: Actor,
    round_: Round,
    placed: RoundIdea,
    idea: Idea,
    number: int,
    wanted: DecisionForm,
    has: Quorum,
) -> Decision:
    """Record it. The caller has locked the idea and looked for mistakes; of several who decide at once one gets here
    first, and the others are told so."""
    kept = live_decision(db, idea.id, number)
    must_be_ready(round_, placed, kept, wanted.instead_of)
    correcting = kept is not None and kept.effective_at is not None and kept.round_id == round_.id
    if not correcting and idea.stage is not Stage.IN_REVIEW:
        raise Stale(f"This idea is {idea.stage.value} now. It cannot be decided here.")
    made = Decision(
        idea_id=idea.id,
        revision=number,
        round_id=round_.id,
        meeting_id=wanted.meeting,
        verdict=wanted.verdict,
        reason=wanted.reason,
        decided_by=actor.id,
        quorum=has.needed,
        defer_to=wanted.day if wanted.verdict is Verdict.DEFER else None,
        due=wanted.day if wanted.verdict is Verdict.DO_NOW else None,
    )
    record_it(db, actor, made, kept, has.of(wanted.present))
    if correcting and kept is not None:
        recall(db, kept)
        take_effect(db, made, idea, correction_of(actor, idea, made))
    elif not round_.blind or round_.stage is RoundStage.PUBLISHED:
        take_effect(db, made, idea, move_of(made, idea))
    return made


def record_it(db: Session, actor: Actor, made: Decision, kept: Decision | None, present: Sequence[int]) -> None:
    """The index allows one live decision a revision at every moment: so the new one first stands aside."""
    if kept is not None:
        made.superseded_by = kept.id
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This idea has been decided at this moment. Look at the decision before you go on.") from error
    if kept is not None:
        kept.superseded_by = made.id
        db.flush()
        made.superseded_by = None
    db.add_all(Present(decision_id=made.id, person_id=person) for person in present)
    figures = {"idea": made.idea_id, "revision": made.revision, "round": made.round_id, "quorum": made.quorum}
    if kept is not None:
        figures["supersedes"] = kept.id
    # Who was present tells, by who is missing, who has a conflict: sealed, as the scores are.
    words = {"reason": made.reason, "present": json.dumps(sorted(present))}
    before = kept.verdict.value if kept else ""
    write(db, actor.id, "decide", made.ref, before=before, after=made.verdict.value, figures=figures, words=words)


def move_of(made: Decision, idea: Idea) -> Move[Idea]:
    move = life.by_name.get((MOVES[made.verdict][0], idea.stage))
    if move is None:
        raise Stale(f"This idea is {idea.stage.value} now. It cannot be decided here.")
    return move


def correction_of(actor: Actor, idea: Idea, made: Decision) -> Move[Idea]:
    return correction.check(actor, idea, MOVES[made.verdict][0], made.reason, form=True)


def take_effect(db: Session, made: Decision, idea: Idea, move: Move[Idea]) -> None:
    """The idea moves, and its authors read the reason. Who may decide was asked when it was decided."""
    life.step(
        db,
        made.decided_by,
        idea,
        move,
        made.reason,
        figures={"decision": made.id},
        answered_at=now(),
        deferred_to=made.defer_to,
    )
    made.effective_at = now()
    if made.verdict is Verdict.DO_NOW and made.due:
        owner = db.get_one(Process, idea.process_id).owner_id
        give(db, made, idea, owner, made.due)


def give(db: Session, made: Decision, idea: Idea, owner_id: int, due: date) -> None:
    order = Order(idea_id=idea.id, decision_id=made.id, owner_id=owner_id, due=due)
    db.add(order)
    db.flush()
    figures = {"idea": idea.id, "owner": owner_id, "due": due.isoformat()}
    write(db, made.decided_by, "order", order.ref, after=order.stage.value, figures=figures)


def recall(db: Session, kept: Decision) -> None:
    """What was ordered by a decision that is superseded is recalled, unless it is done."""
    order = db.scalars(select(Order).where(col(Order.decision_id) == kept.id).with_for_update()).first()
    if order is None:
        return
    if order.stage is OrderStage.DONE:
        raise Stale("What was ordered is done. The decision behind it stays.")
    order.stage = OrderStage.RECALLED
    order.version += 1


def undecided(db: Session, round_id: int) -> list[int]:
    done = select(col(Decision.idea_id)).where(
        col(Decision.round_id) == round_id, col(Decision.superseded_by).is_(None)
    )
    query = select(col(RoundIdea.idea_id)).where(
        col(RoundIdea.round_id) == round_id, col(RoundIdea.live).is_(True), col(RoundIdea.idea_id).not_in(done)
    )
    return list(db.scalars(query))


def publish(db: Session, actor: Actor, round_: Round, version: int | None) -> None:
    """All decisions take effect, the sealed scores are opened in the record, and the veils are lifted."""
    round_life.check(actor, round_, "publish")
    if left := undecided(db, round_.id):
        words = "1 idea still needs" if len(left) == 1 else f"{len(left)} ideas still need"
        raise Stale(f"{words} a decision. Decide, or take out what cannot be decided here.")
    query = (
        select(Decision, Idea, RoundIdea)
        .join(Idea, col(Idea.id) == col(Decision.idea_id))
        .join(RoundIdea, col(RoundIdea.idea_id) == col(Idea.id))
        .where(
            col(Decision.round_id) == round_.id,
            col(Decision.superseded_by).is_(None),
            col(RoundIdea.round_id) == round_.id,
        )
        .order_by(col(Idea.id))
        .with_for_update(of=Idea)
    )
    known_lines = lines(db, round_.id)
    decided = list(db.execute(query))
    known = concerned(db, [idea.id for _, idea, _ in decided])
    for made, idea, placed in decided:
        if made.effective_at is None:
            take_effect(db, made, idea, move_of(made, idea))
        # In order of size: the totals, not whose they are.
        totals = sorted(str(line.total) for line in counted(known_lines, known, idea.id))
        write(db, actor.id, "unseal", placed.ref, figures={"idea": idea.id, "totals": totals})
    round_life.make(db, actor, round_, "publish", version=version, published_at=now())
    let_go(db, round_.id)


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


def must_see(actor: Actor, round_: Round) -> None:
    if not (actor.on(round_.committee_id) or actor.id == round_.custodian_id):
        raise Refused("Decisions are for the committee.")
