"""What waits because ideas of a round are given out: for its heads, and for members to say what they would read."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.ideas.models import Author, Conflict, ConflictKind, Idea
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
    """Of an assignment in its round: it does not count any more, since the member has left before it was submitted, or
    who has it in hand has a conflict: the member, or who stands in for them (`Scene.hindered`)."""
    idea, person = col(Assignment.idea_id), col(Assignment.person_id)
    here = (
        *(col(Seat.person_id) == person, col(Seat.committee_id) == col(Round.committee_id), col(Seat.until).is_(None)),
        *(col(Person.id) == person, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None)),
    )
    row = aliased(Reviewer)
    submitted = (*of_assignment(Review), col(Review.stage) == ReviewStage.SUBMITTED)
    of_them = (col(row.round_id) == col(Round.id), col(row.person_id) == col(Review.reviewer_id))
    done = (*submitted, *of_them, func.coalesce(col(row.stands_in_for), col(row.person_id)) == person)
    other = aliased(Reviewer)
    stands_in = (col(other.round_id) == col(Round.id), col(other.stands_in_for) == person, in_hand_of(other))
    blind, declared = col(Round.blind).is_(True), concerned(idea, col(other.person_id), other, said=True)
    return or_(
        ~among(*here) & ~among(*done),
        concerned(idea, person) & ~among(*stands_in),
        among(*stands_in, or_(declared, ~blind & concerned(idea, col(other.person_id), other))),
    )


def concerned(idea: Any, person: Any, *outer: Any, said: bool = False) -> ColumnElement[bool]:
    """Of an assignment in its round: this person has a conflict with its idea. said: one that they declared."""

    def there(*conditions: Any) -> ColumnElement[bool]:
        return exists().where(*conditions).correlate(Assignment, Round, *outer)

    live = (col(Conflict.idea_id) == idea, col(Conflict.person_id) == person, col(Conflict.ended_at).is_(None))
    if said:
        return there(*live, col(Conflict.kind) == ConflictKind.DECLARED)
    return or_(
        there(col(Author.idea_id) == idea, col(Author.person_id) == person),
        there(col(Idea.id) == idea, col(Membership.person_id) == person, *in_team()),
        there(*live),
    )


def of_assignment(review: Any) -> tuple[Any, ...]:
    return col(review.round_id) == col(Assignment.round_id), col(review.idea_id) == col(Assignment.idea_id)


def in_hand_of(other: Any) -> ColumnElement[bool]:
    """Of an assignment in its round: this row of who stands in for the member has it (`Duties.hand`)."""

    def begun(person: Any) -> ColumnElement[bool]:
        one = aliased(Review)
        there = exists().where(*of_assignment(one), col(one.reviewer_id) == person)
        return there.correlate(Assignment, Round, other)

    return ~begun(col(Assignment.person_id)) & or_(begun(col(other.person_id)), col(other.away).is_(False))


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
    """Of a round: this member reviews in it for themselves, and has not said yet what they would rather read."""
    own = (
        *(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id),
        col(Reviewer.stands_in_for).is_(None),
    )
    return exists().where(*own, col(Reviewer.told_at).is_(None)).correlate(Round)
