"""People from a CSV: held against what is there, shown row by row, and kept as one unit or not at all.

An import gives roles and never takes any.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.errors import Invalid
from app.people.actions import add_person, change_person
from app.people.models import Committee, Grant, Kind, Person, Seat
from app.people.queries import paths
from app.people.roles import WORDS, first_committee, give
from app.people.rows import Line, Mistake, read


@dataclass(frozen=True)
class Plan:
    lines: Sequence[Line]
    mistakes: Sequence[Mistake]

    @property
    def added(self) -> int:
        return sum(1 for line in self.lines if not line.person_id)

    @property
    def changed(self) -> int:
        return sum(1 for line in self.lines if line.person_id and line.effects)

    @property
    def gives_roles(self) -> bool:
        return any(line.gives for line in self.lines)


@dataclass(frozen=True)
class There:
    """What is in the database already, read once."""

    people: Mapping[str, Person]
    departments: Mapping[str, int]
    paths: Mapping[int, str]
    held: frozenset[tuple[int, str]]
    committee: Committee | None
    committees: int


def there(db: DbSession) -> There:
    people = {person.email: person for person in db.scalars(select(Person).where(col(Person.email).is_not(None)))}
    named = paths(db)
    by_name = {path.casefold(): number for number, path in named.items()}
    by_name |= {path.rpartition(" / ")[2].casefold(): number for number, path in named.items()}
    committee = first_committee(db)
    held = {(grant.person_id, grant.role.value) for grant in db.scalars(select(Grant))}
    if committee:
        seats = select(Seat).where(col(Seat.committee_id) == committee.id, col(Seat.until).is_(None))
        held |= {(seat.person_id, seat.post.value) for seat in db.scalars(seats)}
    several = db.scalar(select(func.count()).select_from(Committee)) or 0
    return There({str(k): v for k, v in people.items()}, by_name, named, frozenset(held), committee, several)


def plan(db: DbSession, words: str) -> Plan:
    """What the file would do, and all that is wrong with it; changes nothing."""
    lines, mistakes = read(words)
    known = there(db)
    addresses = {line.address for line in lines}
    for line in lines:
        mistakes += list(against(line, known, addresses))
    return Plan(lines, sorted(mistakes, key=lambda mistake: (mistake.row, mistake.column)))


def against(line: Line, known: There, addresses: set[str]) -> Iterator[Mistake]:
    person = known.people.get(line.address)
    line.person_id = person.id if person else 0
    kind = Kind.GUEST if "guest" in line.roles else Kind.EMPLOYEE
    if person and not person.active:
        yield Mistake(line.row, "address", f"“{line.address}” belongs to somebody who is disabled")
    if person and line.roles and person.kind is not kind:
        yield Mistake(
            line.row, "roles", f"“{line.address}” is {a_kind(person.kind)} here; an import does not change that"
        )
    if line.department:
        line.department_id = known.departments.get(line.department.casefold())
        if line.department_id is None:
            yield Mistake(line.row, "department", f"there is no department “{line.department}”; add it first")
    if line.manager:
        boss = known.people.get(line.manager)
        line.manager_id = boss.id if boss else None
        if boss is None and line.manager not in addresses:
            yield Mistake(line.row, "manager", f"nobody has the address “{line.manager}”, here or in the file")
        if line.manager == line.address:
            yield Mistake(line.row, "manager", "nobody is their own manager")
    line.gives = tuple(
        role
        for role in line.roles
        if role in WORDS and role not in ("employee", "guest") and (line.person_id, role) not in known.held
    )
    if known.committees != 1 and any(role in ("chair", "deputy", "member") for role in line.gives):
        words = (
            "there are several committees: give seats on their pages"
            if known.committees
            else "there is no committee yet"
        )
        yield Mistake(line.row, "roles", words)
    if sum(role in ("chair", "deputy", "member") for role in line.roles) > 1:
        yield Mistake(line.row, "roles", "a person has one seat on the committee")
    line.effects = list(effects(line, person, kind, known))


def a_kind(kind: Kind) -> str:
    return f"an {kind.value}" if kind is Kind.EMPLOYEE else f"a {kind.value}"


def effects(line: Line, person: Person | None, kind: Kind, known: There) -> Iterator[str]:
    if person is None:
        yield f"new {kind.value}"
    elif person.name != line.name:
        yield f"name from {person.name} to {line.name}"
    if person and line.department_id and person.department_id != line.department_id:
        yield f"department to {known.paths[line.department_id]}"
    if person and line.manager and (line.manager_id is None or person.manager_id != line.manager_id):
        yield f"manager to {line.manager}"
    if line.gives:
        yield "becomes " + ", ".join(WORDS[role].lower() for role in line.gives)


def apply(db: DbSession, by: int | None, found: Plan) -> list[Person]:
    """Keep all of it; returns the new people. Managers come last, since a row may name one further down."""
    if found.mistakes:
        raise Invalid("The file has mistakes now; nothing of it was kept. Look at it again.")
    people = {line.address: keep(db, by, line) for line in found.lines}
    for line in found.lines:
        if line.manager:
            boss = people.get(line.manager) or db.get_one(Person, line.manager_id)
            person = people[line.address]
            if person.manager_id != boss.id:
                person.manager_id = boss.id
                person.version += 1
        for role in line.gives:
            give(db, by, people[line.address], role)
    return [people[line.address] for line in found.lines if not line.person_id]


def keep(db: DbSession, by: int | None, line: Line) -> Person:
    fields: dict[str, Any] = {"name": line.name}
    if line.department_id:
        fields["department_id"] = line.department_id
    if not line.person_id:
        kind = Kind.GUEST if "guest" in line.roles else Kind.EMPLOYEE
        return add_person(db, by, **fields, email=line.address, kind=kind)
    person = db.get_one(Person, line.person_id)
    change_person(db, by, person, fields)
    return person
