"""Bringing ideas in by the web: the files, what their columns mean, what that would do, and taking it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.changes import counts
from app.db import Db
from app.errors import Refused, Stale
from app.ideas.importing import uploads
from app.ideas.importing.asking import AskForm, map_of
from app.ideas.importing.maps import from_toml, to_toml
from app.ideas.importing.models import AT_WORK, IdeaImport, ImportStage
from app.ideas.importing.queries import imports, taken_already, visible_to
from app.ideas.importing.rules import may_import, may_import_for
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.processes.models import Process
from app.voice.importing import limits
from app.voice.importing.kinds import kind_of
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import WrongMap
from app.voice.uploads import keep
from app.web import Fields, Form, Request, Response, Typed, blank, download, fill, page, see, unchanged

routes = web.router()
ROOM_FOR_FORM = 1024 * 1024
MOST_MAP_BYTES = 200_000
FILES = ("ideas", "votes", "comments")
WAITING = {
    ImportStage.READING: "Reading the files",
    ImportStage.CHECKING: "Holding them against the map",
    ImportStage.TAKING: "Bringing the ideas in",
}
WAITS_FOR_YOU = {
    ImportStage.ASKING: "waits for you to say what its columns are",
    ImportStage.CHECKED: "waits for you to bring it in",
    ImportStage.BROKEN: "cannot be read",
}
TheImport = Annotated[IdeaImport, Depends(found(IdeaImport, visible_to))]


def only_importers(actor: Actor) -> None:
    if not may_import(actor):
        raise Refused("Ideas are brought in by the chair and by administrators.")


@routes.get("/ideas/import")
def choose_files(request: Request, db: Db, actor: Employee) -> Response:
    only_importers(actor)
    return page(request, "ideas/importing/new.html", **choosing(db, actor, blank(key=new_key())))


def choosing(db: Session, actor: Actor, form: Form[Any]) -> dict[str, Any]:
    words = {stage: said[0].lower() + said[1:] for stage, said in WAITING.items()} | WAITS_FOR_YOU
    mine = imports(db, actor)
    waiting = [(one, words[ImportStage(one.stage)]) for one in mine if one.stage is not ImportStage.TAKEN]
    taken = [(one, json.loads(one.report)) for one in mine if one.stage is ImportStage.TAKEN]
    return {"form": form, "waiting": waiting, "taken": taken}


@routes.post("/ideas/import", max_body_size=limits.FILE_BYTES + ROOM_FOR_FORM)
def send_files(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_importers(actor)
    form: Form[Any] = Form(fields.texts, key=fields.get("key"))
    map_words = map_sent(form, fields)
    refuse_files(form, fields)
    if form.errors:
        return page(request, "ideas/importing/new.html", status=422, **choosing(db, actor, form))
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    settings = request.app.state.settings
    sent = {part: fields.files[part] for part in FILES if part in fields.files}
    files = {part: (Path(file.filename or part).name, keep(settings, file.file)) for part, file in sent.items()}
    one = uploads.begin(db, actor.id, files, map_words)
    return once_.see(f"/ideas/import/{one.id}")


def refuse_files(form: Form[Any], fields: Fields) -> None:
    if "ideas" not in fields.files:
        form.refuse("ideas", "Choose the file of ideas.")
    for part in FILES:
        if part in fields.files:
            try:
                kind_of(fields.files[part].filename or "")
            except Unreadable as error:
                form.refuse(part, error.sentence)


def map_sent(form: Form[Any], fields: Fields) -> str:
    """A map as a file, else as it was pasted, else none: then the columns are asked for."""
    if "map" not in fields.files:
        words = fields.get("toml").strip()
    else:
        content = fields.files["map"].file.read(MOST_MAP_BYTES + 1)
        try:
            words = web.sound(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            words = ""
            form.refuse("map", "The map is not UTF-8 text.")
    if len(words) > MOST_MAP_BYTES:
        form.refuse("map", f"A map has at most {MOST_MAP_BYTES:,} characters.")
    elif words:
        try:
            from_toml(words)
        except WrongMap as error:
            form.refuse("map" if "map" in fields.files else "toml", " ".join(error.sentences[:5]))
    return words


@routes.get("/ideas/import/{id}")
def show(request: Request, db: Db, actor: Employee, one: TheImport) -> Response:
    """Where this import stands: a wait, a question, a preview, or what it brought."""
    if one.stage in AT_WORK:
        if kept := unchanged(request, actor.rights, counts(db, "ideas")):
            return kept
        steps = [(words, stage is one.stage) for stage, words in WAITING.items()]
        return page(request, "ideas/importing/working.html", one=one, doing=WAITING[one.stage], steps=steps)
    if one.stage is ImportStage.ASKING:
        form = blank(AskForm, key=new_key(), **({"people": "Person"} | json.loads(one.said)))
        return ask(request, db, actor, one, form)
    if one.stage is ImportStage.BROKEN:
        return page(request, "ideas/importing/broken.html", one=one)
    if one.stage is ImportStage.TAKEN:
        return page(request, "ideas/importing/show.html", one=one, report=json.loads(one.report), **whence(db, one))
    return preview(request, db, one, blank(key=new_key()))


def whence(db: Session, one: IdeaImport) -> dict[str, Any]:
    """What the page of a taken import leads to."""
    idea_map = from_toml(one.map)
    process = db.scalars(select(Process).where(col(Process.name) == idea_map.process)).first()
    return {"map": idea_map, "process": process}


def ask(
    request: Request, db: Session, actor: Actor, one: IdeaImport, form: Form[Any], *, status: int = 200
) -> Response:
    names = [(name, name) for name, committee in processes(db) if may_import_for(actor, committee)]
    proposal = json.loads(one.proposal)
    return page(
        request,
        "ideas/importing/ask.html",
        status=status,
        one=one,
        form=form,
        processes=names,
        parts=proposal,
        toml=form.value("toml") or one.map,
    )


def processes(db: Session) -> Sequence[tuple[str, int]]:
    rows = db.execute(select(col(Process.name), col(Process.committee_id)).order_by(col(Process.name)))
    return [(row[0], row[1]) for row in rows]


@routes.post("/ideas/import/{id}/map")
def say_columns(request: Request, db: Db, actor: Employee, one: TheImport, fields: Typed) -> Response:
    """The columns as a form says them, or a map as TOML."""
    must_stand(one, ImportStage.ASKING)
    texts = {name: values for name, values in fields.texts.items() if name != "toml"}
    if "toml" in fields.texts:
        form: Form[Any] = Form({**{k: [v] for k, v in json.loads(one.said).items()}, **fields.texts})
        asked = None
    else:
        form = fill(AskForm, Fields(texts, fields.files))
        asked = form.filled
        if asked is None:
            return ask(request, db, actor, one, form, status=422)
    try:
        parts = {part: name for part, (name, _) in uploads.files_of(one).items()}
        idea_map = (
            map_of(asked, parts, json.loads(one.proposal)["ideas"]["values"])
            if asked
            else from_toml(fields.get("toml"))
        )
    except WrongMap as error:
        for sentence in error.sentences[:10]:
            form.refuse(*beside(sentence))
        return ask(request, db, actor, one, form, status=422)
    said = json.dumps(asked.model_dump() if asked else json.loads(one.said), ensure_ascii=False)
    uploads.move(db, one, ImportStage.CHECKING, map=to_toml(idea_map), said=said, problem="")
    return see(request, f"/ideas/import/{one.id}")


def beside(sentence: str) -> tuple[str, str]:
    """The field of the form that a sentence about a map is about, and what it says there."""
    part, _, rest = sentence.partition("] ")
    where, _, words = rest.partition(": ")
    if sentence.startswith("[") and words:
        name = f"{part[1:]}_{where.partition(',')[0].strip()}"
        return {"votes_value": "votes_support"}.get(name, name), f"{words[:1].upper()}{words[1:]}"
    return "process" if "process" in sentence.lower() else "", sentence


def must_stand(one: IdeaImport, *wanted: ImportStage) -> None:
    if one.stage not in wanted:
        raise Stale("This import has gone on meanwhile. Look at it again.")


def preview(request: Request, db: Session, one: IdeaImport, form: Form[Any], *, status: int = 200) -> Response:
    known, report, idea_map = taken_already(db, one.file_hash), json.loads(one.report), from_toml(one.map)
    told = {"report": report, "known": known, "map": idea_map}
    return page(request, "ideas/importing/preview.html", status=status, one=one, form=form, **told)


@routes.post("/ideas/import/{id}/take")
def confirm(request: Request, db: Db, actor: Employee, one: TheImport, fields: Typed) -> Response:
    form: Form[Any] = Form(fields.texts, key=fields.get("key"))
    aside = fields.get("set_aside") == "on"
    if one.stage is ImportStage.CHECKED and json.loads(one.report)["problems"] and not aside:
        form.refuse("set_aside", "Leave these rows out, or go back and say what they mean.")
        return preview(request, db, one, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    must_stand(one, ImportStage.CHECKED)
    uploads.move(db, one, ImportStage.TAKING, set_aside=aside, done=0, problem="")
    return once_.see(f"/ideas/import/{one.id}")


@routes.post("/ideas/import/{id}/back")
def back(request: Request, db: Db, actor: Employee, one: TheImport) -> Response:
    """From the preview to the columns again, as they were said."""
    must_stand(one, ImportStage.CHECKED)
    uploads.move(db, one, ImportStage.ASKING)
    return see(request, f"/ideas/import/{one.id}")


@routes.post("/ideas/import/{id}/throw-away")
def throw_away(request: Request, db: Db, actor: Employee, one: TheImport) -> Response:
    must_stand(one, ImportStage.ASKING, ImportStage.CHECKED, ImportStage.BROKEN)
    uploads.throw_away(db, one)
    return see(request, "/ideas/import", "Thrown away: nothing was stored.")


@routes.get("/ideas/import/{id}/map.toml")
def as_map(request: Request, actor: Employee, one: TheImport) -> Response:
    """The map, for the command line or the next export of the same source."""
    return download([one.map], "map.toml", "text/plain; charset=utf-8")
