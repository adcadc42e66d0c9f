"""`/guest/{token}`: a guest comes in by their link. These addresses are public; the link is the right."""

from fastapi import Request
from sqlalchemy.orm import Session as DbSession
from starlette.responses import Response

from app import web
from app.db import Db
from app.errors import Missing
from app.people import mail
from app.people.actions import password_words, set_password
from app.people.actor import find_actor
from app.people.checking import NewPassword
from app.people.guests import actions
from app.people.guests.models import EnterForm, GuestInvitation
from app.people.models import Person
from app.people.sessions import begin
from app.people.signing import keep_cookie, log
from app.record.actions import write
from app.refs import Found, registry
from app.web import Form, Typed, blank, fill, page, see

routes = web.router()
SENT = "A new link is on its way to your address."


def thing_of(db: DbSession, made: GuestInvitation, guest: Person) -> Found:
    """What they are invited to, as far as they may see it now."""
    return registry(db).one(db, find_actor(db, guest.id), made.about)


def draw(
    request: Request,
    db: DbSession,
    made: GuestInvitation,
    guest: Person,
    form: Form[EnterForm] | None = None,
    status: int = 200,
) -> Response:
    request.state.db = db
    return page(
        request,
        "people/guests/enter.html",
        status=status,
        guest=guest,
        made=made,
        thing=thing_of(db, made, guest),
        usable=actions.usable(made),
        mails=mail.configured(db.info["settings"]),
        form=blank() if form is None else form,
    )


@routes.get("/guest/{token}")
def look(request: Request, db: Db, token: str) -> Response:
    """A mail scanner that opens the link has not used it: coming in takes a button."""
    made, guest = actions.known(db, token)
    return draw(request, db, made, guest)


@routes.post("/guest/{token}")
def enter(request: Request, fresh: NewPassword, db: Db, fields: Typed, token: str) -> Response:
    """With a password to come back with, where they choose one."""
    made, guest = actions.known(db, token)
    if not actions.usable(made):
        return draw(request, db, made, guest, status=409)
    thing = thing_of(db, made, guest)
    form = fill(EnterForm, fields)
    if fresh.password and fresh.refuse(form, password_words(db, guest)):
        return draw(request, db, made, guest, form, 422)
    actions.use(made)
    if fresh.password:
        set_password(db, guest, fresh.hash, "guest")
        write(db, guest.id, "password", guest.ref, figures={"by": "guest"})
    token = begin(db, guest.id, request.headers.get("user-agent", ""))
    log.info("guest came in", person=guest.id, request=request.state.request_id)
    return keep_cookie(see(request, thing.address, f"Welcome, {guest.name}."), request.app.state.settings, token)


@routes.post("/guest/{token}/again")
def again(request: Request, db: Db, token: str) -> Response:
    """A new link in the place of one that was used or has ended; it goes to the guest's address and nowhere else."""
    made, guest = actions.known(db, token)
    thing = thing_of(db, made, guest)
    if actions.usable(made) or not mail.configured(db.info["settings"]):
        raise Missing(actions.GONE)
    actions.renew(db, made, guest, f"Here is your new link to “{thing.title}”.")
    return see(request, "/sign-in", SENT)
