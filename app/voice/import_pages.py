"""Bringing a file in by the web: the file, what its columns mean, what it would do, and taking it."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.voice import map_pages, uploads
from app.voice.actions import named, same_bytes, taken_already
from app.voice.breaks import ahead
from app.voice.coming import TheUpload, upload_stage_is
from app.voice.importing import limits
from app.voice.importing.kinds import kind_of
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import from_toml
from app.voice.map_pages import ask
from app.voice.models import AT_WORK, Source, Upload, UploadStage
from app.voice.queries import taken_sources
from app.voice.rules import may_import, may_replace
from app.web import Fields, Form, Request, Response, Typed, blank, page, router, see, unchanged

routes = router()
routes.routes.extend(map_pages.routes.routes)
PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]
ROOM_FOR_FORM = 1024 * 1024
WAITING = {
    UploadStage.READING: "Reading the file",
    UploadStage.CHECKING: "Holding it against the map",
    UploadStage.TAKING: "Taking the answers in",
}
WAITS_FOR_YOU = {
    UploadStage.ASKING: "waits for you to say what its columns are",
    UploadStage.CHECKED: "waits for you to take it in",
    UploadStage.BROKEN: "cannot be read",
}


def only_importers(db: Session, actor: Actor) -> None:
    if not may_import(actor, [source.department_id for source in taken_sources(db, actor)]):
        raise Refused("Evidence is brought in by the committee, leaders, administrators and departments that keep it.")


@routes.get("/voice/import")
def choose_file(request: Request, db: Db, actor: Employee) -> Response:
    only_importers(db, actor)
    return page(request, "voice/import.html", form=blank(key=new_key()), waiting=waiting(db, actor))


def waiting(db: Session, actor: Actor) -> Sequence[tuple[Upload, str]]:
    """This person's files that are on their way in: they were left, and go on."""
    under_way = col(Upload.stage).in_([*AT_WORK, *WAITS_FOR_YOU])
    query = select(Upload).where(col(Upload.person_id) == actor.id, under_way).order_by(col(Upload.id).desc()).limit(10)
    words = {stage: words[0].lower() + words[1:] for stage, words in WAITING.items()} | WAITS_FOR_YOU
    return [(one, words[UploadStage(one.stage)]) for one in db.scalars(query)]


