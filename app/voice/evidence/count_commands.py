"""`voice count`: complaints, lost sales and waiting times from a file."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import schema
from app.columns import now
from app.errors import Trouble
from app.main import open_database
from app.people.models import Department
from app.settings import load
from app.voice.evidence import reading
from app.voice.evidence.actions import Put, make_source, put_counts, wrong_with
from app.voice.evidence.models import COUNTED, SourceForm
from app.voice.evidence.periods import Step
from app.voice.importing.limits import counted
from app.voice.models import Audience, Source, SourceKind
from app.voice.queries import TAKEN
from app.voice.touchpoints.queries import by_name

MOST_SAID = 10


def count(
    file: Annotated[Path, typer.Argument(help="CSV: touchpoint, period, count; without a count one row an event.")],
    source: Annotated[str, typer.Option(help="The name of the source: made, if there is none of that name.")],
    kind: Annotated[str, typer.Option(help="complaints, lost sales or waiting times.")] = "complaints",
    by: Annotated[Step, typer.Option(help="Single events are counted by day, week or month.")] = Step.MONTH,
    unit: Annotated[str, typer.Option(help="Among whom they are counted, or of what waits take.")] = "",
    department: Annotated[str, typer.Option(help="The department that keeps it.")] = "",
    figures_for: Annotated[Audience, typer.Option(help="Who may see the figures.")] = Audience.EMPLOYEES,
    minimum_cell: Annotated[int, typer.Option(min=1, help="Smaller counts are withheld.")] = 1,
    add: Annotated[bool, typer.Option("--add", help="Add touchpoints that are not known.")] = False,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="Leave rows out that cannot be read.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
) -> None:
    """Bring counts in. What stood for the same touchpoint and period is replaced, on the record."""
    told = reading.read(text_of(file), now().date(), by)
    refuse_unreadable(told, set_aside)
    if len(source) > 200:
        raise Trouble("A source's name has at most 200 characters.")
    database = open_database(load())
    schema.make_ready(database)
    try:
        with database.writing() as db:
            names = by_name(db)
            strange = [name for name, _, _ in reading.unknown(told, {key: key for key in names})]
            if strange and not add:
                listed = ", ".join(strange[:MOST_SAID])
                raise Trouble(f"No touchpoint is named {listed}. Write it as it is known, or add it with --add.")
            days = min(one.first_day for one in told.lines), max(one.last_day for one in told.lines)
            form = {"name": source, "kind": kind, "first_day": days[0], "last_day": days[1], "unit": unit}
            more = {"figures_for": figures_for, "minimum_cell": minimum_cell}
            found = the_source(db, form | more, department)
            done = put_counts(db, None, found, told.lines, names)
            said = summary(found, done, told)
    finally:
        database.close()
    words = f"{found.name}: {done.new:,} new, {done.changed:,} in the place of others, {done.same:,} the same."
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else words)


def text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Trouble(f"The file cannot be opened: {(error.strerror or 'unknown reason').lower()}.") from error
    except UnicodeDecodeError as error:
        raise Trouble("The file is not UTF-8 text.") from error


def refuse_unreadable(told: reading.Read, set_aside: bool) -> None:
    if told.problems and not (set_aside and told.lines):
        said = " ".join(f"Row {one.row}: {one.words}" for one in told.problems[:MOST_SAID])
        raise Trouble(f"{counted(told.unreadable, 'row')} cannot be read. {said}")
    if not told.lines:
        raise Trouble("The file holds no counts.")


def the_source(db: Session, values: dict[str, Any], department: str) -> Source:
    query = select(Source).where(TAKEN, col(Source.name) == values["name"], col(Source.kind).in_(COUNTED))
    if found := db.scalars(query).first():
        return found
    known = {one.value: one for one in SourceKind if one in COUNTED}
    if values["kind"] not in known:
        raise Trouble(f"The kind is one of {', '.join(known)}.")
    place = None
    if department:
        place = db.scalar(select(col(Department.id)).where(col(Department.name) == department))
        if place is None:
            raise Trouble(f"There is no department {department}.")
    form = SourceForm(**{**values, "kind": known[values["kind"]], "department": place})
    if wrong := wrong_with(db, form):
        raise Trouble(wrong[1])
    return make_source(db, None, form)


def summary(source: Source, done: Put, told: reading.Read) -> dict[str, Any]:
    return {
        "source": source.name,
        "kind": source.kind.value,
        "rows": told.rows,
        "lines": len(told.lines),
        "events": sum(line.count for line in told.lines),
        "new": done.new,
        "changed": done.changed,
        "same": done.same,
        "problems": told.unreadable,
    }
