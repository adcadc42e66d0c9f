"""`/teams`: change-agent teams, the processes they work on and their ideas."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.changes import counts
from app.db import Db
from app.errors import Invalid, Refused
from app.ideas import queries
from app.ideas.drawing import lines
from app.ideas.listing import Filter, places
from app.once import new_key, once
from app.people import teams
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Team
from app.people.teams import MemberForm, TeamForm
from app.processes.models import Focus, Process
from app.web import Form, FormModel, Request, Response, Typed, blank, fill, page, see, unchanged

routes = web.router()
TheTeam = Annotated[Team, Depends(found(Team, teams.visible_to))]


class SomeoneForm(FormModel):
    person: teams.SomeId


@routes.get("/teams")
def index(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, actor.teams, counts(db, "people", "processes")):
        return kept
    listed = teams.teams(db, actor)
    work = focus(db)
    taken = {process.id for processes in work.values() for process in processes}
    free = [process for process in queries.prioritised(db) if process.id not in taken]
    return page(request, "teams/index.html", teams=listed, work=work, free=free, mine=actor.teams)


def focus(db: Session, team_id: int | None = None) -> dict[int, Sequence[Process]]:
    """Team -> the processes that it works on, by rank."""
    query = select(col(Focus.team_id), Process).join(Process, col(Process.id) == Focus.process_id)
    if team_id is not None:
        query = query.where(col(Focus.team_id) == team_id)
    found: dict[int, list[Process]] = {}
    for team, process in db.execute(query.order_by(col(Process.rank), col(Process.name))):
        found.setdefault(team, []).append(process)
    return dict(found)


@routes.get("/teams/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    process = request.query_params.get("process", "")
    form = blank(TeamForm, key=new_key(), processes=[process] if process else [])
    return page(request, "teams/edit.html", **writing(db, form))


@routes.post("/teams/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    form = fill(TeamForm, fields)
    if form and teams.named_already(db, form.data.name) and not repeated(db, request, actor, fields):
        form.refuse("name", "A team has this name already.")
    if not form:
        form.key = new_key()
        return page(request, "teams/edit.html", status=422, **writing(db, form))
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    team = teams.form(db, actor, form.data)
    set_focus(db, team, form.data.processes)
    return once_.see(f"/teams/{team.id}", "The team is formed. Add who works with you.")


def repeated(db: Session, request: Request, actor: Actor, fields: web.Fields) -> bool:
    return once(db, request, actor.id, fields).repeated


def writing(db: Session, form: Form[TeamForm], team: Team | None = None) -> dict[str, Any]:
    chosen = [] if team is None else focus(db, team.id).get(team.id, ())
    asked = {process.id: process for process in (*queries.prioritised(db), *chosen)}
    return {
        "form": form,
        "team": team,
        "processes": [(process.id, process.name) for process in asked.values()],
    }


def set_focus(db: Session, team: Team, wanted: Sequence[int]) -> None:
    """What the team works on: prioritised processes, and what it worked on before."""
    before = {process.id for process in focus(db, team.id).get(team.id, ())}
    offered = before | {process.id for process in queries.prioritised(db)}
    if not set(wanted) <= offered:
        raise Invalid("Choose among the processes that are prioritised.")
    db.execute(delete(Focus).where(col(Focus.team_id) == team.id, col(Focus.process_id).in_(before - set(wanted))))
    for process in sorted(set(wanted) - before):
        db.add(Focus(team_id=team.id, process_id=process))


@routes.get("/teams/{id}")
def show(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    changes = counts(db, "people", "processes", "ideas")
    if kept := unchanged(request, actor.rights, actor.teams, changes):
        return kept
    found, _ = places(db, actor, Filter(team=team.id))
    return page(
        request,
        "teams/show.html",
        team=team,
        members=teams.members(db, team.id),
        work=focus(db, team.id).get(team.id, ()),
        lines=lines(request, db, found, changes[:2]),
        leads=teams.leads(actor, team),
        is_in=teams.is_in(actor, team),
        me=actor.id,
    )


@routes.get("/teams/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    lead_only(actor, team)
    chosen = [process.id for process in focus(db, team.id).get(team.id, ())]
    form = blank(TeamForm, name=team.name, purpose=team.purpose, processes=chosen, version=team.version)
    return page(request, "teams/edit.html", **writing(db, form, team))


@routes.post("/teams/{id}/edit")
def change(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    lead_only(actor, team)
    form = fill(TeamForm, fields)
    if form and teams.named_already(db, form.data.name, but=team.id):
        form.refuse("name", "A team has this name already.")
    if not form:
        return page(request, "teams/edit.html", status=422, **writing(db, form, team))
    teams.change(db, actor, team, form.data)
    set_focus(db, team, form.data.processes)
    return see(request, f"/teams/{team.id}", "Kept.")


def lead_only(actor: Actor, team: Team) -> None:
    if not teams.leads(actor, team):
        raise Refused("Only who leads the team changes it.")


@routes.post("/teams/{id}/members")
def add(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    lead_only(actor, team)
    form = fill(MemberForm, fields)
    if not form:
        raise Invalid("Write the colleague's whole e-mail address.")
    person = teams.add_member(db, actor, team, form.data.email)
    return see(request, f"/teams/{team.id}", f"{person.name} is in the team.")


@routes.post("/teams/{id}/leave")
def leave(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    teams.leave(db, actor, team, chosen(fields))
    return see(request, f"/teams/{team.id}", "No longer in the team.")


@routes.post("/teams/{id}/lead")
def hand_over(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    teams.hand_over(db, actor, team, chosen(fields))
    return see(request, f"/teams/{team.id}", "The lead is handed over.")


def chosen(fields: web.Fields) -> int:
    form = fill(SomeoneForm, fields)
    if not form:
        raise Invalid("Say who.")
    return form.data.person
