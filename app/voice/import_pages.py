"""Bringing a file in by the web: the file, what its columns mean, what it would do, and taking it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Refused, Stale
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.voice import uploads
from app.voice.actions import named, same_bytes, taken_already
from app.voice.importing import limits
from app.voice.importing.kinds import kind_of
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import WrongMap, from_toml, to_toml
from app.voice.mapping import Columns, columns_of, drafted
from app.voice.models import AT_WORK, Audience, Source, Upload, UploadStage
from app.voice.queries import taken_sources
from app.voice.rules import may_import, too_wide
from app.web import Fields, Form, Request, Response, Typed, blank, page, router, see, unchanged

routes = router()
ROOM_FOR_FORM = 1024 * 1024
MOST_COLUMNS = 180  # a form of more fields than these make is not read; wider files take a map as text
WAITING = {
    UploadStage.READING: "Reading the file",
    UploadStage.CHECKING: "Holding it against the map",
    UploadStage.TAKING: "Taking the answers in",
}


def own(actor: Actor) -> ColumnElement[bool]:
    """An upload is seen by whoever made it, until it is thrown away."""
    return (col(Upload.person_id) == actor.id) & (col(Upload.stage) != UploadStage.GONE)


TheUpload = Annotated[Upload, Depends(found(Upload, own))]


def only_importers(db: Session, actor: Actor) -> None:
    if not may_import(actor, [source.department_id for source in taken_sources(db, actor)]):
        raise Refused("Evidence is brought in by the committee, leaders, administrators and departments that keep it.")


@routes.get("/voice/import")
def choose_file(request: Request, db: Db, actor: Employee) -> Response:
    only_importers(db, actor)
    return page(request, "voice/import.html", form=blank(key=new_key()))


@routes.post("/voice/import", max_body_size=limits.FILE_BYTES + ROOM_FOR_FORM)
def send_file(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_importers(db, actor)
    form: Form[Any] = Form(fields.texts, key=fields.get("key"))
    file = fields.files.get("file")
    if file is None:
        form.refuse("file", "Choose a file.")
        return page(request, "voice/import.html", status=422, form=form)
    try:
        kind_of(file.filename or "")
    except Unreadable as error:
        form.refuse("file", error.sentence)
        return page(request, "voice/import.html", status=422, form=form)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    path = uploads.keep(request.app.state.settings, file.file)
    upload = uploads.begin(db, actor.id, Path(file.filename or "file").name, path)
    return once_.see(f"/voice/import/{upload.id}")


@routes.get("/voice/import/{id}")
def show(request: Request, db: Db, actor: Employee, upload: TheUpload) -> Response:
    """Where this import stands: a wait, a question, a report, or the source it became."""
    if upload.stage is UploadStage.TAKEN:
        return see(request, f"/voice/sources/{upload.source_id}")
    if upload.stage in AT_WORK:
        if kept := unchanged(request, actor.rights, counts(db, "voice")):
            return kept
        doing = WAITING[upload.stage]
        return page(request, "voice/working.html", upload=upload, doing=doing, total=max(upload.total, 1))
    if upload.stage is UploadStage.CHECKED:
        return report(request, db, upload, blank(key=new_key()))
    if upload.stage is UploadStage.BROKEN:
        return page(request, "voice/broken.html", upload=upload)
    return ask(request, db, upload)


def ask(request: Request, db: Db, upload: Upload, columns: Columns | None = None, *, status: int = 200) -> Response:
    proposal = json.loads(upload.proposal)
    columns = columns or columns_of(proposal, upload)
    known = same_bytes(db, upload.file_hash)
    return page(
        request,
        "voice/map.html",
        status=status,
        upload=upload,
        rows=proposal["rows"],
        seen=proposal["columns"],
        columns=columns,
        wide=len(proposal["columns"]) > MOST_COLUMNS,
        known=known,
        audiences=AUDIENCES,
    )


AUDIENCES = (
    (Audience.COMMITTEE.value, "the committee"),
    (Audience.DEPARTMENT.value, "the department that keeps it, and the committee"),
    (Audience.EMPLOYEES.value, "every employee"),
)


@routes.post("/voice/import/{id}/map")
def say_map(request: Request, db: Db, actor: Employee, upload: TheUpload, fields: Typed) -> Response:
    """The map is checked for sense at once; a job then holds the file against it."""
    proposal = json.loads(upload.proposal or '{"rows": 0, "columns": [], "draft": {}}')
    columns = Columns(fields.texts, proposal["columns"])
    audiences = audiences_of(fields)
    try:
        text = words_of(columns, fields, proposal["draft"])
        refuse_wide(audiences)
    except WrongMap as error:
        columns.sentences = error.sentences
        return ask(request, db, upload, columns, status=422)
    upload_stage_is(upload, UploadStage.ASKING)
    uploads.move(db, upload, UploadStage.CHECKING, map=text, problem="", **audiences)
    return see(request, f"/voice/import/{upload.id}")


def audiences_of(fields: Fields) -> dict[str, Audience]:
    """Who sees what, as the form says; what it does not say is as it is at first: figures for all, the rest not."""
    known = {one.value for one in Audience}
    usual = {"figures_for": Audience.EMPLOYEES, "rows_for": Audience.COMMITTEE}
    told = {name: Audience(fields.get(name)) if fields.get(name) in known else other for name, other in usual.items()}
    comments = fields.get("comments_for")
    return {**told, "comments_for": Audience(comments) if comments in known else told["rows_for"]}


def refuse_wide(audiences: Mapping[str, Audience]) -> None:
    if any(too_wide(audiences["figures_for"], audiences[name]) for name in ("comments_for", "rows_for")):
        raise WrongMap(["Neither comments nor rows are for more people than the figures: these can be worked out."])


def words_of(columns: Columns, fields: Fields, draft: Mapping[str, Any]) -> str:
    if fields.get("as_text"):
        return to_toml(from_toml(fields.get("map")))
    return drafted(columns, draft)


def upload_stage_is(upload: Upload, *wanted: UploadStage) -> None:
    if upload.stage not in wanted:
        raise Stale("This import has gone on meanwhile. Look at it again.")


def report(request: Request, db: Db, upload: Upload, form: Form[Any], *, status: int = 200) -> Response:
    told = json.loads(upload.report)
    survey_map = from_toml(upload.map)
    return page(
        request,
        "voice/report.html",
        status=status,
        upload=upload,
        report=told,
        map=survey_map,
        namesake=namesake_of(db, upload),
        known=same_bytes(db, upload.file_hash),
        form=form,
    )


@routes.post("/voice/import/{id}/take")
def confirm(request: Request, db: Db, actor: Employee, upload: TheUpload, fields: Typed) -> Response:
    form: Form[Any] = Form(fields.texts, key=fields.get("key"))
    if upload.stage is UploadStage.CHECKED:
        for name, words in confirm_problems(db, upload, fields):
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


def confirm_problems(db: Session, upload: Upload, fields: Fields) -> Sequence[tuple[str, str]]:
    told = json.loads(upload.report)
    found = []
    if told["problems"] and fields.get("set_aside") != "on":
        found.append(("set_aside", "Set these cells aside, or go back and say what they mean."))
    if namesake_of(db, upload) and fields.get("replace") != "on":
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
