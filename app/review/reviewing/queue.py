"""What waits to be reviewed by a member, how far they are, and which idea comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.ideas.models import Idea, Revision
from app.people.actor import Actor
from app.processes.models import Process
from app.review.conflicts import unconcerned
from app.review.duty import is_asked
from app.review.models import Review, Reviewer, ReviewStage, Round, RoundIdea, RoundStage


@dataclass(frozen=True)
class Progress:
    """How far a reviewer is in a round: what is filed, and what is expected of them."""

    filed: int
    expected: int
    due: date  # their own day, where they were given longer


def progress(db: Session, actor: Actor, round_: Round) -> Progress:
    """One statement. Ideas that are not given to them, or with which they have a conflict, are not expected."""
    mine = exists().where(
        col(Review.round_id) == round_.id,
        col(Review.idea_id) == col(RoundIdea.idea_id),
        col(Review.reviewer_id) == actor.id,
        col(Review.stage) == ReviewStage.SUBMITTED,
    )
    here = (col(Reviewer.round_id) == round_.id, col(Reviewer.person_id) == actor.id)
    longer = select(col(Reviewer.due)).where(*here).scalar_subquery()
    query = (
        select(func.count(col(RoundIdea.id)), func.coalesce(func.sum(case_when((mine, 1), else_=0)), 0), longer)
        .join(Round, col(Round.id) == col(RoundIdea.round_id))
        .where(
            col(Round.id) == round_.id,
            col(RoundIdea.live).is_(True),
            is_asked(actor.id),
            unconcerned(actor, col(RoundIdea.idea_id)),
        )
    )
    expected, filed, due = db.execute(query).one()
    return Progress(int(filed), int(expected), due or round_.due)


@dataclass(frozen=True)
class Task:
    """An idea that waits for this reviewer."""

    idea_id: int
    title: str
    process: str
    round_id: int
    round: str
    due: date
    kept_at: datetime | None


def is_in(reviewer: Any) -> ColumnElement[bool]:
    """Whether this reviewer's review of the idea in this round is submitted."""
    other = aliased(Review)
    return exists().where(
        col(other.round_id) == col(RoundIdea.round_id),
        col(other.idea_id) == col(RoundIdea.idea_id),
        col(other.reviewer_id) == reviewer,
        col(other.stage) == ReviewStage.SUBMITTED,
    )


def waiting(actor: Actor) -> Select[int, str, str, int, str, date, datetime]:
    mine = and_(
        col(Review.round_id) == col(Round.id),
        col(Review.idea_id) == col(RoundIdea.idea_id),
        col(Review.reviewer_id) == actor.id,
    )
    return (
        select(
            col(RoundIdea.idea_id),
            col(Revision.title),
            col(Process.name),
            col(Round.id),
            col(Round.name),
            func.coalesce(col(Reviewer.due), col(Round.due)).label("due"),
            col(Review.begun_at),
        )
        .join(Round, col(Round.id) == col(RoundIdea.round_id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .join(Reviewer, and_(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id))
        .outerjoin(Review, mine)
        .where(
            col(Round.stage) == RoundStage.OPEN,
            col(RoundIdea.live).is_(True),
            is_asked(actor.id),
            ~is_in(actor.id),
            unconcerned(actor, col(RoundIdea.idea_id)),
            or_(col(Round.committee_id).in_(list(actor.seats)), col(Reviewer.stands_in_for).is_not(None)),
        )
    )


def tasks(db: Session, actor: Actor) -> list[Task]:
    """What waits for this reviewer, in order of due date. One statement."""
    query = waiting(actor).order_by(literal_column("due"), col(Round.id), col(RoundIdea.idea_id))
    return [] if actor.guest else [Task(*row) for row in db.execute(query)]


def next_task(db: Session, actor: Actor, round_id: int) -> Task | None:
    """Of what waits, the idea with the fewest reviews, in this round first: so that all get theirs."""
    came = (
        select(func.count())
        .where(
            col(Review.round_id) == col(RoundIdea.round_id),
            col(Review.idea_id) == col(RoundIdea.idea_id),
            col(Review.stage) == ReviewStage.SUBMITTED,
        )
        .correlate(RoundIdea)
        .scalar_subquery()
    )
    query = (
        waiting(actor).order_by(col(Round.id) != round_id, came, literal_column("due"), col(RoundIdea.idea_id)).limit(1)
    )
    row = db.execute(query).first()
    return Task(*row) if row else None
