"""Links that lead to a password: an invitation, a reset. These addresses are public; the link is the right."""

from fastapi import Request
from starlette.responses import Response

from app import web
from app.db import Db
from app.outbox import later
from app.people import links, mail
from app.people.actions import password_words, set_password
from app.people.checking import NewPassword
from app.people.forms import NewPasswordForm, ResetForm
from app.people.guesses import address_of, count_attempt
from app.people.models import Purpose
from app.people.sessions import begin
from app.people.signing import keep_cookie, log, wait_words
from app.record.actions import write
from app.web import Typed, blank, fill, page, see

routes = web.router()
SENT = "If this address belongs to somebody here, a mail is on its way to it. Its link works for an hour."


@routes.get("/reset")
def ask_for_reset(request: Request, db: Db, email: str = "") -> Response:
    request.state.db = db
    return page(request, "people/reset.html", form=blank(email=email), mails=sends_mail(request))


def sends_mail(request: Request) -> bool:
    return mail.configured(request.app.state.settings)


@routes.post("/reset")
def do_ask_for_reset(request: Request, db: Db, fields: Typed) -> Response:
    """The same words, and the same work, for an address that somebody has and one that nobody has."""
    form = fill(ResetForm, fields)
    if not form:
        return page(request, "people/reset.html", status=422, form=form, mails=sends_mail(request))
    standing = count_attempt(db, f"reset {form.data.email}", address_of(request))
    if standing.wait:
        form.refuse("email", wait_words(standing.wait))
        response = page(request, "people/reset.html", status=429, form=form, mails=sends_mail(request))
        response.headers["Retry-After"] = str(standing.wait)
        return response
    later(db, "reset", email=form.data.email)
    log.info("reset asked", address=address_of(request), request=request.state.request_id)
    return see(request, "/sign-in", SENT)


def draw(request: Request, db: Db, purpose: Purpose, token: str, status: int = 200, form: object = None) -> Response:
    request.state.db = db
    person = links.person_of(db, links.find(db, purpose, token))
    drawn = {"form": blank() if form is None else form, "person": person, "purpose": purpose.value}
    return page(request, "people/new_password.html", status=status, **drawn)


@routes.get("/reset/{token}")
def choose_again(request: Request, db: Db, token: str) -> Response:
    return draw(request, db, Purpose.RESET, token)


@routes.get("/invitation/{token}")
def choose_first(request: Request, db: Db, token: str) -> Response:
    return draw(request, db, Purpose.INVITATION, token)


@routes.post("/reset/{token}")
def do_choose_again(request: Request, fresh: NewPassword, db: Db, fields: Typed, token: str) -> Response:
    return take(request, fresh, db, fields, Purpose.RESET, token)


@routes.post("/invitation/{token}")
def do_choose_first(request: Request, fresh: NewPassword, db: Db, fields: Typed, token: str) -> Response:
    return take(request, fresh, db, fields, Purpose.INVITATION, token)


def take(request: Request, fresh: NewPassword, db: Db, fields: Typed, purpose: Purpose, token: str) -> Response:
    """Keep the password, spend the link, and let the person in: they have shown who they are."""
    person = links.person_of(db, links.find(db, purpose, token))
    form = fill(NewPasswordForm, fields)
    if fresh.refuse(form, password_words(db, person)) or not form:
        return draw(request, db, purpose, token, 422, form)
    set_password(db, person, fresh.hash, purpose.value)
    write(db, person.id, "password", person.ref, figures={"by": purpose.value})
    session = begin(db, person.id, request.headers.get("user-agent", ""))
    words = "Welcome. Your password is kept." if purpose is Purpose.INVITATION else "Your new password is kept."
    return keep_cookie(see(request, "/", words), request.app.state.settings, session)
