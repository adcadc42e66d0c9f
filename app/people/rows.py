"""A CSV of people as rows, and what is wrong with each row by itself; no database.

Columns: name, address, department, manager (an address), roles.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.errors import Invalid
from app.people.forms import an_email
from app.people.roles import WORDS

MOST_ROWS, LONGEST_NAME = 5000, 200
COLUMNS = {
    "name": ("name", "full name"),
    "address": ("address", "email", "e-mail", "mail", "email address"),
    "department": ("department",),
    "manager": ("manager", "manager address", "manager email"),
    "roles": ("roles", "role"),
}
NEEDED = ("name", "address")


@dataclass(frozen=True)
class Mistake:
    row: int
    column: str
    words: str


@dataclass
class Line:
    """One row of the file: what it says, and once it is held against the database what it does."""

    row: int
    name: str
    address: str
    department: str = ""
    manager: str = ""
    roles: tuple[str, ...] = ()
    person_id: int = 0
    department_id: int | None = None
    manager_id: int | None = None
    effects: list[str] = field(default_factory=list)
    gives: tuple[str, ...] = ()

    @property
    def effect(self) -> str:
        return "; ".join(self.effects) or "nothing changes"


def decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not UTF-8. Save it as “CSV UTF-8” and choose it again.") from error


def read(words: str) -> tuple[list[Line], list[Mistake]]:
    """Rows as they stand, numbered as a spreadsheet does; row 1 holds the names of the columns."""
    words = words.lstrip("\ufeff")
    first = words.partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Invalid(f"The file cannot be read as CSV: {error}.") from error
    if not rows:
        raise Invalid("There is nothing in it. The first row names the columns: name, address, department, ….")
    places = columns(rows[0])
    filled = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    if not filled:
        raise Invalid("There is no row below the names of the columns.")
    if len(filled) > MOST_ROWS:
        raise Invalid(f"At most {MOST_ROWS:,} rows at once.")
    lines = [line_of(number, row, places) for number, row in filled]
    long = [
        Mistake(number, "", f"has {len(row)} cells, and there are {len(rows[0])} columns")
        for number, row in filled
        if len(row) > len(rows[0])
    ]
    return lines, [*long, *(mistake for line in lines for mistake in alone(line)), *twice(lines)]


def columns(head: Sequence[str]) -> Mapping[str, int]:
    names = [cell.strip().casefold() for cell in head]
    places: dict[str, int] = {}
    for column, aliases in COLUMNS.items():
        found = [place for place, name in enumerate(names) if name in aliases]
        if len(found) > 1:
            raise Invalid(f"Two columns are named {column}.")
        if found:
            places[column] = found[0]
    unknown = [head[place] for place, name in enumerate(names) if name and place not in places.values()]
    if unknown:
        raise Invalid(f"No column is known as {unknown[0]}. Known are name, address, department, manager and roles.")
    if missing := [column for column in NEEDED if column not in places]:
        raise Invalid(f"The column {missing[0]} is missing.")
    return places


def line_of(number: int, row: Sequence[str], places: Mapping[str, int]) -> Line:
    cells = {column: row[place].strip() if place < len(row) else "" for column, place in places.items()}
    roles = cells.pop("roles", "").casefold().replace(";", ",").replace("/", ",").split(",")
    return Line(
        number,
        cells["name"],
        cells["address"].casefold(),
        cells.get("department", ""),
        cells.get("manager", "").casefold(),
        tuple(dict.fromkeys(role.strip() for role in roles if role.strip())),
    )


def alone(line: Line) -> Iterator[Mistake]:
    """What is wrong with a row whatever else there is."""
    if not line.name or len(line.name) > LONGEST_NAME or not line.name.isprintable():
        yield Mistake(line.row, "name", f"a name of 1 to {LONGEST_NAME} characters on one line is needed")
    for column, value in (("address", line.address), ("manager", line.manager)):
        if column == "address" or value:
            try:
                an_email(value)
            except ValueError:
                yield Mistake(line.row, column, f"“{value}” is not an e-mail address")
    if len(line.address) > 254:
        yield Mistake(line.row, "address", "an address has at most 254 characters")
    for role in line.roles:
        if role not in WORDS:
            yield Mistake(line.row, "roles", f"“{role}” is not a role; known are {', '.join(WORDS)}")
    if "guest" in line.roles and len(line.roles) > 1:
        yield Mistake(line.row, "roles", "a guest has no other role")


def twice(lines: Sequence[Line]) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for line in lines:
        if line.address and line.address in seen:
            yield Mistake(line.row, "address", f"“{line.address}” stands in row {seen[line.address]} already")
        seen.setdefault(line.address, line.row)
