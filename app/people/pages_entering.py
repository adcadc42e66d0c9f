"""Coming in and going out. These addresses are public."""

from fastapi import Request
from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from app import web
from app.columns import now
from app.db import Db
from app.people.actor import BY_SESSION, IDLE, LONGEST, session_key
from app.people.models import Organisation
from app.people.sessions import end
from app.people.signing import WRONG, drop_cookie, keep_cookie, safe_next, sign_in, wait_words
from app.web import Fields, Typed, blank, cookie_name, page, see
from app.web.forms import Form

routes = web.router()


def is_signed_in(request: Request, db: Db) -> bool:
    token = request.cookies.get(cookie_name(request.app.state.settings), "")
    moment = now()
    known = {"key": session_key(token), "idle": moment - IDLE, "begun": moment - LONGEST}
    return bool(token) and db.execute(BY_SESSION, known).first() is not None


@routes.get("/sign-in")
def sign_in_page(request: Request, db: Db, next: str = "/") -> Response:
    request.state.db = db
    if is_signed_in(request, db):
        return see(request, safe_next(next))
    ready = db.scalar(select(col(Organisation.set_up_at))) is not None
    return page(request, "people/sign_in.html", form=blank(next=safe_next(next)), ready=ready)


@routes.post("/sign-in")
async def do_sign_in(request: Request, fields: Typed) -> Response:
    came = await sign_in(request, fields.get("email"), fields.get("password"))
    address = safe_next(fields.get("next"))
    if came.token:
        return keep_cookie(see(request, address), request.app.state.settings, came.token)
    form = refused(fields, wait_words(came.wait) if came.wait else WRONG)
    response = page(request, "people/sign_in.html", status=429 if came.wait else 422, form=form, ready=True)
    if came.wait:
        response.headers["Retry-After"] = str(came.wait)
    return response


def refused(fields: Fields, words: str) -> Form[web.FormModel]:
    form: Form[web.FormModel] = blank(email=fields.get("email"), next=safe_next(fields.get("next")))
    form.refuse("email", words)
    return form


@routes.post("/sign-out")
def sign_out(request: Request, db: Db) -> Response:
    settings = request.app.state.settings
    if token := request.cookies.get(cookie_name(settings)):
        end(db, session_key(token))
    return drop_cookie(see(request, "/sign-in", "You are signed out."), settings)
