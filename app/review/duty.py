"""Who is asked to review which idea: the one place that knows, as rows in Python and as SQL.

A reviewer is asked for every idea of the round, or where ideas are given out for those that they were given. While one
is away, what they have not begun comes to whoever stands in for them; what either of the two has begun is theirs.
Nothing here asks who wrote an idea. Conflicts come on top: whoever is asked and has one neither sees nor scores.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.people.models import Person
from app.review.assignment.models import Assignment
from app.review.conflicts import Concerned
from app.review.conflicts.rules import Pair
from app.review.models import Review, Reviewer, Round, RoundIdea, RoundStage


@dataclass(frozen=True)
class Asked:
    """A reviewer of a round as a row."""

    id: int
    name: str
    due: date | None = None
    away: bool = False
    stands_in_for: int | None = None

    @property
    def holder(self) -> int:
        """Whose reviews these are: their own, or those of the member for whom they stand in."""
        return self.stands_in_for or self.id


def is_asked(person: Any) -> ColumnElement[bool]:
    """Of a round and an idea placed in it, joined: this person is asked to review it."""
    mine, other = aliased(Reviewer), aliased(Reviewer)
    given = exists().where(
        col(Assignment.round_id) == col(Round.id),
        col(Assignment.idea_id) == col(RoundIdea.idea_id),
        col(Assignment.person_id) == holder(mine),
        col(Assignment.withdrawn_at).is_(None),
    )
    taken = exists().where(
        col(other.round_id) == col(mine.round_id),
        col(other.person_id) != col(mine.person_id),
        holder(other) == holder(mine),
        begun_by(col(other.person_id), other),
    )
    here = col(mine.away).is_(False) & ~taken.correlate(Round, RoundIdea, mine)
    asks = exists().where(
        col(mine.round_id) == col(Round.id),
        col(mine.person_id) == person,
        or_(col(Round.assigned).is_(False), given.correlate(Round, RoundIdea, mine)),
        or_(begun_by(col(mine.person_id), mine), here),
    )
    return asks.correlate(Round, RoundIdea)


def holder(row: Any) -> ColumnElement[Any]:
    return func.coalesce(col(row.stands_in_for), col(row.person_id))


def begun_by(person: Any, *outer: Any) -> ColumnElement[bool]:
    """Of a round and an idea placed in it: this person has begun or submitted a review. outer: of what it asks."""
    one = aliased(Review)
    begun = exists().where(
        col(one.round_id) == col(Round.id),
        col(one.idea_id) == col(RoundIdea.idea_id),
        col(one.reviewer_id) == person,
    )
    return begun.correlate(Round, RoundIdea, *outer)


def stood_in(actor_id: int) -> Any:
    """The rounds in which this person stands in for somebody."""
    mine = (col(Reviewer.person_id) == actor_id, col(Reviewer.stands_in_for).is_not(None))
    return select(col(Reviewer.round_id)).where(*mine)


def in_place(db: Session, actor_id: int, idea_id: int) -> bool:
    """Whether this person is asked to review the idea because they stand in for somebody."""
    query = (
        select(col(Round.id))
        .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
        .where(
            col(RoundIdea.idea_id) == idea_id,
            col(RoundIdea.live).is_(True),
            col(Round.stage) == RoundStage.OPEN,
            col(Round.id).in_(stood_in(actor_id)),
            is_asked(actor_id),
        )
    )
    return db.scalars(query).first() is not None


@dataclass(frozen=True)
class Duties:
    """The same of one round, read. `given` is None where everybody reviews everything; `begun`: who has begun (or
    submitted) which review."""

    people: Sequence[Asked] = ()
    given: Mapping[int, frozenset[int]] | None = field(default=None)
    begun: Collection[Pair] = frozenset()

    def of(self, idea_id: int) -> list[Asked]:
        """Who is asked to review this idea, by name."""
        if self.given is None:
            return [one for one in self.people if self.falls_to(one, idea_id)]
        asked = self.given.get(idea_id, frozenset())
        return [one for one in self.people if one.holder in asked and self.falls_to(one, idea_id)]

    def falls_to(self, one: Asked, idea_id: int) -> bool:
        """Whether of a member and those who stand in for them it is this one who reviews the idea."""
        if (idea_id, one.id) in self.begun:
            return True
        return not one.away and not any(
            (idea_id, other.id) in self.begun for other in self.people if other.holder == one.holder
        )

    def hand(self, idea_id: int, person_id: int) -> int:
        """Who reviews what is a member's to review: themselves, or who stands in for them."""
        group = [one for one in self.people if one.holder == person_id and self.falls_to(one, idea_id)]
        return min(group, key=lambda one: one.id != person_id).id if group else person_id

    def has(self, idea_id: int, person_id: int) -> bool:
        return any(one.id == person_id for one in self.of(idea_id))

    def reviews(self, person_id: int) -> bool:
        """Whether this person is one of the round's reviewers at all."""
        return any(one.id == person_id for one in self.people)

    @property
    def members(self) -> list[Asked]:
        """Without those who stand in for others."""
        return [one for one in self.people if one.stands_in_for is None]


def nobody_awaited(round_: Round, idea_id: int, known: Concerned, all_duties: Duties, filed: Collection[int]) -> bool:
    """Whether all reviews of an idea are in that can be expected. In a blind round an author among the reviewers counts
    as one who is still to come: else what opens early would tell of them."""
    out = known.told(hidden=round_.blind)
    return all(one.id in filed for one in all_duties.of(idea_id) if (idea_id, one.id) not in out)


def duties(db: Session, round_: Round, begun: Collection[Pair] | None = None) -> Duties:
    """One statement; a second where ideas are given out, a third where somebody is away. begun: where it is known."""
    people = reviewers(db, round_.id)
    given = given_out(db, round_.id) if round_.assigned else None
    if begun is None:
        begun = begun_in(db, round_.id) if any(one.away or one.stands_in_for for one in people) else ()
    return Duties(people, given, frozenset(begun))


def begun_in(db: Session, round_id: int) -> list[Pair]:
    query = select(col(Review.idea_id), col(Review.reviewer_id)).where(col(Review.round_id) == round_id)
    return [(idea, person) for idea, person in db.execute(query)]


def given_out(db: Session, round_id: int) -> dict[int, frozenset[int]]:
    query = select(col(Assignment.idea_id), col(Assignment.person_id)).where(
        col(Assignment.round_id) == round_id, col(Assignment.withdrawn_at).is_(None)
    )
    found: dict[int, set[int]] = {}
    for idea, person in db.execute(query):
        found.setdefault(idea, set()).add(person)
    return {idea: frozenset(people) for idea, people in found.items()}


def reviewers(db: Session, round_id: int) -> list[Asked]:
    """All who were ever asked in this round, by name."""
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
