"""`voice import` and `voice show`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from app import schema
from app.db import Database
from app.errors import Trouble
from app.main import open_database
from app.settings import load
from app.voice.actions import Taking, take, taken_already
from app.voice.audiences import TOO_WIDE
from app.voice.evidence.count_commands import count
from app.voice.importing.checking import apply
from app.voice.importing.finding import code_tables
from app.voice.importing.limits import Unreadable, counted
from app.voice.importing.mapfile import WrongMap, from_dict, from_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.reading import read_table
from app.voice.importing.responses import Checked
from app.voice.models import Audience, Source
from app.voice.queries import source_named
from app.voice.rules import too_wide
from app.voice.showing import as_json
from app.voice.uploads import digest, latest_day
from app.voice.waves import doubts

commands = typer.Typer(no_args_is_help=True, help="Evidence: take surveys and counts in, show their figures.")
commands.command()(count)
MOST_SAID = 5
AS_JSON = Annotated[bool, typer.Option("--json", help="Print one object, numbers unrounded.")]


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, XLS, ODS or SAV.")],
    map_file: Annotated[Path | None, typer.Option("--map", help="A survey map: what the columns mean (TOML).")] = None,
    like: Annotated[str, typer.Option(help="Instead of a map: the earlier source whose map this wave follows.")] = "",
    name: Annotated[str, typer.Option(help="With --like: the new source's name.")] = "",
    first_day: Annotated[str, typer.Option("--from", help="With --like: the first day, such as 2026-05-01.")] = "",
    last_day: Annotated[str, typer.Option("--until", help="With --like: the last day.")] = "",
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Treat cells that cannot be read as missing, and say how many.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of the source with that name.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Take it though it looks like another wave.")] = False,
    rows_for: Annotated[Audience, typer.Option(help="Who may read the rows.")] = Audience.COMMITTEE,
    comments_for: Annotated[Audience | None, typer.Option(help="Who may read the comments; as the rows.")] = None,
    figures_for: Annotated[Audience, typer.Option(help="Who may see the figures.")] = Audience.EMPLOYEES,
    as_object: AS_JSON = False,
) -> None:
    """Take a survey in. Nothing is stored unless all of it can be."""
    database = ready()
    try:
        survey_map = the_map(database, map_file, Following(like, name, first_day, last_day))
        folders = (map_file.parent, file.parent) if map_file else (file.parent,)
        checked = checked_file(file, survey_map, folders, set_aside)
        file_hash = digest(file)
        with database.reading() as db:
            known = taken_already(db, file_hash, survey_map)
        if known:
            typer.echo(f"These bytes are here already as {known.name}; nothing was stored.", err=True)
            source_id = known.id
        else:
            refuse_problems(checked)
            if too_wide(figures_for, comments_for=comments_for or rows_for, rows_for=rows_for):
                raise Trouble(TOO_WIDE)
            refuse_doubts(database, checked, survey_map, anyway)
            for note in checked.notes[:MOST_SAID]:
                typer.echo(note, err=True)
            taking = Taking(
                checked, survey_map, file.name, file_hash, None, rows_for, replace, figures_for, comments_for
            )
            source_id = take(database, taking)
        answer(database, source_id, as_object)
    finally:
        database.close()


@commands.command()
def show(source: Annotated[str, typer.Argument(help="Its name or number.")], as_object: AS_JSON = False) -> None:
    """The figures of a source."""
    database = ready()
    try:
        with database.reading() as db:
            source_id = source_named(db, source).id
        answer(database, source_id, as_object)
    finally:
        database.close()


def ready() -> Database:
    database = open_database(load())
    schema.make_ready(database)
    return database


@dataclass(frozen=True)
class Following:
    """The next wave of a source, and what it does not share with it."""

    like: str
    name: str
    first_day: str
    last_day: str


def the_map(database: Database, map_file: Path | None, following: Following) -> SurveyMap:
    """The map in a file, or that of an earlier source with this wave's name and days."""
    if (map_file is None) == (not following.like):
        raise Trouble("Say what the columns mean: by --map with a file, or by --like with an earlier source.")
    try:
        if map_file is None:
            with database.reading() as db:
                return followed(source_named(db, following.like), following)
        return from_toml(map_file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"The map cannot be opened: {(error.strerror or 'unknown reason').lower()}.") from error
    except UnicodeDecodeError as error:
        raise Trouble("The map is not UTF-8 text.") from error
    except WrongMap as error:
        raise Trouble(several(error.sentences)) from error


