"""The forecasts that members gave with their reviews. What came of them stands with the pilots, which review does not
know: the page brings the two together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Revision
from app.people.actor import Actor
from app.review.conflicts import concerned, unconcerned
from app.review.models import Review, ReviewStage, Round, RoundIdea, RoundStage

ENOUGH = 3  # members: a sum of fewer is about single people


@dataclass(frozen=True)
class Given:
    """A forecast as it was submitted. `measure`: the outcome that it is of, empty where there was none."""

    idea_id: int
    title: str
    measure: str
    reviewer_id: int
    value: float
    low: float | None
    high: float | None


def given() -> Select[int, str, str, int, float | None, float | None, float | None]:
    return (
        select(
            *(
                col(Review.idea_id),
                col(Revision.title),
                func.coalesce(col(Review.forecast_of), ""),
                col(Review.reviewer_id),
            ),
            *(col(Review.forecast), col(Review.forecast_low), col(Review.forecast_high)),
        )
        .join(Round, col(Round.id) == col(Review.round_id))
        .join(RoundIdea, (col(RoundIdea.round_id) == Round.id) & (col(RoundIdea.idea_id) == col(Review.idea_id)))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .where(
            col(Review.stage) == ReviewStage.SUBMITTED,
            col(Review.forecast).is_not(None),
            col(Round.stage) == RoundStage.PUBLISHED,
        )
        .order_by(col(Review.idea_id), col(Review.id))
    )


def as_given(db: Session, query: Any) -> list[Given]:
    return [Given(*row) for row in db.execute(query)]


def mine(db: Session, actor: Actor) -> list[Given]:
    """One's own, of ideas with which one has no conflict. One statement."""
    query = given().where(col(Review.reviewer_id) == actor.id, unconcerned(actor, col(Review.idea_id)))
    return as_given(db, query)


def of_committees(db: Session, actor: Actor) -> list[Given]:
    """Every member's, in the committees on which this person sits: for sums alone. Two statements."""
    here = select(col(Idea.id)).where(col(Idea.committee_id).in_(list(actor.seats)))
    query = given().where(col(Review.idea_id).in_(here), unconcerned(actor, col(Review.idea_id)))
    found = as_given(db, query)
    known = concerned(db, {one.idea_id for one in found})
    return [one for one in found if not known.has(one.idea_id, one.reviewer_id)]


def enough(found: Sequence[Given]) -> bool:
    return len({one.reviewer_id for one in found}) >= ENOUGH
