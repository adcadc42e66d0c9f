"""Deciding several ideas as one unit: all of them, or none."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.errors import Stale
from app.estimates import Estimate
from app.people.actor import Actor
from app.review.batch.forms import BatchForm
from app.review.batch.queries import Consequences, Open
from app.review.conflicts import must_decide
from app.review.decisions import queries as decisions
from app.review.decisions.actions import decide
from app.review.decisions.known import calibrated_scores
from app.review.models import Decision, Round


def hold(db: Session, round_: Round, wanted: BatchForm) -> None:
    """Every idea is locked before anything is looked at, always in the same order: of a batch and a single decision
    that come at once one waits, and neither for ever."""
    for idea_id in sorted(set(wanted.ideas)):
        decisions.in_round(db, round_, idea_id, lock=True)


def apply(db: Session, actor: Actor, round_: Round, wanted: BatchForm, told: Consequences) -> list[Decision]:
    """The caller has locked the ideas, looked for mistakes, and worked the consequences out anew."""
    if wanted.shown != told.shown:
        raise Stale(
            "What you were shown has changed meanwhile. Nothing is decided. Go back, and look at the consequences anew."
        )
    scores = calibrated_scores(db, actor, round_)
    return [decide_one(db, actor, round_, wanted, row.idea_id, scores) for row in told.rows]


def decide_one(
    db: Session, actor: Actor, round_: Round, wanted: BatchForm, idea_id: int, scores: Mapping[int, Estimate]
) -> Decision:
    found = decisions.in_round(db, round_, idea_id)
    if found is None:
        raise Stale("One of these ideas is not in the round any more. Nothing is decided.")
    placed, idea, revision = found
    must_decide(db, actor, idea, round_)
    has = decisions.quorum(db, round_, idea_id)
    return decide(db, actor, round_, placed, idea, revision.number, wanted.of(idea_id), has, calibrated=scores)


def must_be_open(wanted: BatchForm, found: Sequence[Open]) -> None:
    if set(wanted.ideas) - {one.idea_id for one in found}:
        raise Stale("One of these ideas is decided, or is not in the round any more. Nothing is decided here.")


def mistakes(db: Session, actor: Actor, round_: Round, wanted: BatchForm) -> dict[str, str]:
    """What is wrong with what was typed, whatever the ideas."""
    wrong: dict[str, str] = {}
    if not wanted.ideas:
        wrong["ideas"] = "Choose one idea at least."
    if not all(wanted.why(idea) for idea in wanted.ideas) or not (wanted.ideas or wanted.reason):
        wrong["reason"] = "Give a reason: the authors read it."
    if wanted.ideas and not wrong:
        typed = decisions.mistakes(
            db, actor, round_, wanted.ideas[0], wanted.of(wanted.ideas[0]), decisions.Quorum(0, (), 0, 0)
        )
        wrong |= {field: words for field, words in typed.items() if field in ("day", "meeting")}
    return wrong