def followed(source: Source, following: Following) -> SurveyMap:
    if not source.map:
        raise Trouble(f"{source.name} did not come in by a map.")
    if not following.name:
        raise Trouble("Name this wave with --name.")
    data = from_toml(source.map).model_dump(exclude_defaults=True)
    days = [day for day in (following.first_day, following.last_day) if day]
    if "date" not in data and len(days) < 2:
        raise Trouble("Say when this wave was asked, with --from and --until.")
    data.pop("period", None)
    return from_dict({**data, "source": following.name, **({"period": days} if days else {})})


def refuse_doubts(database: Database, checked: Checked, survey_map: SurveyMap, anyway: bool) -> None:
    """What speaks against this wave is said; where it is grave, the file is taken by word alone."""
    with database.reading() as db:
        found = doubts(db, checked, survey_map)
    grave = [doubt.sentence for doubt in found if doubt.grave]
    if grave and not anyway:
        raise Trouble(f"{several(grave)} If it is this wave all the same, say --anyway.")
    for doubt in found:
        typer.echo(doubt.sentence, err=True)


def checked_file(file: Path, survey_map: SurveyMap, folders: tuple[Path, ...], set_aside: bool) -> Checked:
    try:
        table = read_table(file, encoding=survey_map.encoding, sheet=survey_map.sheet)
        codes = code_tables(survey_map, folders)
        return apply(table, survey_map, codes, set_aside=set_aside, today=latest_day())
    except Unreadable as error:
        hint = f' If that is what it is, write encoding = "{error.could_be}" in the map.' if error.could_be else ""
        raise Trouble(error.sentence + hint) from error
    except WrongMap as error:
        raise Trouble(several(error.sentences)) from error


def refuse_problems(checked: Checked) -> None:
    if checked.acceptable:
        return
    groups = [group.sentence for group in checked.problems.groups]
    total = checked.problems.total
    ways = "Mend them, name them in the map as missing, or set them aside with --set-aside."
    raise Trouble(f"{counted(total, 'cell')} cannot be read. {several(groups)} {ways}")


def several(sentences: list[str]) -> str:
    more = len(sentences) - MOST_SAID
    return " ".join(sentences[:MOST_SAID]) + (f" And {more:,} more." if more > 0 else "")


def answer(database: Database, source_id: int, as_object: bool) -> None:
    with database.reading() as db:
        source = db.get_one(Source, source_id)
        told = as_json(db, source)
    if as_object:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"{source.name}: {counted(source.rows, 'row')}, {counted(source.responses, 'response')}")
    if source.set_aside:
        typer.echo(f"{counted(source.set_aside, 'cell')} set aside")
    for outcome in told["outcomes"]:  # type: ignore[attr-defined]
        value = "withheld" if outcome["value"] is None else f"{outcome['value']:.2f}"
        typer.echo(f"{outcome['name']}: {value}" + (f", n {outcome['n']:,}" if outcome["n"] is not None else ""))
    for use in told["touchpoints"]:  # type: ignore[attr-defined]
        if use["n"] is None:
            typer.echo(f"  {use['name']}: withheld")
            continue
        mean = "none yet" if use["mean"] is None else f"{use['mean']:.2f}"
        rest = "" if use["not_applicable"] is None else f", not applicable {use['not_applicable']:,}"
        typer.echo(f"  {use['name']}: {mean}, n {use['n']:,}{rest}")
