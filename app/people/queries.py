"""Reading people: who sees whom, a person's page, and the names that forms offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.people.actor import Actor, listed, packed
from app.people.models import (
    Committee,
    Department,
    Grant,
    Kind,
    Membership,
    Organisation,
    Person,
    Post,
    Role,
    Seat,
    Team,
)
from app.refs import Kind as Thing

A_PAGE = 25


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Colleagues see each other; a guest nobody but themselves."""
    return col(Person.id) == actor.id if actor.guest else true()


def house_visible_to(actor: Actor) -> ColumnElement[bool]:
    return false() if actor.guest else true()


kinds = [
    Thing("person", Person, visible_to, Person.name, lambda number: f"/people/{number}"),
    Thing("committee", Committee, house_visible_to, Committee.name, lambda number: f"/review/committees/{number}"),
    Thing("organisation", Organisation, house_visible_to, Organisation.name, lambda _: "/admin/settings"),
]


def department_of(db: DbSession, person: Person) -> str | None:
    """With what stands above it: Operations / Terminal."""
    names = paths(db)
    return names.get(person.department_id or 0)


def paths(db: DbSession) -> dict[int, str]:
    """Every department's whole name by its id, in the order of a tree."""
    rows = {row.id: row for row in db.scalars(select(Department)).all()}

    def path(department: Department, seen: frozenset[int] = frozenset()) -> str:
        above = rows.get(department.parent_id or 0)
        if above is None or above.id in seen:
            return department.name
        return f"{path(above, seen | {department.id})} / {department.name}"

    named = {number: path(department) for number, department in rows.items()}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold().split(" / ")))


def teams_of(db: DbSession, person_id: int) -> Sequence[tuple[int, str, bool]]:
    current = (col(Membership.person_id) == person_id, col(Membership.until).is_(None))
    query = (
        select(col(Team.id), col(Team.name), col(Membership.lead))
        .join(Membership, col(Membership.team_id) == col(Team.id))
        .where(*current, col(Team.disbanded_at).is_(None))
        .order_by(col(Team.name))
    )
    return db.execute(query).all()


def seats_of(db: DbSession, person_id: int) -> Sequence[tuple[str, Post]]:
    query = (
        select(col(Committee.name), col(Seat.post))
        .join(Seat, col(Seat.committee_id) == col(Committee.id))
        .where(col(Seat.person_id) == person_id, col(Seat.until).is_(None))
        .order_by(col(Committee.name))
    )
    return db.execute(query).all()


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as the administrators' list shows them."""

    id: int
    name: str
    email: str | None
    kind: Kind
    department_id: int | None
    invited: bool
    disabled_at: datetime | None
    erased_at: datetime | None
    roles: tuple[str, ...]
    posts: tuple[str, ...]

    @property
    def state(self) -> tuple[str, str]:
        """Its word and its status kind."""
        if self.erased_at:
            return "Erased", "withdrawn"
        if self.disabled_at:
            return "Disabled", "stopped"
        if self.kind is Kind.IMPORTED:
            return "Imported", "imported"
        return ("Invited", "review_open") if self.invited else ("Active", "good")


def people_list() -> list[Any]:
    me = col(Person.id)
    open_seat = (col(Seat.person_id) == me, col(Seat.until).is_(None))
    roles = select(listed(Grant.role)).where(col(Grant.person_id) == me)
    posts = select(packed(Seat.committee_id, Seat.post)).where(*open_seat)
    return [
        *(me, Person.name, Person.email, Person.kind, Person.department_id, col(Person.password).is_(None)),
        *(Person.disabled_at, Person.erased_at),
        *(part.correlate(Person).scalar_subquery() for part in (roles, posts)),
    ]


# By name and id; a page begins after the last of the page before.
AFTER = or_(
    func.lower(col(Person.name)) > bindparam("name"),
    (func.lower(col(Person.name)) == bindparam("name")) & (col(Person.id) > bindparam("number")),
)
PEOPLE = select(*people_list()).where(AFTER).order_by(func.lower(col(Person.name)), col(Person.id)).limit(A_PAGE + 1)
SHOWN = {
    "": ~col(Person.erased_at).is_not(None) & (col(Person.kind) != Kind.IMPORTED),
    "disabled": col(Person.disabled_at).is_not(None),
    "invited": col(Person.password).is_(None) & (col(Person.kind) != Kind.IMPORTED) & col(Person.erased_at).is_(None),
    "guests": (col(Person.kind) == Kind.GUEST) & col(Person.erased_at).is_(None),
    "administrators": col(Person.id).in_(select(col(Grant.person_id)).where(col(Grant.role) == Role.ADMINISTRATOR)),
    "leaders": col(Person.id).in_(select(col(Grant.person_id)).where(col(Grant.role) == Role.LEADER)),
    "committee": col(Person.id).in_(select(col(Seat.person_id)).where(col(Seat.until).is_(None))),
    "imported": (col(Person.kind) == Kind.IMPORTED) & col(Person.erased_at).is_(None),
}


def matching(words: str, show: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [SHOWN.get(show, SHOWN[""])]
    for word in words.casefold().split()[:5]:
        in_email = col(Person.email).contains(word, autoescape=True)
        conditions.append(or_(func.lower(col(Person.name)).contains(word, autoescape=True), in_email))
    return conditions


def people_page(db: DbSession, words: str, show: str, after: tuple[str, int]) -> Sequence[Listed]:
    """Up to a page and one more, so that it shows whether there is a next."""
    query = PEOPLE.where(*matching(words, show))
    rows = db.execute(query, {"name": after[0], "number": after[1]})
    return [listed_person(row) for row in rows]


def listed_person(row: Any) -> Listed:
    roles, posts = (str(part or "").split(",") for part in row[8:10])
    names = tuple(part.partition(":")[2] for part in sorted(posts) if part)
    values: list[Any] = [*row[:8], tuple(sorted(part for part in roles if part)), names]
    return Listed(*values)


def count_people(db: DbSession, words: str, show: str) -> int:
    return db.scalar(select(func.count()).select_from(Person).where(*matching(words, show))) or 0


def choosable(db: DbSession, but: int = 0) -> Sequence[tuple[int, str]]:
    """Employees who can be a manager or take a seat, as choices of a form."""
    query = (
        select(col(Person.id), col(Person.name), col(Person.email))
        .where(
            col(Person.kind) == Kind.EMPLOYEE,
            col(Person.disabled_at).is_(None),
            col(Person.erased_at).is_(None),
            col(Person.id) != but,
        )
        .order_by(col(Person.name), col(Person.id))
    )
    return [(number, f"{name}, {email}") for number, name, email in db.execute(query)]
