"""`ideas import`"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import schema
from app.db import Database
from app.errors import Trouble
from app.ideas.importing.maps import IdeaMap, from_toml, to_toml
from app.ideas.importing.models import IdeaImport, ImportedIdea, ImportStage
from app.ideas.importing.queries import taken_already
from app.ideas.importing.steps import PARTS, checked, digests, read_tables, report_of, run_of
from app.ideas.importing.taking import take
from app.ideas.models import Idea
from app.main import open_database
from app.settings import load
from app.voice.importing.limits import Unreadable, counted
from app.voice.importing.mapfile import WrongMap

MOST_SAID = 5


def import_(
    file: Annotated[
        Path | None, typer.Argument(help="The ideas' file, or the folder of all; else what the map names.")
    ] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="An idea map: what the columns mean (TOML).")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do; store nothing.")] = False,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Leave out rows with a cell that cannot be read, and say how many.")
    ] = False,
    as_object: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
) -> None:
    """Bring ideas in, with votes and comments, as one unit. Nothing is stored unless all of it can be."""
    if map_file is None:
        raise Trouble("Say what the columns mean: by --map with a file.")
    try:
        idea_map = from_toml(map_file.read_text(encoding="utf-8"))
        files = files_of(idea_map, map_file.parent, file)
        database = open_database(load())
        schema.make_ready(database)
        try:
            told = bring_in(database, idea_map, files, preview=preview, set_aside=set_aside)
        finally:
            database.close()
    except WrongMap as error:
        raise Trouble(several(error.sentences)) from error
    except Unreadable as error:
        raise Trouble(error.sentence) from error
    except OSError as error:
        raise Trouble(f"{error.filename} cannot be opened: {(error.strerror or 'unknown reason').lower()}.") from error
    except UnicodeDecodeError as error:
        raise Trouble("The map is not UTF-8 text.") from error
    typer.echo(json.dumps(told, ensure_ascii=False) if as_object else in_words(told))


def files_of(idea_map: IdeaMap, beside: Path, named: Path | None) -> dict[str, tuple[str, Path]]:
    """Where each part's file lies: what is named for the ideas, else beside the map, else beside that file."""
    folders = [beside]
    if named is not None:
        folders.append(named if named.is_dir() else named.parent)
    files = {}
    for part in PARTS:
        meant = getattr(idea_map, part)
        if meant is None:
            continue
        if part == "ideas" and named is not None and not named.is_dir():
            files[part] = (named.name, named)
        elif meant.file is None:
            raise WrongMap([f"[{part}] file: name it."])
        else:
            path = next((folder / meant.file for folder in folders if (folder / meant.file).is_file()), None)
            if path is None:
                raise WrongMap([f"[{part}] file: {meant.file} is not beside the map nor beside the ideas' file."])
            files[part] = (path.name, path)
    return files


def bring_in(
    database: Database,
    idea_map: IdeaMap,
    files: Mapping[str, tuple[str, Path]],
    *,
    preview: bool = False,
    set_aside: bool = False,
) -> dict[str, Any]:
    """Take it in, or say what that would do; what was taken already is said and not stored again."""
    map_words = to_toml(idea_map)
    file_hash, source = digests(files, idea_map, map_words)
    with database.reading() as db:
        known = taken_already(db, file_hash)
        if known:
            typer.echo(f"These bytes are here already as import {known.id}; nothing was stored.", err=True)
            return {**told(db, known.id, json.loads(known.report)), "repeated": True}
    found = checked(database, read_tables(files, idea_map), idea_map, source)
    with database.reading() as db:
        report = report_of(db, found, source)
    if preview:
        return {"import": None, "preview": True, "repeated": False, **report}
    if found.problems.total and not set_aside:
        ways = "Mend them, name them in the map, or leave those rows out with --set-aside."
        said = [problem.sentence for problem in found.problems.first]
        raise Trouble(f"{found.problems.words} cannot be taken. {several(said, found.problems.total)} {ways}")
    import_id = kept(database, idea_map, files, map_words, file_hash, set_aside)
    take(database, run_of(import_id, found, source, idea_map), report)
    with database.reading() as db:
        return {**told(db, import_id, report), "repeated": False}


def kept(
    database: Database,
    idea_map: IdeaMap,
    files: Mapping[str, tuple[str, Path]],
    map_words: str,
    file_hash: str,
    set_aside: bool,
) -> int:
    with database.writing() as db:
        one = IdeaImport(
            stage=ImportStage.TAKING,
            name=(idea_map.source or files["ideas"][0])[:200],
            files=json.dumps({part: {"name": name} for part, (name, _) in files.items()}, ensure_ascii=False),
            map=map_words,
            file_hash=file_hash,
            set_aside=set_aside,
        )
        db.add(one)
        db.flush()
        return one.id


def told(db: Session, import_id: int, report: Mapping[str, Any]) -> dict[str, Any]:
    """The report with what came of each idea."""
    query = (
        select(col(Idea.id), col(ImportedIdea.key), col(Idea.title), col(Idea.stage), col(Idea.support), col(Idea.talk))
        .join(ImportedIdea, col(ImportedIdea.idea_id) == col(Idea.id))
        .where(col(ImportedIdea.import_id) == import_id)
        .order_by(col(Idea.id))
    )
    items = [
        {
            "ref": f"idea:{row.id}",
            "id": row.key,
            "title": row.title,
            "stage": row.stage.value,
            "score": row.support,
            "support": row.support,
            "comments": row.talk,
        }
        for row in db.execute(query)
    ]
    return {"import": import_id, "preview": False, **report, "items": items}


def in_words(told: Mapping[str, Any]) -> str:
    votes, comments, people = told["votes"], told["comments"], told["people"]
    stages = told["stages"]
    verb = "Would come in" if told.get("preview") else "Came in"
    lines = [
        f"{verb}: {counted(told['ideas'], 'idea')}, {stages['imported']:,} listed, {stages['discarded']:,} discarded"
        + (f"; {told['here']:,} are here already" if told["here"] else "")
        + f"; {people['new']:,} of {people['all']:,} people are new."
    ]
    if votes:
        lines.append(
            f"Votes: {votes['rows']:,} rows, {votes['superseded']:,} superseded by a later one, "
            f"{votes['support']:,} support, {votes['set_aside']:,} set aside."
        )
    if comments:
        orphans = counted(comments["orphans"], "orphan")
        lines.append(f"Comments: {comments['rows']:,}, {comments['depth']} levels deep, {orphans}.")
    if told["problems"]:
        lines.append(f"Problems: {counted(told['problems'], 'cell')}; {counted(told['left_out'], 'row')} left out.")
    return "\n".join([*lines, *told["notes"]])


def several(sentences: list[str], total: int = 0) -> str:
    more = max(total, len(sentences)) - MOST_SAID
    return " ".join(sentences[:MOST_SAID]) + (f" And {more:,} more." if more > 0 else "")
