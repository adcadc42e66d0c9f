"""Files on their way in: where they lie, and the steps from a file to a source, each done by a job."""

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.settings import Settings
from app.voice import following, waves
from app.voice.actions import Taking, take, taken_already
from app.voice.importing import coding
from app.voice.importing.checking import apply
from app.voice.importing.columns import Profile
from app.voice.importing.finding import code_tables
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import from_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.proposing import propose
from app.voice.importing.reading import read_table
from app.voice.importing.responses import Checked
from app.voice.importing.stepping import EVERY, KEPT_FOR, Stepping
from app.voice.importing.table import Table
from app.voice.models import AT_WORK, Upload, UploadStage
from app.voice.staging import sweep

SHOWN_PROBLEMS = 200
SHOWN_MAPS = 5
JOB, SWEEP = "voice import", "voice sweep"
STEPS: Stepping[Upload] = Stepping(Upload, AT_WORK, JOB, SWEEP, payload="upload")
move = STEPS.move


def folder(settings: Settings) -> Path:
    beside = settings.database_file.parent if settings.embedded else Path("var")
    place = beside / "uploads"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def keep(settings: Settings, file: BinaryIO) -> Path:
    """A copy under a name that nobody can guess, readable by its owner alone."""
    path = folder(settings) / secrets.token_urlsafe(24)
    path.touch(mode=0o600)
    with path.open("wb") as copy:
        shutil.copyfileobj(file, copy, 1024 * 1024)
    return path


def begin(db: Session, person_id: int, file_name: str, path: Path, lists: Mapping[str, Path] | None = None) -> Upload:
    told = json.dumps({name: str(place) for name, place in (lists or {}).items()})
    upload = Upload(person_id=person_id, file_name=file_name[-300:], path=str(path), lists=told)
    STEPS.begin(db, upload)
    return upload


def throw_away(db: Session, upload: Upload) -> None:
    move(db, upload, UploadStage.GONE)
    for path in files_of(upload):
        path.unlink(missing_ok=True)


def lists_of(upload: Upload) -> dict[str, Path]:
    """The code lists that were sent with a file, by their names."""
    return {name: Path(path) for name, path in json.loads(upload.lists or "{}").items()}


def add_list(upload: Upload, name: str, path: Path) -> None:
    """A code list beside the file; one of the same name takes the other's place."""
    known = json.loads(upload.lists or "{}")
    if old := known.get(name):
        Path(old).unlink(missing_ok=True)
    upload.lists = json.dumps(known | {name: str(path)}, ensure_ascii=False)


def files_of(upload: Upload) -> list[Path]:
    return [Path(upload.path), *lists_of(upload).values()]


def work(database: Database, payload: Mapping[str, Any]) -> None:
    """The job's part of an import."""
    steps = {UploadStage.READING: read, UploadStage.CHECKING: check, UploadStage.TAKING: store}
    back = {UploadStage.READING: UploadStage.BROKEN, UploadStage.CHECKING: UploadStage.ASKING}
    STEPS.work(database, payload["upload"], steps, back, UploadStage.CHECKED)


def read(database: Database, upload: Upload) -> None:
    """What each column seems to be."""
    table = table_of(upload, sheet=json.loads(upload.said or "{}").get("sheet"))
    found = propose(table, " ".join(Path(upload.file_name).stem.replace("_", " ").split())[:200] or "Survey")
    proposal: dict[str, Any] = {
        "rows": len(table),
        "columns": [shown(profile, len(table)) for profile in found.profiles],
        "draft": found.draft,
        "sheets": list(table.sheets),
        "lists": coding.propose(found.profiles, lists_of(upload)),
    }
    for place, told in coding.coded(proposal["lists"], found.profiles).items():
        proposal["columns"][place] |= told
    with database.reading() as db:
        fitting = following.fitting(db, upload.person_id, table.header)
    proposal["fitting"] = [asdict(kept) for kept in fitting[:SHOWN_MAPS]]
    first_time = not upload.proposal
    values = {"like_id": fitting[0].source_id} if fitting and first_time else {}
    with database.writing() as db:
        move(
            db,
            upload,
            UploadStage.ASKING,
            proposal=json.dumps(proposal, ensure_ascii=False),
            file_hash=digest(Path(upload.path)),
            **values,
        )


