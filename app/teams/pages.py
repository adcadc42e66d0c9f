"""`/teams`: change-agent teams, the processes they work on, whom they look for, what they owe, their ideas."""

from typing import Any

from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.columns import today
from app.db import Db
from app.errors import Invalid
from app.frame import Area
from app.ideas.drawing import lines
from app.ideas.listing import Filter, places
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.models import Team
from app.teams import actions, queries, rules
from app.teams.found import TheTeam
from app.teams.invitations.queries import mine, pending
from app.teams.mandates.queries import debts, mandates, told
from app.teams.models import SomeoneForm, TeamForm
from app.teams.saying import makeup
from app.teams.seats.queries import seats
from app.web import Form, Request, Response, Typed, blank, fill, page, see, unchanged

area = Area("ideas", 20, "Teams", "/teams")
routes = web.router()


@routes.get("/teams")
def index(request: Request, db: Db, actor: Employee) -> Response:
    shown = counts(db, "people", "processes", "teams")
    if kept := unchanged(request, actor.rights, actor.teams, shown):
        return kept
    headed = [committee for committee in actor.seats if actor.chairs(committee)]
    return page(
        request,
        "teams/index.html",
        teams=queries.teams(db, actor),
        work=queries.focus(db),
        free=queries.without_a_team(db),
        seats=seats(db, actor),
        owed=debts(db, committees=headed) if headed else (),
        day=today(request.app.state.settings.time_zone),
        mine=actor.teams,
        chairs=bool(headed),
    )


@routes.get("/teams/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    process = request.query_params.get("process", "")
    form = blank(TeamForm, key=new_key(), processes=[process] if process else [])
    return page(request, "teams/edit.html", **writing(db, form))


@routes.post("/teams/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    form = fill(TeamForm, fields)
    if form and queries.named_already(db, form.data.name) and not repeated(db, request, actor, fields):
        form.refuse("name", "A team has this name already.")
    if not form:
        form.key = new_key()
        return page(request, "teams/edit.html", status=422, **writing(db, form))
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    team = actions.form(db, actor, form.data)
    return once_.see(f"/teams/{team.id}", "The team is formed. Say whom it looks for, or invite colleagues.")


def repeated(db: Session, request: Request, actor: Actor, fields: web.Fields) -> bool:
    return once(db, request, actor.id, fields).repeated


def writing(db: Session, form: Form[TeamForm], team: Team | None = None) -> dict[str, Any]:
    chosen = [] if team is None else queries.focus(db, team.id).get(team.id, ())
    asked = {process.id: process for process in (*queries.prioritised(db), *chosen)}
    return {
        "form": form,
        "team": team,
        "processes": [(process.id, process.name) for process in asked.values()],
    }


@routes.get("/teams/{id}")
def show(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    changes = counts(db, "people", "processes", "ideas", "teams")
    if kept := unchanged(request, actor.rights, actor.teams, actor.leads, changes):
        return kept
    found, _ = places(db, actor, Filter(team=team.id))
    people, lead = queries.members(db, team.id), rules.leads(actor, team)
    day = today(request.app.state.settings.time_zone)
    return page(
        request,
        "teams/show.html",
        team=team,
        members=people,
        makeup=makeup(people),
        work=queries.focus(db, team.id).get(team.id, ()),
        seats=seats(db, actor, team.id, taken=True),
        mandates=told(db, actor, team, mandates(db, team.id), day),
        invited=pending(db, team.id) if lead else (),
        asked=mine(db, actor, team.id),
        lines=lines(request, db, found, changes[:2]),
        leads=lead,
        chair=rules.chair(actor, team),
        is_in=rules.is_in(actor, team),
        me=actor.id,
    )


@routes.get("/teams/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    actions.lead_only(actor, team)
    chosen = [process.id for process in queries.focus(db, team.id).get(team.id, ())]
    form = blank(TeamForm, name=team.name, purpose=team.purpose, processes=chosen, version=team.version)
    return page(request, "teams/edit.html", **writing(db, form, team))


@routes.post("/teams/{id}/edit")
def change(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    actions.lead_only(actor, team)
    form = fill(TeamForm, fields)
    if form and queries.named_already(db, form.data.name, but=team.id):
        form.refuse("name", "A team has this name already.")
    if not form:
        return page(request, "teams/edit.html", status=422, **writing(db, form, team))
    actions.change(db, actor, team, form.data)
    return see(request, f"/teams/{team.id}", "Kept.")


@routes.post("/teams/{id}/leave")
def leave(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    actions.leave(db, actor, team, chosen(fields))
    return see(request, f"/teams/{team.id}", "No longer in the team.")


@routes.post("/teams/{id}/lead")
def hand_over(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    actions.hand_over(db, actor, team, chosen(fields))
    return see(request, f"/teams/{team.id}", "The lead is handed over.")


def chosen(fields: web.Fields) -> int:
    form = fill(SomeoneForm, fields)
    if not form:
        raise Invalid("Say who.")
    return form.data.person
