"""Files on their way in by the web: each step from files to ideas is done by a job, so that it can be left."""

import json
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Invalid
from app.ideas.importing import leftovers
from app.ideas.importing.found import Found
from app.ideas.importing.guessing import described, guess
from app.ideas.importing.maps import IdeaMap, from_toml, to_toml
from app.ideas.importing.models import AT_WORK, IdeaImport, ImportStage
from app.ideas.importing.queries import taken_already
from app.ideas.importing.rules import may_import_for
from app.ideas.importing.steps import PARTS, Files, checked, digests, read, read_tables, report_of, run_of
from app.ideas.importing.taking import take
from app.people.actor import find_actor
from app.processes.models import Process
from app.voice.importing.mapfile import WrongMap
from app.voice.importing.stepping import EVERY, KEPT_FOR, Stepping, sentence

JOB, SWEEP = "idea import", "idea import sweep"
STEPS: Stepping[IdeaImport] = Stepping(IdeaImport, AT_WORK, JOB, SWEEP)
move = STEPS.move


def files_of(one: IdeaImport) -> Files:
    """The files that were sent, by what they hold."""
    kept = json.loads(one.files)
    return {part: (kept[part]["name"], Path(kept[part]["path"])) for part in PARTS if "path" in kept.get(part, {})}


def begin(db: Session, person_id: int, files: Files, map_words: str) -> IdeaImport:
    kept = {part: {"name": name, "path": str(path)} for part, (name, path) in files.items()}
    one = IdeaImport(
        person_id=person_id,
        name=files["ideas"][0][-200:],
        files=json.dumps(kept, ensure_ascii=False),
        map=map_words,
    )
    STEPS.begin(db, one)
    return one


def throw_away(db: Session, one: IdeaImport) -> None:
    move(db, one, ImportStage.GONE)
    unlink(one)


def unlink(one: IdeaImport) -> None:
    for _, path in files_of(one).values():
        path.unlink(missing_ok=True)


def work(database: Database, payload: Mapping[str, Any]) -> None:
    """The job's part of an import."""
    steps = {ImportStage.READING: look, ImportStage.CHECKING: hold, ImportStage.TAKING: store}
    back = {ImportStage.READING: ImportStage.BROKEN, ImportStage.CHECKING: ImportStage.ASKING}
    STEPS.work(database, payload["id"], steps, back, ImportStage.CHECKED)


def look(database: Database, one: IdeaImport) -> None:
    """What the columns seem to be; with a map that is right there is nothing to ask."""
    tables = {part: (name, read(name, path)) for part, (name, path) in files_of(one).items()}
    said = guess(tables)
    proposal: dict[str, Any] = {part: described(name, table) for part, (name, table) in tables.items()}
    stage, problem = ImportStage.ASKING, ""
    if one.map:
        try:
            from_toml(one.map)
            stage = ImportStage.CHECKING
        except WrongMap as error:
            problem = sentence(error)
    kept = {"proposal": json.dumps(proposal, ensure_ascii=False), "said": json.dumps(said, ensure_ascii=False)}
    with database.writing() as db:
        move(db, one, stage, problem=problem, **kept)


def hold(database: Database, one: IdeaImport) -> None:
    """What taking it in would do."""
    idea_map = from_toml(one.map)
    found, source, file_hash = held(database, one, idea_map)
    with database.reading() as db:
        report = report_of(db, found, source)
    report["sample"] = [idea.title for idea in found.ideas if idea.listed][:3]
    values = {"name": (idea_map.source or one.name)[:200], "file_hash": file_hash}
    with database.writing() as db:
        told = json.dumps(report, ensure_ascii=False)
        move(db, one, ImportStage.CHECKED, report=told, problem="", done=0, total=found.rows, **values)


def held(database: Database, one: IdeaImport, idea_map: IdeaMap) -> tuple[Found, str, str]:
    """The files against their map; what their ids belong to; and what they are known by again."""
    files = files_of(one)
    file_hash, source = digests(files, idea_map, to_toml(idea_map))
    with database.reading() as db:
        actor = find_actor(db, one.person_id or 0)

    def allowed(process: Process) -> bool:
        return may_import_for(actor, process.committee_id)

    return checked(database, read_tables(files, idea_map), idea_map, source, allowed), source, file_hash


def store(database: Database, one: IdeaImport) -> None:
    """Take it in; the same bytes under the same map are recognised and not stored again."""
    idea_map = from_toml(one.map)
    with database.reading() as db:
        if known := taken_already(db, one.file_hash):
            raise Invalid(f"These bytes are here already as import {known.id}; nothing was stored.")
    found, source, _ = held(database, one, idea_map)
    if found.problems.total and not one.set_aside:
        raise Invalid("Leave the rows out that cannot be read, or mend them.")
    with database.reading() as db:
        report = report_of(db, found, source)
    last = [monotonic()]

    def progress(db: Session, done: int) -> None:
        if monotonic() - last[0] >= EVERY:
            last[0] = monotonic()
            db.execute(update(IdeaImport).where(col(IdeaImport.id) == one.id).values(done=done, total=found.rows))

    take(database, run_of(one.id, found, source, idea_map), report, progress)
    unlink(one)


def tidy(database: Database, _payload: Mapping[str, Any]) -> None:
    """A day later: throw away what nobody took, and what broken-off imports left."""
    asked = (*AT_WORK, ImportStage.ASKING, ImportStage.CHECKED, ImportStage.BROKEN)
    with database.writing() as db:
        waiting = (col(IdeaImport.stage).in_(asked), col(IdeaImport.person_id).is_not(None))
        for one in db.scalars(select(IdeaImport).where(*waiting, col(IdeaImport.made_at) <= now() - KEPT_FOR)).all():
            throw_away(db, one)
    leftovers.sweep(database)
