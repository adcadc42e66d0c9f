"""Who is asked to review which idea: the one place that knows whether everybody reviews everything.

Conflicts come on top: whoever is asked and has one neither sees nor scores, wherever this is read.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.models import Person
from app.review.assignment.models import Assignment
from app.review.conflicts import Concerned
from app.review.models import Reviewer, Round, RoundIdea


def is_asked(person: Any) -> ColumnElement[bool]:
    """Of a round and an idea placed in it, joined: this person is asked to review it."""
    reviews = exists().where(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == person)
    given = exists().where(
        col(Assignment.round_id) == col(Round.id),
        col(Assignment.idea_id) == col(RoundIdea.idea_id),
        col(Assignment.person_id) == person,
        col(Assignment.withdrawn_at).is_(None),
    )
    return reviews.correlate(Round) & or_(col(Round.assigned).is_(False), given.correlate(Round, RoundIdea))


@dataclass(frozen=True)
class Duties:
    """The same of one round, read. `given` is None where everybody reviews everything."""

    people: Sequence[tuple[int, str]]
    given: Mapping[int, frozenset[int]] | None = field(default=None)

    def of(self, idea_id: int) -> list[tuple[int, str]]:
        """Who is asked to review this idea, by name."""
        if self.given is None:
            return list(self.people)
        asked = self.given.get(idea_id, frozenset())
        return [(person, name) for person, name in self.people if person in asked]

    def has(self, idea_id: int, person_id: int) -> bool:
        return any(person == person_id for person, _ in self.of(idea_id))

    def reviews(self, person_id: int) -> bool:
        """Whether this person is one of the round's reviewers at all."""
        return any(person == person_id for person, _ in self.people)


def nobody_awaited(round_: Round, idea_id: int, known: Concerned, all_duties: Duties, filed: Collection[int]) -> bool:
    """Whether all reviews of an idea are in that can be expected. In a blind round an author among the reviewers counts
    as one who is still to come: else what opens early would tell of them."""
    out = known.told(hidden=round_.blind)
    return all(person in filed for person, _ in all_duties.of(idea_id) if (idea_id, person) not in out)


def duties(db: Session, round_: Round) -> Duties:
    """One statement; a second where ideas are given out."""
    people = reviewers(db, round_.id)
    return Duties(people, given_out(db, round_.id) if round_.assigned else None)


def given_out(db: Session, round_id: int) -> dict[int, frozenset[int]]:
    query = select(col(Assignment.idea_id), col(Assignment.person_id)).where(
        col(Assignment.round_id) == round_id, col(Assignment.withdrawn_at).is_(None)
    )
    found: dict[int, set[int]] = {}
    for idea, person in db.execute(query):
        found.setdefault(idea, set()).add(person)
    return {idea: frozenset(people) for idea, people in found.items()}


def reviewers(db: Session, round_id: int) -> list[tuple[int, str]]:
    query = (
        select(col(Person.id), col(Person.name))
        .join(Reviewer, col(Reviewer.person_id) == col(Person.id))
        .where(col(Reviewer.round_id) == round_id)
        .order_by(col(Person.name), col(Person.id))
    )
    return list(db.execute(query))
