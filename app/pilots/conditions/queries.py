"""The conditions that the committee tied to its approval, as the pilot is held to them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.pilots.models import Pilot
from app.review.models import Condition, Decision


def conditions_of(db: Session, pilot: Pilot) -> Sequence[Condition]:
    """Of the decision that holds. One statement."""
    query = (
        select(Condition)
        .join(Decision, col(Decision.id) == col(Condition.decision_id))
        .where(
            col(Decision.idea_id) == pilot.idea_id,
            col(Decision.superseded_by).is_(None),
            col(Decision.effective_at).is_not(None),
            col(Decision.revision) == pilot.idea.revision,
        )
        .order_by(col(Condition.place))
    )
    return db.scalars(query).all()