@routes.post("/voice/import", max_body_size=limits.FILE_BYTES + ROOM_FOR_FORM)
def send_file(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_importers(db, actor)
    form: Form[Any] = Form(fields.texts, key=fields.get("key"))
    file = fields.files.get("file")
    if file is None:
        form.refuse("file", "Choose a file.")
        return page(request, "voice/import.html", status=422, form=form, waiting=waiting(db, actor))
    codes = fields.files.get("codes")
    for name, sent in (("file", file), ("codes", codes)):
        try:
            kind_of((sent.filename or "") if sent else "none.csv")
        except Unreadable as error:
            form.refuse(name, error.sentence)
    if form.errors:
        return page(request, "voice/import.html", status=422, form=form, waiting=waiting(db, actor))
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    settings = request.app.state.settings
    path = uploads.keep(settings, file.file)
    lists = {Path(codes.filename or "codes").name: uploads.keep(settings, codes.file)} if codes else {}
    upload = uploads.begin(db, actor.id, Path(file.filename or "file").name, path, lists)
    return once_.see(f"/voice/import/{upload.id}")


@routes.get("/voice/import/{id}")
def show_upload(
    request: Request, db: Db, actor: Employee, upload: TheUpload, show: str = "all", page_number: PageNumber = 1
) -> Response:
    """Where this import stands: a wait, a question, a report, or the source it became."""
    if upload.stage is UploadStage.TAKEN:
        return see(request, f"/voice/sources/{upload.source_id}")
    if upload.stage in AT_WORK:
        if kept := unchanged(request, actor.rights, counts(db, "voice")):
            return kept
        steps = [(words, stage is upload.stage) for stage, words in WAITING.items()]
        size = limits.size(size_of(upload))
        return page(request, "voice/working.html", upload=upload, doing=WAITING[upload.stage], steps=steps, size=size)
    if upload.stage is UploadStage.CHECKED:
        return report(request, db, upload, blank(key=new_key()))
    if upload.stage is UploadStage.BROKEN:
        return page(request, "voice/broken.html", upload=upload)
    return ask(request, db, upload, show=show, number=page_number)


def size_of(upload: Upload) -> int:
    path = Path(upload.path)
    return path.stat().st_size if path.exists() else 0


def report(request: Request, db: Db, upload: Upload, form: Form[Any], *, status: int = 200) -> Response:
    told = json.loads(upload.report)
    survey_map = from_toml(upload.map)
    first_day = date.fromisoformat(told["period"][0]) if told["period"] else date.max
    earlier, otherwise = ahead(db, survey_map, first_day)
    return page(
        request,
        "voice/report.html",
        status=status,
        upload=upload,
        report=told,
        map=survey_map,
        namesake=namesake_of(db, upload),
        known=same_bytes(db, upload.file_hash),
        earlier=earlier,
        otherwise=otherwise,
        form=form,
    )


@routes.post("/voice/import/{id}/take")
def confirm(request: Request, db: Db, actor: Employee, upload: TheUpload, fields: Typed) -> Response:
    form: Form[Any] = Form(fields.texts, key=fields.get("key"))
    if upload.stage is UploadStage.CHECKED:
        for name, words in confirm_problems(db, actor, upload, fields):
            form.refuse(name, words)
    if form.errors:
        return report(request, db, upload, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    upload_stage_is(upload, UploadStage.CHECKED)
    set_aside, replace = fields.get("set_aside") == "on", fields.get("replace") == "on"
    total = json.loads(upload.report)["responses"]
    uploads.move(db, upload, UploadStage.TAKING, set_aside=set_aside, replace=replace, done=0, total=total, problem="")
    return once_.see(f"/voice/import/{upload.id}")


def confirm_problems(db: Session, actor: Actor, upload: Upload, fields: Fields) -> Sequence[tuple[str, str]]:
    told = json.loads(upload.report)
    found = []
    if told["problems"] and fields.get("set_aside") != "on":
        found.append(("set_aside", "Set these cells aside, or go back and say what they mean."))
    if any(doubt["grave"] for doubt in told.get("doubts", [])) and fields.get("sure") != "on":
        found.append(("sure", "Say that it is the wave that you mean, or go back and correct what it is."))
    namesake = namesake_of(db, upload)
    if namesake and not may_replace(actor, namesake):
        found.append(("replace", "A source that is not for you has this name: go back and choose another one."))
    elif namesake and fields.get("replace") != "on":
        found.append(("replace", "A source has this name already. Replace it, or go back and name this one otherwise."))
    return found


def namesake_of(db: Session, upload: Upload) -> Source | None:
    """A source of the same name that these bytes under this map did not make themselves."""
    survey_map = from_toml(upload.map)
    if taken_already(db, upload.file_hash, survey_map):
        return None
    return named(db, survey_map.source)


@routes.post("/voice/import/{id}/back")
def back(request: Request, db: Db, actor: Employee, upload: TheUpload, fields: Typed) -> Response:
    """From the report to the columns again, as they were said."""
    upload_stage_is(upload, UploadStage.CHECKED)
    uploads.move(db, upload, UploadStage.ASKING)
    return see(request, f"/voice/import/{upload.id}")


@routes.post("/voice/import/{id}/throw-away")
def throw_away(request: Request, db: Db, actor: Employee, upload: TheUpload, fields: Typed) -> Response:
    upload_stage_is(upload, UploadStage.ASKING, UploadStage.CHECKED, UploadStage.BROKEN)
    uploads.throw_away(db, upload)
    return see(request, "/voice", "Thrown away: nothing was stored.")
