"""What became of an idea in review, for who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea
from app.ideas.rules import author
from app.people.actor import Actor
from app.review import owners
from app.review.decisions.queries import WITH_CONDITIONS, conditions_of
from app.review.letters.models import Sent
from app.review.letters.queries import Composed as Letter
from app.review.letters.queries import read, taken
from app.review.models import (
    Condition,
    Decision,
    Order,
    OrderStage,
    Round,
    RoundStage,
    Verdict,
)
from app.review.rules import VERDICT_DONE


class Remark(NamedTuple):
    """What a reviewer wrote to the authors; `name` is empty unless the round tells authors who reviewed."""

    words: str
    name: str


@dataclass(frozen=True)
class Outcome:
    """What became of an idea in review. `remarks`: what the letter takes of what reviewers wrote for its authors;
    `letter` itself for the authors alone."""

    verdict: Verdict
    words: str
    reason: str
    decided_at: datetime | None
    remarks: tuple[Remark, ...]
    next: str
    order: int | None
    superseded: bool  # an earlier decision on the same revision was taken back
    conditions: Sequence[Condition] = ()
    letter: Letter | None = None


NEXT = {
    Verdict.APPROVE: "The chair charters a pilot.",
    Verdict.DO_NOW: "The owner of the process does it.",
    Verdict.DECLINE: "With new facts its authors may ask once more.",
    Verdict.DEFER: "It comes back to the committee on its day.",
    Verdict.RETURN: "Its authors change it and submit it again.",
}


def holding() -> Any:
    """The last decision on an idea that is in force, with its round, its order and its letter, for any reader: made
    once."""
    before = select(col(Decision.superseded_by)).where(col(Decision.superseded_by).is_not(None))
    order = (col(Order.decision_id) == col(Decision.id), col(Order.stage) != OrderStage.RECALLED)
    return (
        select(Decision, Round, col(Order.id), col(Decision.id).in_(before), Sent)
        .join(Round, col(Round.id) == col(Decision.round_id))
        .outerjoin(Sent, col(Sent.decision_id) == col(Decision.id))
        .outerjoin(Order, and_(*order, owners.ORDERS_OF_ANY_READER))
        .where(
            col(Decision.idea_id) == bindparam("idea"),
            col(Decision.superseded_by).is_(None),
            col(Decision.effective_at).is_not(None),
        )
        .order_by(col(Decision.id).desc())
        .limit(1)
    )


OUTCOME = holding()


def outcome_for(db: Session, actor: Actor, idea: Idea) -> Outcome | None:
    """The last decision that holds, once it has taken effect: at once, or in a blind round when it is published.

    For who may see the idea. Remarks are for its authors, once names are not hidden any more; in an order that does
    not tell whose they are. Five statements at most.
    """
    row = db.execute(OUTCOME, {"idea": idea.id, **owners.sight(actor)}).first()
    if row is None:
        return None
    made, round_, order_id, superseded, letter = row
    told = author(actor, idea) and (not round_.blind or round_.stage is RoundStage.PUBLISHED)
    remarks = tuple(Remark(one.words, one.name) for one in (taken(db, round_, idea.id) if told else ()))
    tied = made.verdict in WITH_CONDITIONS
    day = made.due or made.defer_to
    following = NEXT[made.verdict] if day is None else f"{NEXT[made.verdict][:-1]}, {day.day} {day:%b %Y}."
    return Outcome(
        made.verdict,
        VERDICT_DONE[made.verdict].capitalize(),
        made.reason,
        made.effective_at,
        remarks,
        following,
        order_id,
        bool(superseded),
        conditions_of(db, made.id).get(made.id, ()) if tied else (),
        read(db, letter) if letter and author(actor, idea) else None,
    )
