"""Many people at once: a CSV is shown row by row before any of it is kept, and kept as a whole or not at all."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app import web
from app.admin.forms import ImportForm
from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people import mail
from app.people.actions import invite
from app.people.actor import Administrator
from app.people.checking import OwnPassword
from app.people.importing import Plan, apply, plan
from app.people.rows import decode
from app.people.signing import log
from app.review.rounds import veil_newcomers
from app.web import Fields, Typed, blank, fill, page, slow, sound
from app.web.forms import Form

routes = web.router()
AN_EXAMPLE = "name,address,department,manager,roles\nAmal Said,amal@pilotage.example,,,"


def draw(request: Request, form: Form[Any], found: Plan | None = None, status: int = 200) -> Response:
    sends = mail.configured(request.app.state.settings)
    return page(request, "admin/import.html", status=status, form=form, plan=found, mails=sends)


@routes.get("/admin/people/import")
def begin_import(request: Request, actor: Administrator) -> Response:
    return draw(request, blank(ImportForm, people=AN_EXAMPLE))


def sent(fields: Fields) -> str:
    """The file, where one was chosen, else what was pasted."""
    chosen = fields.files.get("file")
    return sound(decode(chosen.file.read())) if chosen else fields.get("people")


@slow
@routes.post("/admin/people/import")
def preview(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    """Nothing is kept here. 200 with what each row would do, or 422 with all that is wrong."""
    form: Form[Any] = blank(ImportForm, key=new_key(), people=fields.get("people"))
    try:
        words = sent(fields)
        form = blank(ImportForm, key=new_key(), people=words)
        found = plan(db, words)
    except Invalid as mistake:
        form.refuse("people", mistake.words)
        return draw(request, form, status=422)
    return draw(request, form, found, 422 if found.mistakes else 200)


@slow
@routes.post("/admin/people/import/keep")
def keep(request: Request, proof: OwnPassword, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(ImportForm, fields)
    if not form:
        return draw(request, form, status=422)
    found = plan(db, form.data.people)
    if found.mistakes or (found.gives_roles and proof.fails(form, actor)):
        return draw(request, form, found, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    added = apply(db, actor.id, found)
    veil_newcomers(db)
    if mail.configured(request.app.state.settings):
        for person in added:
            invite(db, actor.id, request.app.state.settings, person)
    log.info("people imported", by=actor.id, added=len(added), changed=found.changed)
    return once_.see("/admin/people?show=invited" if added else "/admin/people", "Kept, all of it.")
