"""Decisions: recorded once with who was present, superseded perhaps, never edited; and how they take effect."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.estimates import Estimate
from app.ideas.models import Idea, Stage
from app.ideas.rules import life
from app.people.actor import Actor
from app.processes.models import Process
from app.record.actions import write
from app.review.conflicts import concerned
from app.review.decisions.known import calibrated_scores, freeze
from app.review.decisions.queries import Quorum, live_decision, must_be_ready, undecided
from app.review.decisions.voted import last_motion, vote_of
from app.review.forms import DecisionForm
from app.review.letters.actions import send
from app.review.models import Condition, Decision, Order, OrderStage, Present, Round, RoundIdea, RoundStage, Verdict
from app.review.rounds import let_go
from app.review.rules import MOVES, correction, round_life
from app.review.standing import counted, lines
from app.workflow import Move, Workflow


def decide(
    db: Session,
    actor: Actor,
    round_: Round,
    placed: RoundIdea,
    idea: Idea,
    number: int,
    wanted: DecisionForm,
    has: Quorum,
    *,
    calibrated: Mapping[int, Estimate] | None = None,
) -> Decision:
    """Record it. The caller has locked the idea and looked for mistakes; of several who decide at once one gets here
    first, and the others are told so. calibrated: the scores of the round by idea, where they were looked up already.
    """
    kept = live_decision(db, idea.id, number)
    must_be_ready(round_, placed, kept, wanted.instead_of)
    correcting = kept is not None and kept.effective_at is not None and kept.round_id == round_.id
    if not correcting and idea.stage is not Stage.IN_REVIEW:
        raise Stale(f"This idea is {idea.stage.value} now. It cannot be decided here.")
    present = has.of(wanted.present)
    voted = vote_of(last_motion(db, round_.id, idea.id))
    score = (calibrated_scores(db, actor, round_) if calibrated is None else calibrated).get(idea.id)
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
        known=freeze(db, round_, idea, present, has, vote=voted, calibrated=score),
    )
    record_it(db, actor, made, kept, present, wanted)
    if correcting and kept is not None:
        recall(db, kept)
        take_effect(db, made, idea, move_of(made, idea, correction))
        if round_.stage is RoundStage.PUBLISHED:
            send(db, actor, round_, made, idea)
    elif not round_.blind or round_.stage is RoundStage.PUBLISHED:
        take_effect(db, made, idea, move_of(made, idea))
        placed.live = False  # the round is done with it: deferred, it can stand in another one on its day
    return made


def record_it(
    db: Session, actor: Actor, made: Decision, kept: Decision | None, present: Sequence[int], wanted: DecisionForm
) -> None:
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
    asked = [(words, by) for _, words, by in wanted.conditions()]
    db.add_all(
        Condition(decision_id=made.id, place=place, words=words, due=by) for place, (words, by) in enumerate(asked, 1)
    )
    # Who was present tells, by who is missing, who has a conflict: sealed, as the scores and what was known are.
    words = {"reason": made.reason, "present": json.dumps(sorted(present)), "known": made.known}
    if asked:
        words["conditions"] = json.dumps([[one, by.isoformat() if by else None] for one, by in asked])
    before = kept.verdict.value if kept else ""
    write(db, actor.id, "decide", made.ref, before=before, after=made.verdict.value, figures=figures, words=words)


def move_of(made: Decision, idea: Idea, way: Workflow[Idea] = life) -> Move[Idea]:
    """Who may was asked before: in a round led by members it is more than whoever is in charge of the idea."""
    move = way.by_name.get((MOVES[made.verdict][0], idea.stage))
    if move is None:
        raise Stale(f"This idea is {idea.stage.value} now. It cannot be decided here.")
    return move


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


def publish(db: Session, actor: Actor, round_: Round, version: int | None) -> None:
    """All decisions take effect, the sealed scores are opened in the record, the veils are lifted, and the letters to
    all authors go together."""
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
    for made, idea, _ in decided:
        send(db, actor, round_, made, idea)
