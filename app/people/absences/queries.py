"""Who is absent, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.people.absences.models import Absence
from app.people.models import Committee, Person, Post, Seat


def absent(day: date) -> Select[int]:
    """The ids of those who are absent on a day."""
    here = (col(Absence.begins) <= day, col(Absence.ends) >= day, col(Absence.taken_back_at).is_(None))
    return select(col(Absence.person_id)).where(*here)


def absent_on(db: DbSession, day: date) -> frozenset[int]:
    return frozenset(db.scalars(absent(day)))


def coming(db: DbSession, people: Collection[int], day: date) -> list[Absence]:
    """Absences of these people that are on or still to come, the next first."""
    here = (col(Absence.person_id).in_(list(people)), col(Absence.ends) >= day, col(Absence.taken_back_at).is_(None))
    return list(db.scalars(select(Absence).where(*here).order_by(col(Absence.begins), col(Absence.id))))


@dataclass(frozen=True)
class Place:
    """A seat of one person, with who stands in for them there."""

    seat_id: int
    committee_id: int
    committee: str
    post: Post
    ends_on: date | None
    substitute_id: int | None
    substitute: str | None


def places_of(db: DbSession, person_id: int) -> list[Place]:
    query = (
        select(
            *(col(Seat.id), col(Committee.id), col(Committee.name), col(Seat.post), col(Seat.ends_on)),
            *(col(Seat.substitute_id), col(Person.name)),
        )
        .join(Committee, col(Committee.id) == col(Seat.committee_id))
        .outerjoin(Person, col(Person.id) == col(Seat.substitute_id))
        .where(col(Seat.person_id) == person_id, col(Seat.until).is_(None))
        .order_by(col(Committee.name), col(Seat.id))
    )
    return [Place(*row) for row in db.execute(query)]
