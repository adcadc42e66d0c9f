"""What others may find of review by a reference: who sees it, its title and its address."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.ideas.models import Idea
from app.people.actor import Actor
from app.refs import Kind
from app.review import owners, rounds
from app.review.conflicts import unconcerned
from app.review.models import (
    Decision,
    Order,
    Review,
    ReviewStage,
    Round,
    RoundIdea,
    RoundStage,
    Sight,
)
from app.review.questions import queries as questions

OwnReview = aliased(Review)


def reviews_visible_to(actor: Actor) -> ColumnElement[bool]:
    """One's own; others' on ideas without a conflict, once one's own is in or the round takes no more, as far as the
    round's sight goes (by a reference, those that are sealed until all are in show from its closing)."""
    own_in = exists().where(
        col(OwnReview.round_id) == col(Review.round_id),
        col(OwnReview.idea_id) == col(Review.idea_id),
        col(OwnReview.reviewer_id) == actor.id,
        col(OwnReview.stage) == ReviewStage.SUBMITTED,
    )
    round_ = select(col(Round.id)).where(col(Round.committee_id).in_(list(actor.seats)))
    shown = or_(col(Round.sight) != Sight.MEETING, col(Round.revealed_at).is_not(None))
    closed = round_.where(
        or_(col(Round.stage) == RoundStage.PUBLISHED, and_(col(Round.stage) == RoundStage.CLOSED, shown))
    )
    at_once = round_.where(col(Round.stage) == RoundStage.OPEN, col(Round.sight) == Sight.MINE)
    unsealed = or_(col(Review.round_id).in_(closed), and_(col(Review.round_id).in_(at_once), own_in))
    return unconcerned(actor, col(Review.idea_id)) & or_(col(Review.reviewer_id) == actor.id, unsealed)


def places_visible_to(actor: Actor) -> ColumnElement[bool]:
    seen = select(col(Round.id)).where(rounds.visible_to(actor))
    return col(RoundIdea.round_id).in_(seen) & unconcerned(actor, col(RoundIdea.idea_id))


def decisions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Once in effect every employee reads it; before that the committee, without those who have a conflict."""
    if actor.guest:
        return col(Decision.id) < 0
    committee = select(col(Round.id)).where(rounds.visible_to(actor))
    early = col(Decision.round_id).in_(committee) & unconcerned(actor, col(Decision.idea_id))
    return or_(col(Decision.effective_at).is_not(None), early)


def title_of(idea_id: Any) -> Any:
    return select(col(Idea.title)).where(col(Idea.id) == idea_id).scalar_subquery()


kinds = [
    *questions.kinds,
    Kind("round", Round, rounds.visible_to, col(Round.name), lambda id_: f"/review/rounds/{id_}"),
    Kind(
        "to_do",
        Order,
        owners.orders_visible_to,
        title_of(Order.idea_id),
        lambda id_: f"/review/orders/{id_}",
    ),
    Kind(
        "review",
        Review,
        reviews_visible_to,
        title_of(Review.idea_id),
        lambda id_: f"/review/ideas/{id_}",
        parent=col(Review.idea_id),
    ),
    Kind(
        "round_idea",
        RoundIdea,
        places_visible_to,
        title_of(RoundIdea.idea_id),
        lambda id_: f"/review/rounds/{id_}",
        parent=col(RoundIdea.round_id),
    ),
    Kind(
        "decision",
        Decision,
        decisions_visible_to,
        title_of(Decision.idea_id),
        lambda id_: f"/ideas/{id_}",
        parent=col(Decision.idea_id),
    ),
]
