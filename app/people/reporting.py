"""To whom people report: their manager, else the head of their department, or of the nearest one above it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.people.models import Department, Kind, Person


@dataclass(frozen=True)
class Above:
    """head: of a department, in place of a manager."""

    id: int
    name: str
    head: bool = False


def reports_to(db: DbSession, people: Iterable[int]) -> dict[int, Above]:
    """Of these people whoever has somebody above them who can sign in; nobody stands above themselves."""
    wanted = set(people)
    query = select(col(Person.id), col(Person.manager_id), col(Person.department_id))
    places = db.execute(query.where(col(Person.id).in_(wanted))).all()
    tree = {row.id: (row.parent_id, row.head_id) for row in db.execute(TREE)}
    heads = {head for _, head in tree.values() if head}
    names = able(db, heads | {row.manager_id for row in places if row.manager_id})
    found: dict[int, Above] = {}
    for person, manager, department in places:
        if manager in names and manager != person:
            found[person] = Above(manager, names[manager])
        elif (head := nearest_head(tree, names, department, person)) is not None:
            found[person] = Above(head, names[head], head=True)
    return found


TREE = select(col(Department.id), col(Department.parent_id), col(Department.head_id))


def able(db: DbSession, people: Iterable[int]) -> dict[int, str]:
    """The names of those among them who can sign in."""
    usable = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) == Kind.EMPLOYEE)
    query = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(set(people)), *usable)
    return {row.id: row.name for row in db.execute(query)}


def nearest_head(
    tree: Mapping[int, tuple[int | None, int | None]], names: Mapping[int, str], department: int | None, person: int
) -> int | None:
    seen: set[int] = set()
    while department is not None and department not in seen:
        seen.add(department)
        above, head = tree[department]
        if head is not None and head in names and head != person:
            return head
        department = above
    return None
