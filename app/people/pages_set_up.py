"""The first start. These addresses are public; the link is the right, and dies at the end."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app import web
from app.db import Db
from app.errors import Invalid
from app.people import links, mail
from app.people.actions import email_taken
from app.people.checking import Fresh, NewPassword
from app.people.departments import drawn, keep_tree, read_tree
from app.people.models import Purpose
from app.people.setting_up import (
    AdministratorForm,
    CommitteeForm,
    DepartmentsForm,
    MailForm,
    OrganisationForm,
    Progress,
    finish,
    keep_administrator,
    keep_committee,
    keep_organisation,
    progress,
)
from app.people.signing import log
from app.web import Fields, Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()
TEST = ("This is a test from Pilotage.", "If you can read it, mail works.")


def stored(db: Db, state: Progress, name: str, settings: Any) -> Form[Any]:
    """A step's form with what is there already."""
    match name:
        case "organisation":
            return blank(name=state.organisation.name if state.organisation else settings.organisation)
        case "administrator":
            person = state.administrator
            return blank(name=person.name if person else "", email=person.email if person else "")
        case "departments":
            return blank(departments=drawn(db))
        case "committee":
            kept = state.committee
            if kept is None:
                return blank(name="Innovation Committee", quorum=3, promised_days=21)
            return blank(name=kept.name, quorum=kept.quorum, promised_days=kept.promised_days)
        case _:
            return blank(email=state.administrator.email if state.administrator else "")


def draw(request: Request, db: Db, token: str, step: str, status: int = 200, form: Form[Any] | None = None) -> Response:
    settings = request.app.state.settings
    state = progress(db)
    open_step = next((one for one in state.steps if one.name == step), state.next())
    shown = {
        "form": stored(db, state, open_step.name, settings) if form is None else form,
        "state": state,
        "open_step": open_step,
        "here": f"/set-up/{token}",
        "mails": mail.configured(settings),
        "trouble": mail.last_trouble(db),
        "settings": settings,
    }
    return page(request, "people/set_up.html", status=status, **shown)


@routes.get("/set-up/{token}")
def show_step(request: Request, db: Db, token: str, step: str = "") -> Response:
    links.find(db, Purpose.SET_UP, token)
    return draw(request, db, token, step)


def organisation_step(request: Request, db: Db, fields: Fields, fresh: Fresh) -> Form[Any]:
    form = fill(OrganisationForm, fields)
    if form:
        keep_organisation(db, form.data.name)
        request.app.state.organisation = form.data.name
    return form


def administrator_step(request: Request, db: Db, fields: Fields, fresh: Fresh) -> Form[Any]:
    form = fill(AdministratorForm, fields)
    state = progress(db)
    own = state.administrator.id if state.administrator else 0
    if form and email_taken(db, form.data.email, own):
        form.refuse("email", "Somebody else here has this address.")
    known = (fields.get("name"), fields.get("email"), state.organisation.name if state.organisation else "")
    if not fresh.refuse(form, known) and form:
        keep_administrator(db, form.data, fresh.hash)
    return form


def departments_step(request: Request, db: Db, fields: Fields, fresh: Fresh) -> Form[Any]:
    form = fill(DepartmentsForm, fields)
    try:
        # Not from the form, which takes the first line's indentation away.
        tree = read_tree(fields.get("departments"))
    except Invalid as mistake:
        form.refuse("departments", mistake.words)
    if form:
        keep_tree(db, tree)
    return form


def committee_step(request: Request, db: Db, fields: Fields, fresh: Fresh) -> Form[Any]:
    form = fill(CommitteeForm, fields)
    if form:
        keep_committee(db, form.data)
    return form


STEPS: dict[str, Callable[[Request, Db, Fields, Fresh], Form[Any]]] = {
    "organisation": organisation_step,
    "administrator": administrator_step,
    "departments": departments_step,
    "committee": committee_step,
}


@routes.post("/set-up/{token}/mail")
def send_test(request: Request, db: Db, fields: Typed, token: str) -> Response:
    links.find(db, Purpose.SET_UP, token)
    form = fill(MailForm, fields)
    if form and not mail.configured(request.app.state.settings):
        form.refuse("email", "No mail server is configured: set PILOTAGE_SMTP_URL and start again.")
    if not form:
        return draw(request, db, token, "mail", 422, form)
    mail.post(db, form.data.email, "A test from Pilotage", TEST)
    return see(request, f"/set-up/{token}?step=mail", f"A test mail is on its way to {form.data.email}.")


@routes.post("/set-up/{token}/end")
def end_set_up(request: Request, db: Db, token: str) -> Response:
    finish(db, links.find(db, Purpose.SET_UP, token))
    log.info("set up", request=request.state.request_id)
    return see(request, "/sign-in", "Everything is set up. Sign in with the address and password you chose.")


@routes.post("/set-up/{token}/{step}")
def keep_step(request: Request, fresh: NewPassword, db: Db, fields: Typed, token: str, step: str) -> Response:
    links.find(db, Purpose.SET_UP, token)
    if step not in STEPS:
        raise Invalid("There is no such step.")
    form = STEPS[step](request, db, fields, fresh)
    if not form:
        return draw(request, db, token, step, 422, form)
    state = progress(db)
    done = next(one for one in state.steps if one.name == step)
    return see(request, f"/set-up/{token}?step={state.next(done.number).name}", "Kept.")
