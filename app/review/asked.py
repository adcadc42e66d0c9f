"""Who is asked to review which idea of a round: the one place that knows, as rows in Python and as SQL.

A reviewer is asked for every idea of the round. While one is away, what they have not begun comes to whoever stands in
for them; what either of the two has begun is theirs. Nothing here asks who wrote an idea.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.people.models import Person
from app.review.models import Review, Reviewer, RoundIdea

Pair = tuple[int, int]  # idea, person


@dataclass(frozen=True)
class Asked:
    """A reviewer of a round as a row."""

    id: int
    name: str
    due: date | None = None
    away: bool = False
    stands_in_for: int | None = None


def of_round(db: Session, round_id: int) -> list[Asked]:
    """All who were ever asked in this round, by name. One statement."""
    query = (
        select(
            *(col(Person.id), col(Person.name)),
            *(col(Reviewer.due), col(Reviewer.away), col(Reviewer.stands_in_for)),
        )
        .join(Reviewer, col(Reviewer.person_id) == col(Person.id))
        .where(col(Reviewer.round_id) == round_id)
        .order_by(col(Person.name), col(Person.id))
    )
    rows: list[Any] = list(db.execute(query))
    return [Asked(*row) for row in rows]


def asks(people: Collection[Asked], begun: Collection[Pair], idea_id: int) -> list[Asked]:
    """Those of a round's reviewers who are asked for this idea. begun: who has begun (or submitted) which review."""
    return [one for one in people if is_theirs(one, people, begun, idea_id)]


def is_theirs(one: Asked, people: Collection[Asked], begun: Collection[Pair], idea_id: int) -> bool:
    if (idea_id, one.id) in begun:
        return True
    if one.away:
        return False
    if one.stands_in_for is not None:
        return (idea_id, one.stands_in_for) not in begun
    return not any(other.stands_in_for == one.id and (idea_id, other.id) in begun for other in people)


def begun_by(person: Any) -> ColumnElement[bool]:
    one = aliased(Review)
    return (
        exists()
        .where(
            col(one.round_id) == col(RoundIdea.round_id),
            col(one.idea_id) == col(RoundIdea.idea_id),
            col(one.reviewer_id) == person,
        )
        .correlate(RoundIdea, Reviewer)
    )


def is_asked() -> ColumnElement[bool]:
    """The same in SQL, for selects that have a row of `Reviewer` and one of `RoundIdea`."""
    other, taken = aliased(Reviewer), aliased(Review)
    by_stand_in = (
        exists()
        .where(
            col(other.round_id) == col(Reviewer.round_id),
            col(other.stands_in_for) == col(Reviewer.person_id),
            col(taken.round_id) == col(RoundIdea.round_id),
            col(taken.idea_id) == col(RoundIdea.idea_id),
            col(taken.reviewer_id) == col(other.person_id),
        )
        .correlate(RoundIdea, Reviewer)
    )
    own = and_(col(Reviewer.stands_in_for).is_(None), ~by_stand_in)
    in_place = and_(col(Reviewer.stands_in_for).is_not(None), ~begun_by(col(Reviewer.stands_in_for)))
    here = and_(col(Reviewer.away).is_(False), or_(own, in_place))
    return or_(begun_by(col(Reviewer.person_id)), here)


def stood_in(actor_id: int) -> Any:
    """The rounds in which this person stands in for somebody."""
    mine = (col(Reviewer.person_id) == actor_id, col(Reviewer.stands_in_for).is_not(None))
    return select(col(Reviewer.round_id)).where(*mine)


def begun_in(reviews: Collection[Any]) -> set[Pair]:
    """Of rows that know their idea and reviewer."""
    return {(row.idea_id, row.reviewer_id) for row in reviews}
