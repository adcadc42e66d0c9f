"""What waits because ideas of a round are given out: for its heads, and for members to say what they would read."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import col

from app.ideas.models import Author, Conflict, Idea
from app.ideas.queries import in_team
from app.people.actor import Actor
from app.people.models import Membership, Person, Seat
from app.review.assignment.models import Assignment, AssignmentPlan, Ending
from app.review.models import Review, Reviewer, ReviewStage, Round, RoundIdea


def planned() -> ColumnElement[bool]:
    """Of a round: ideas of it have been given out."""
    return exists().where(col(Assignment.round_id) == col(Round.id)).correlate(Round)


def among(*conditions: Any) -> ColumnElement[bool]:
    return exists().where(*conditions).correlate(Assignment, Round)


def lost() -> ColumnElement[bool]:
    """Of an assignment in its round: it does not count any more, since the member has a conflict, or has left before
    they submitted."""
    idea, person = col(Assignment.idea_id), col(Assignment.person_id)
    here = (
        *(col(Seat.person_id) == person, col(Seat.committee_id) == col(Round.committee_id), col(Seat.until).is_(None)),
        *(col(Person.id) == person, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None)),
    )
    done = (
        *(col(Review.round_id) == col(Assignment.round_id), col(Review.idea_id) == idea),
        *(col(Review.reviewer_id) == person, col(Review.stage) == ReviewStage.SUBMITTED),
    )
    return or_(
        ~among(*here) & ~among(*done),
        among(col(Author.idea_id) == idea, col(Author.person_id) == person),
        among(col(Idea.id) == idea, col(Membership.person_id) == person, *in_team()),
        among(col(Conflict.idea_id) == idea, col(Conflict.person_id) == person, col(Conflict.ended_at).is_(None)),
    )


def given_back() -> ColumnElement[bool]:
    """Of an assignment in its round: the member gave it back, and no plan was applied since."""
    last = (
        select(func.max(col(AssignmentPlan.made_at)))
        .where(col(AssignmentPlan.round_id) == col(Round.id))
        .correlate(Round)
        .scalar_subquery()
    )
    since = or_(last.is_(None), col(Assignment.withdrawn_at) > last)
    return and_(col(Assignment.ending) == Ending.MEMBER, since)


def fallen() -> ColumnElement[bool]:
    """Of a round: an assignment of an idea that it works on has fallen away since the last plan."""
    worked_on = among(
        col(RoundIdea.round_id) == col(Assignment.round_id),
        col(RoundIdea.idea_id) == col(Assignment.idea_id),
        col(RoundIdea.live).is_(True),
    )
    gone = or_(and_(col(Assignment.withdrawn_at).is_(None), lost()), given_back())
    return exists().where(col(Assignment.round_id) == col(Round.id), worked_on, gone).correlate(Round)


def untold(actor: Actor) -> ColumnElement[bool]:
    """Of a round: this member reviews in it, and has not said yet what they would rather read."""
    own = (col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id)
    return exists().where(*own, col(Reviewer.told_at).is_(None)).correlate(Round)
