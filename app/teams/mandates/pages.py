"""`/teams/{id}/mandates/new` and `/teams/mandates/{id}`: what the committee asks of a team, and how it stands."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import web
from app.changes import counts
from app.columns import today
from app.db import Db
from app.errors import Invalid
from app.ideas.listing import an_id
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Person, Team
from app.people.reporting import reports_to
from app.processes.models import Process
from app.teams.found import TheTeam
from app.teams.mandates import actions, rules
from app.teams.mandates.forms import ROWS, DoneForm, MandateForm, ReleaseForm, given, model_for
from app.teams.mandates.models import Mandate, Owed, Release
from app.teams.mandates.queries import mandate_visible_to, stands, told, versions
from app.teams.queries import Member, focus, members, prioritised
from app.teams.rules import chair, leads
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see, unchanged
from app.workflow import MoveForm

routes = web.router()
TheMandate = Annotated[Mandate, Depends(found(Mandate, mandate_visible_to))]
QUARTER = timedelta(days=91)


def home_day(db: Session) -> date:
    return today(db.info["settings"].time_zone)


def offered(db: Session, actor: Actor, team: Team) -> list[Process]:
    """What the team works on first, then the other priorities of the chair's committees."""
    own = focus(db, team.id).get(team.id, ())
    known = {process.id: process for process in (*own, *prioritised(db)) if actor.chairs(process.committee_id)}
    return list(known.values())


@routes.get("/teams/{id}/mandates/new")
def new(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    actions.chair_only(actor, team)
    process = an_id(request.query_params.get("process", "")) or 0
    known = offered(db, actor, team)
    process = process or (known[0].id if known else 0)
    return form_page(request, db, actor, team, members(db, team.id), first_form(db, team, process))


def first_form(db: Session, team: Team, process_id: int) -> Form[Any]:
    """Empty; or what stands now, to be changed into the next version."""
    before = stands(db, team.id, process_id)
    if before is None:
        day = home_day(db)
        values: dict[str, Any] = {"process": process_id or "", "from_on": day, "until_on": day + QUARTER}
        return blank(MandateForm, key=new_key(), **values, version="")
    values = {name: getattr(before, name) for name in ("measure", "target", "from_on", "until_on")}
    for name in ("figure_now", "figure_wanted"):
        number = getattr(before, name)
        values[name] = "" if number is None else f"{number:g}"
    query = select(Owed).where(col(Owed.mandate_id) == before.id).order_by(col(Owed.place))
    for row, owed in enumerate(db.scalars(query), start=1):
        values |= {f"what_{row}": owed.what, f"due_{row}": owed.due}
    for release in db.scalars(select(Release).where(col(Release.mandate_id) == before.id)):
        values[f"hours_{release.person_id}"] = release.hours
    return blank(MandateForm, key=new_key(), process=process_id, version=before.number, **values)


def form_page(
    request: Request,
    db: Session,
    actor: Actor,
    team: Team,
    people: Sequence[Member],
    form: Form[Any],
    status: int = 200,
) -> Response:
    return page(
        request,
        "teams/mandates/edit.html",
        status=status,
        team=team,
        form=form,
        processes=[(one.id, one.name) for one in offered(db, actor, team)],
        rows=range(1, ROWS + 1),
        people=people,
        above=reports_to(db, [one.id for one in people]),
        next=form.value("version"),
    )


@routes.post("/teams/{id}/mandates/new")
def give(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    actions.chair_only(actor, team)
    people = members(db, team.id)
    form = fill(model_for(people), fields)
    data = given(form, people)
    if form and form.data.process not in {one.id for one in offered(db, actor, team)}:
        form.refuse("process", "Choose one of the offered processes.")
    if data is None or not form:
        form.key = new_key()
        return form_page(request, db, actor, team, people, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    made = actions.give(db, actor, team, data)
    return once_.see(f"/teams/mandates/{made.id}", "The mandate is given. The team's lead answers it.")


@routes.get("/teams/mandates/{id}")
def show(request: Request, db: Db, actor: Employee, mandate: TheMandate) -> Response:
    shown = counts(db, "people", "teams", "processes")
    if kept := unchanged(request, actor.rights, actor.teams, actor.leads, shown):
        return kept
    return mandate_page(request, db, actor, mandate)


def mandate_page(
    request: Request, db: Session, actor: Actor, mandate: Mandate, status: int = 200, form: Form[Any] | None = None
) -> Response:
    """form: with `answers`, the part of the page that it belongs to ("hours 3", "owed 2", or a move's name)."""
    team = db.get_one(Team, mandate.team_id)
    process = db.get_one(Process, mandate.process_id)
    by = db.get_one(Person, mandate.given_by).name
    (one,) = told(db, actor, team, [(mandate, process.name, by)], home_day(db))
    return page(
        request,
        "teams/mandates/show.html",
        status=status,
        team=team,
        process=process,
        told=one,
        mandate=mandate,
        versions=versions(db, mandate),
        moves=[move for move in rules.life.open_to(actor, mandate) if may_move(actor, team, move.name)],
        lead=leads(actor, team),
        chair=chair(actor, team),
        form=blank() if form is None else form,
    )


def may_move(actor: Actor, team: Team, name: str) -> bool:
    return chair(actor, team) if name == "end_mandate" else leads(actor, team)


@routes.post("/teams/mandates/{id}/moves")
def move(request: Request, db: Db, actor: Employee, mandate: TheMandate, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("This move cannot be read. Load the page again.")
    team = db.get_one(Team, mandate.team_id)
    entry = actions.move(db, actor, team, mandate, form.data.name, form.data.note, form.data.version)
    return see(request, f"/teams/mandates/{mandate.id}", f"It is {entry.after} now.")


@routes.post("/teams/mandates/{id}/owed/{owed}")
def hand_in(request: Request, db: Db, actor: Employee, mandate: TheMandate, owed: ThingId, fields: Typed) -> Response:
    form = fill(DoneForm, fields)
    if not form:
        return mandate_page(request, db, actor, mandate, 422, named(form, f"owed_{owed}"))
    team = db.get_one(Team, mandate.team_id)
    words = actions.hand_in(db, actor, team, mandate, owed, form.data)
    return see(request, f"/teams/mandates/{mandate.id}#owed", words)


@routes.post("/teams/mandates/{id}/hours/{asked}")
def release(request: Request, db: Db, actor: Employee, mandate: TheMandate, asked: ThingId, fields: Typed) -> Response:
    form = fill(ReleaseForm, fields)
    team = db.get_one(Team, mandate.team_id)
    if form and form.data.name == "refuse" and not form.data.note:
        form.refuse("note", "Give a reason: the member, the team's lead and the committee read it.")
    if not form:
        return mandate_page(request, db, actor, mandate, 422, named(form, f"hours_{asked}"))
    words = actions.release(db, actor, team, mandate, asked, form.data)
    return see(request, f"/teams/mandates/{mandate.id}#hours", words)


def named(form: Form[Any], part: str) -> Form[Any]:
    """The mistakes and the words, under the names that this part of the page has for them."""
    mistakes = {f"{part}_{name}": words for name, words in form.errors.items()}
    texts = {f"{part}_{name}": values for name, values in form.texts.items()}
    return Form(texts, mistakes)
