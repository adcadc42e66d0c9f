"""`/admin/mail`: whether mail works, which mails wait or were given up, and sending them again."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app import web
from app.admin.forms import MailForm
from app.admin.mails import MailMoveForm, move, standing, unsent
from app.db import Db
from app.errors import Invalid
from app.outbox import TRIES
from app.people import mail
from app.people.actor import Administrator
from app.web import ThingId, Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()
TEST = ("This is a test from Pilotage.", "If you can read it, mail works.")
DONE = {
    "resend": "It is sent again now. Load this page again to see.",
    "drop": "It is thrown away, and its words with it.",
}


def draw(request: Request, db: Db, form: Form[Any], status: int = 200) -> Response:
    settings = request.app.state.settings
    shown: dict[str, Any] = {
        "mails": mail.configured(settings),
        "sender": mail.sender(settings),
        "post": standing(db),
        "unsent": unsent(db),
        "tries": TRIES,
    }
    return page(request, "admin/mail.html", status=status, form=form, **shown)


@routes.get("/admin/mail")
def show(request: Request, db: Db, actor: Administrator) -> Response:
    return draw(request, db, blank(email=actor.email))


@routes.post("/admin/mail")
def send_test(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(MailForm, fields)
    if form and not mail.configured(request.app.state.settings):
        form.refuse("email", "No mail server is configured: set PILOTAGE_SMTP_URL and start again.")
    if not form:
        return draw(request, db, form, 422)
    mail.post(db, form.data.email, "A test from Pilotage", TEST)
    return see(request, "/admin/mail", f"A test mail is on its way to {form.data.email}. Load this page again to see.")


@routes.post("/admin/mail/{id}/moves")
def make(request: Request, db: Db, actor: Administrator, id: ThingId, fields: Typed) -> Response:
    form = fill(MailMoveForm, fields)
    if not form:
        raise Invalid("There is no such move.")
    move(db, actor.id, id, form.data.name)
    return see(request, "/admin/mail", DONE[form.data.name])
