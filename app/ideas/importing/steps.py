"""From files and a map to what comes in, and that said in figures: the same for the web's job and the command."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.db import Database
from app.ideas.importing.checking import check
from app.ideas.importing.found import Found
from app.ideas.importing.maps import AFile, IdeaMap
from app.ideas.importing.queries import house_for, people_known, source_of
from app.ideas.importing.staging import Run
from app.processes.models import Process
from app.voice.importing.limits import Unreadable, quoted
from app.voice.importing.mapfile import WrongMap
from app.voice.importing.reading import read_table
from app.voice.importing.table import Table

Files = Mapping[str, tuple[str, Path]]  # by part: what its owner called a file, and where it lies
PARTS = ("ideas", "votes", "comments")
MOST_NOTES = 20


def read_tables(files: Files, idea_map: IdeaMap) -> dict[str, tuple[str, Table]]:
    """Each file that the map has a part for. Raises Unreadable, WrongMap."""
    tables = {}
    for part in PARTS:
        meant: AFile | None = getattr(idea_map, part)
        if meant is None:
            continue
        if part not in files:
            raise WrongMap([f"[{part}] file: {quoted(meant.file or part)} is not there."])
        name, path = files[part]
        tables[part] = (name, read(name, path, meant.encoding, meant.sheet))
    return tables


def read(name: str, path: Path, encoding: str | None = None, sheet: str | None = None) -> Table:
    try:
        return read_table(path, name, encoding=encoding, sheet=sheet, nameless=True)
    except Unreadable as error:
        hint = f' If that is what it is, write encoding = "{error.could_be}" in the map.' if error.could_be else ""
        raise Unreadable(f"{name}: {error.sentence}{hint}", error.could_be) from None


def checked(
    database: Database,
    tables: Mapping[str, tuple[str, Table]],
    idea_map: IdeaMap,
    source: str,
    allowed: Callable[[Process], bool] = lambda process: True,
    said: Callable[[str], None] = lambda part: None,
) -> Found:
    with database.reading() as db:
        house = house_for(db, source, database.known["settings"].time_zone, allowed)
    return check(tables, idea_map, house, said)


def report_of(db: Session, found: Found, source: str) -> dict[str, Any]:
    """What an import would do, or did, in figures."""
    known = people_known(db, source, list(found.crowd.places))
    wanted = sum(1 for one in found.ideas if one.listed)
    return {
        "ideas": len(found.ideas),
        "stages": {"imported": wanted, "discarded": len(found.ideas) - wanted},
        "here": found.here,
        "supported": sum(one.supported or 0 for one in found.ideas),
        "authors": len({one.author for one in found.ideas if one.author >= 0}),
        "people": {"all": len(found.crowd), "known": len(known), "new": len(found.crowd) - len(known)},
        "votes": found.votes,
        "comments": found.talk,
        "problems": found.problems.total,
        "first_problems": [asdict(problem) for problem in found.problems.first],
        "left_out": found.left_out,
        "notes": found.notes[:MOST_NOTES],
        "rows": found.rows,
    }


def run_of(import_id: int, found: Found, source: str, idea_map: IdeaMap) -> Run:
    return Run(import_id, found, source, idea_map.people)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(files: Files, idea_map: IdeaMap, map_words: str) -> tuple[str, str]:
    """Of all bytes under this map, by which an import is known again; and what the source's ids belong to."""
    each = {part: digest(files[part][1]) for part in PARTS if getattr(idea_map, part) and part in files}
    whole = hashlib.sha256(repr((sorted(each.items()), map_words)).encode("utf-8", "replace")).hexdigest()
    return whole, source_of(idea_map, each.get("ideas", ""))