def shown(profile: Profile, rows: int) -> dict[str, Any]:
    """A column as the page shows it: its bars with their heights of 0 to 1000."""
    unsaid = ("top", "values", "words", "bars", "days", "rows")
    kept = {name: value for name, value in asdict(profile).items() if name not in unsaid}
    most = max((bar.n for bar in profile.bars if bar.kind != "rest"), default=0) or 1
    bars = [
        {"label": bar.label, "n": bar.n, "kind": bar.kind, "short": short(bar.n), "h": min(1000 * bar.n // most, 1000)}
        for bar in profile.bars
    ]
    years = [day.year for day in profile.days] if profile.days else []
    return kept | {"bars": bars, "empty": rows - profile.filled, "years": years}


def short(n: int) -> str:
    """A count that fits above a bar."""
    return str(n) if n < 10_000 else f"{n / 1000:.0f}k" if n < 1_000_000 else f"{n / 1_000_000:.1f}M"


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table_of(upload: Upload, survey_map: SurveyMap | None = None, sheet: str | None = None) -> Table:
    encoding, sheet = (survey_map.encoding, survey_map.sheet) if survey_map else (None, sheet)
    path = Path(upload.path)
    try:
        return read_table(path, upload.file_name, encoding=encoding, sheet=sheet)
    except Unreadable as error:
        if error.could_be == "windows-1252" and encoding is None:
            return read_table(path, upload.file_name, encoding=error.could_be)
        raise


def check(database: Database, upload: Upload) -> None:
    """What taking it would do."""
    checked = checked_file(database, upload, survey_map := from_toml(upload.map))
    with database.reading() as db:
        doubts = [asdict(doubt) for doubt in waves.doubts(db, checked, survey_map)]
    report = json.dumps(report_of(checked) | {"doubts": doubts}, ensure_ascii=False)
    with database.writing() as db:
        move(db, upload, UploadStage.CHECKED, report=report, problem="")


def checked_file(database: Database, upload: Upload, survey_map: SurveyMap, set_aside: bool = False) -> Checked:
    """The file held against its map; how far that is, in rows, is said as it goes on."""
    table = table_of(upload, survey_map)
    lists = lists_of(upload)
    codes = code_tables(survey_map, {name: lists[name] for name in lists})
    last = [monotonic()]

    def progress(done: int, total: int) -> None:
        if upload.stage is UploadStage.CHECKING and monotonic() - last[0] >= EVERY:
            last[0] = monotonic()
            with database.writing() as db:
                sign_of_life(db, upload.id, len(table) * done // total, len(table))

    return apply(table, survey_map, codes, set_aside=set_aside, today=latest_day(), progress=progress)


def latest_day() -> date:
    """Nobody has answered later than it is today anywhere on earth."""
    return now().date() + timedelta(days=1)


def report_of(checked: Checked) -> dict[str, Any]:
    period = [day.isoformat() for day in checked.days] if checked.days else []
    return {
        "rows": checked.rows,
        "responses": len(checked),
        "period": period,
        "outcomes": [{"name": one.name, "n": one.n, "missing": one.missing} for one in checked.outcomes],
        "touchpoints": [
            {"name": one.name, "n": one.n, "missing": one.missing, "not_applicable": one.not_applicable}
            for one in checked.touchpoints
        ],
        "comments": len(checked.comments),
        "problems": checked.problems.total,
        "groups_total": checked.problems.groups_total,
        "groups": [asdict(group) for group in checked.problems.groups[:SHOWN_PROBLEMS]],
        "notes": checked.notes,
        "themes": len({theme for _, one in checked.comments for theme in one.themes}),
    }


def store(database: Database, upload: Upload) -> None:
    """Take it in; the same bytes under the same map are recognised and not stored again."""
    survey_map = from_toml(upload.map)
    with database.reading() as db:
        known = taken_already(db, upload.file_hash, survey_map)
    if known:
        with database.writing() as db:
            finish(db, upload, known.id)
    else:
        checked = checked_file(database, upload, survey_map, upload.set_aside)
        taking = Taking(
            checked,
            survey_map,
            upload.file_name,
            upload.file_hash,
            upload.person_id,
            upload.rows_for,
            upload.replace,
            upload.figures_for,
            upload.comments_for,
        )
        total = len(checked)
        take(
            database,
            taking,
            lambda db, done: sign_of_life(db, upload.id, done, total),
            lambda db, source_id: finish(db, upload, source_id),
        )
    for path in files_of(upload):
        path.unlink(missing_ok=True)


def sign_of_life(db: Session, upload_id: int, done: int, total: int) -> None:
    query = update(Upload).where(col(Upload.id) == upload_id)
    db.execute(query.values(alive_at=now(), done=done, total=total))


def finish(db: Session, upload: Upload, source_id: int) -> None:
    move(db, upload, UploadStage.TAKEN, source_id=source_id, problem="")


def tidy(database: Database, payload: Mapping[str, Any]) -> None:
    """A day later: throw away what nobody took, leftovers of broken imports, and files that no upload knows."""
    with database.writing() as db:
        old = now() - KEPT_FOR
        waiting = col(Upload.stage).in_((UploadStage.ASKING, UploadStage.CHECKED, UploadStage.BROKEN, *AT_WORK))
        for upload in db.scalars(select(Upload).where(waiting, col(Upload.made_at) <= old)).all():
            throw_away(db, upload)
        known = {str(path) for upload in db.scalars(select(Upload).where(waiting)) for path in files_of(upload)}
    settings: Settings = database.known["settings"]
    for file in folder(settings).iterdir():
        if str(file) not in known and file.stat().st_mtime < old.timestamp():
            file.unlink(missing_ok=True)
    sweep(database)
