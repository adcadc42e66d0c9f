"""My settings, my sessions, my password."""

from typing import Any
from zoneinfo import available_timezones

from fastapi import Request
from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from app import web
from app.db import Db
from app.errors import Stale
from app.people.actions import password_words, set_password
from app.people.actor import Visitor
from app.people.checking import NewPassword, OwnPassword
from app.people.forms import PasswordForm, SessionForm, SettingsForm
from app.people.models import Person, Session
from app.people.sessions import device, end, end_all, open_sessions
from app.people.signing import drop_cookie, log
from app.people.tokens.actions import tokens_of
from app.record.actions import write
from app.web import Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))


def draw(request: Request, db: Db, actor: Visitor, status: int = 200, **forms: Form[Any]) -> Response:
    drawn = {
        "settings": forms.get("settings", blank(theme=actor.theme, time_zone=actor.time_zone)),
        "password": forms.get("password", blank()),
        "sessions": [(session, device(session.agent)) for session in open_sessions(db, actor.id)],
        "this": actor.session,
        "tokens": tokens_of(db, actor.id),
        "zones": [(zone, zone.replace("_", " ")) for zone in ZONES],
        "home_zone": request.app.state.settings.time_zone,
    }
    return page(request, "people/me.html", status=status, actor=actor, **drawn)


@routes.get("/me")
def me(request: Request, db: Db, actor: Visitor) -> Response:
    return draw(request, db, actor)


@routes.post("/me")
def change_settings(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    form = fill(SettingsForm, fields)
    if not form:
        return draw(request, db, actor, 422, settings=form)
    person = db.get_one(Person, actor.id)
    person.theme, person.time_zone = form.data.theme, form.data.time_zone
    person.version += 1
    return see(request, "/me", "Your settings are kept.")


@routes.post("/me/password")
def change_password(
    request: Request, proof: OwnPassword, fresh: NewPassword, db: Db, actor: Visitor, fields: Typed
) -> Response:
    form = fill(PasswordForm, fields)
    person = db.get_one(Person, actor.id)
    wrong = [proof.fails(form, actor), fresh.refuse(form, password_words(db, person))]
    if any(wrong) or not form:
        return draw(request, db, actor, 422, password=form)
    set_password(db, person, fresh.hash, "changed", but=actor.session)
    write(db, actor.id, "password", person.ref, figures={"by": "change"})
    return see(request, "/me", "Your new password is kept. Your other sessions have ended.")


@routes.post("/me/sessions")
def end_sessions(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    """`others`, or the first letters of one session's key: the whole key is never shown."""
    form = fill(SessionForm, fields)
    if form and form.data.session == "others":
        end_all(db, actor.id, but=actor.session)
        return see(request, "/me", "Your other sessions have ended.")
    key = own_session(db, actor, fields.get("session"))
    end(db, key)
    log.info("session ended", person=actor.id, request=request.state.request_id)
    if key == actor.session:
        return drop_cookie(see(request, "/sign-in", "You are signed out."), request.app.state.settings)
    return see(request, "/me", "That session has ended.")


def own_session(db: Db, actor: Visitor, first: str) -> str:
    mine = (col(Session.person_id) == actor.id, col(Session.ended_at).is_(None))
    keys = [key for key in db.scalars(select(col(Session.key)).where(*mine)) if len(first) == 16 and key[:16] == first]
    if not keys:
        raise Stale("That session has ended already.")
    return keys[0]
