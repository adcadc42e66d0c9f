"""Channels of team chats: `/admin/chat` for all of them, `/teams/{id}/chat` for a team's own."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col
from starlette.responses import Response

from app import web
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.notices.hooks import actions
from app.notices.hooks.models import CHATS, EVENTS, Event, Hook, HookForm, HookMoveForm
from app.notices.hooks.queries import hooks
from app.once import new_key, once
from app.people.actor import Actor, Administrator, Employee
from app.people.models import Team
from app.web import Form, ThingId, Typed, blank, fill, page, see

routes = web.router()
DONE = {
    "test": "A test is on its way. Load this page again to see.",
    "off": "Nothing more is posted there.",
    "on": "It is posted to again.",
    "remove": "The channel is removed, and its address with it.",
}


def place(team_id: int | None) -> str:
    return f"/teams/{team_id}/chat" if team_id else "/admin/chat"


def draw(request: Request, db: Db, team: Team | None, form: Form[Any] | None = None, status: int = 200) -> Response:
    known = hooks(db, team.id) if team else hooks(db, every=True)
    usual = [event.value for event in Event]
    drawn: dict[str, Any] = {
        "team": team,
        "here": place(team.id if team else None),
        "hooks": known,
        "teams": team_names(db, known),
        "form": form or blank(key=new_key(), chat="slack", events=usual),
        "chats": [(chat.value, words) for chat, words in CHATS.items()],
        "events": [(event.value, title, what) for event, (title, what) in EVENTS.items()],
        "most": actions.FAILURES,
    }
    return page(request, "notices/channels.html", status=status, **drawn)


def team_names(db: Session, known: Sequence[Hook]) -> dict[int, str]:
    ids = {hook.team_id for hook in known if hook.team_id}
    return dict(db.execute(select(col(Team.id), col(Team.name)).where(col(Team.id).in_(ids))).all())


def kept_team(db: Session, actor: Actor, team_id: int) -> Team:
    team = db.get(Team, team_id)
    if team is None:
        raise Missing()
    if team.id not in actor.leads or team.disbanded_at:
        raise Refused("Only who leads the team chooses its channels.")
    return team


@routes.get("/admin/chat")
def show_all(request: Request, db: Db, actor: Administrator) -> Response:
    return draw(request, db, None)


@routes.post("/admin/chat")
def add_for_all(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    return add(request, db, actor, fields, None)


@routes.get("/teams/{id}/chat")
def show_teams(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    return draw(request, db, kept_team(db, actor, id))


@routes.post("/teams/{id}/chat")
def add_for_team(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    return add(request, db, actor, fields, kept_team(db, actor, id))


def add(request: Request, db: Db, actor: Actor, fields: Typed, team: Team | None) -> Response:
    form = fill(HookForm, fields)
    if form and not form.data.events:
        form.refuse("events", "Choose what the channel is told of.")
    if not form:
        return draw(request, db, team, form, 422)
    first = once(db, request, actor.id, fields)
    if first.done:
        return first.done
    actions.add(db, actor, form.data, team.id if team else None)
    return first.see(place(team.id if team else None), "The channel is added. Post a test to see whether it works.")


@routes.post("/notices/channels/{id}/moves")
def move(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    hook = db.get(Hook, id, with_for_update=True)
    if hook is None or not actions.keeps(actor, hook.team_id):
        raise Missing()
    form = fill(HookMoveForm, fields)
    if not form:
        raise Invalid("There is no such move.")
    actions.move(db, actor, hook, form.data.name)
    own = hook.team_id if hook.team_id in actor.leads else None
    return see(request, place(own), DONE[form.data.name])
