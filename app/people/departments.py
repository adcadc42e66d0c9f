"""The tree of departments, read from lines: indentation, or "Parent / Child"."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.errors import Invalid
from app.people.models import Department

LONGEST = 200
MOST = 1000


def read_tree(words: str) -> Sequence[tuple[str, str | None]]:
    """(name, name of the one above) in the order of the lines; raises Invalid with the line in words.

    A line that stands further in than the one before lies under it. Names are unique in the whole tree.
    """
    found: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for number, line in numbered(words):
        depth = len(line) - len(line.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        parent = above[-1][1] if above else None
        for name in parts(line, number):
            place(found, name, parent, number)
            parent = name
        above.append((depth, parent or ""))
    if len(found) > MOST:
        raise Invalid(f"At most {MOST:,} departments fit here.")
    return list(found.items())


def numbered(words: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(words.expandtabs(4).splitlines(), start=1):
        if line.strip():
            yield number, line


def parts(line: str, number: int) -> Sequence[str]:
    names = [name.strip() for name in line.split(" / ")]
    if not all(names) or any(len(name) > LONGEST for name in names):
        raise Invalid(f"Line {number}: each name has between 1 and {LONGEST} letters.")
    return names


def place(found: dict[str, str | None], name: str, parent: str | None, number: int) -> None:
    """A name that comes again must stand in the same place: as the parent of a further line."""
    if name not in found:
        found[name] = parent
    elif parent is not None and found[name] != parent:
        raise Invalid(f"Line {number}: {name} stands in two places. Give each department a name of its own.")


def keep_tree(db: DbSession, tree: Sequence[tuple[str, str | None]]) -> int:
    """Add what is not there yet, and move what stands elsewhere; nothing is taken away."""
    known = {department.name: department for department in db.scalars(select(Department))}
    added = 0
    for name, parent in tree:
        if name not in known:
            known[name] = Department(name=name)
            added += 1
        department = known[name]
        department.parent_id = known[parent].id if parent else None
        db.add(department)
        db.flush()
    return added


def drawn(db: DbSession) -> str:
    """The tree as lines with indentation, as `read_tree` takes them."""
    rows = db.scalars(select(Department).order_by(col(Department.name))).all()
    below: dict[int | None, list[Department]] = {}
    for department in rows:
        below.setdefault(department.parent_id, []).append(department)

    def lines(parent: int | None, depth: int) -> Iterator[str]:
        for department in below.get(parent, ()):
            yield "    " * depth + department.name
            yield from lines(department.id, depth + 1)

    return "\n".join(lines(None, 0))
