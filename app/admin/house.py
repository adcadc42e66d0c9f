"""Changing the house itself: departments and committees; and how many people stand where."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.admin.forms import CommitteeForm
from app.columns import Minor
from app.errors import Stale
from app.people.models import Committee, Department, Person, Post, Seat
from app.people.signing import log
from app.record.actions import write

ORDER = (Post.CHAIR, Post.DEPUTY, Post.MEMBER)


def people_in(db: DbSession) -> dict[int, int]:
    """How many people each department has, those below it apart."""
    count = func.count().label("people")
    query = select(col(Person.department_id), count).where(
        col(Person.department_id).is_not(None), col(Person.erased_at).is_(None)
    )
    return {int(number): n for number, n in db.execute(query.group_by(col(Person.department_id))) if number}


def move_department(db: DbSession, department: Department, name: str, parent_id: int | None) -> dict[str, str]:
    """Rename it and hang it under another one; mistakes by field, and then nothing is changed."""
    same = select(col(Department.id)).where(col(Department.name) == name, col(Department.id) != department.id)
    if db.scalar(same) is not None:
        return {"name": "Another department has this name."}
    above, seen = parent_id, {department.id}
    while above is not None:
        if above in seen:
            return {"parent_id": "A department cannot stand below itself."}
        seen.add(above)
        parent = db.get(Department, above)
        if parent is None:
            return {"parent_id": "There is no such department any more."}
        above = parent.parent_id
    department.name, department.parent_id = name, parent_id
    return {}


def put_head(db: DbSession, by: int, department: Department, head_id: int | None) -> None:
    """Whoever heads a department releases hours of its people who have no manager: it stands in the record."""
    if head_id == department.head_id:
        return
    department.head_id = head_id
    write(db, by, "change", department.ref, figures={"fields": ["head"], "person": head_id or 0})


def heads(db: DbSession) -> dict[int, str]:
    """The names of those who head a department, by the department."""
    query = select(col(Department.id), col(Person.name)).join(Person, col(Person.id) == col(Department.head_id))
    return {int(number): str(name) for number, name in db.execute(query)}


def seats(db: DbSession, committee_id: int) -> Sequence[tuple[Seat, Person]]:
    """Who sits on the committee, the chair first."""
    query = (
        select(Seat, Person)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Seat.committee_id) == committee_id, col(Seat.until).is_(None))
        .order_by(col(Person.name))
    )
    return sorted(db.execute(query), key=lambda pair: ORDER.index(pair[0].post))


def change_committee(db: DbSession, by: int, committee: Committee, form: CommitteeForm) -> None:
    """What changes is recorded with what it was: the quorum decides what counts as a decision."""
    if committee.version != form.version:
        raise Stale("Somebody changed the committee after you opened it. Look at it again before you go on.")
    values = form.model_dump(exclude={"version"})
    changed = {name: value for name, value in values.items() if getattr(committee, name) != value}
    if not changed:
        return
    figures = {name: [figure(getattr(committee, name)), figure(value)] for name, value in changed.items()}
    figures.pop("name", None)
    for name, value in changed.items():
        setattr(committee, name, value)
    committee.version += 1
    write(db, by, "change", committee.ref, figures={**figures, "fields": sorted(changed)})
    log.info("committee changed", by=by, committee=committee.id, fields=sorted(changed))


def figure(value: object) -> object:
    """Amounts in minor units, as the record wants them: never a float."""
    return int(value.scaleb(Minor.exponent)) if isinstance(value, Decimal) else value
