"""`/teams/seats/{id}`: an open seat, who claims it, and what the lead answers."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.db import Db
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Team
from app.teams.actions import lead_only
from app.teams.found import TheTeam
from app.teams.models import Competence
from app.teams.queries import known_competences
from app.teams.rules import leads
from app.teams.seats import actions
from app.teams.seats.models import AnswerForm, Claim, ClaimForm, ClaimStage, SeatForm, SeatStage, TeamSeat
from app.teams.seats.queries import claims_of, seat_visible_to
from app.teams.seats.rules import may_claim
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see, unchanged

routes = web.router()
TheSeat = Annotated[TeamSeat, Depends(found(TeamSeat, seat_visible_to))]


@routes.get("/teams/{id}/seats/new")
def new(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    lead_only(actor, team)
    return form_page(request, db, team, blank(SeatForm, key=new_key()))


def form_page(request: Request, db: Session, team: Team, form: Form[SeatForm], status: int = 200) -> Response:
    known = known_competences(db)
    return page(request, "teams/seats/edit.html", status=status, team=team, form=form, known=known)


@routes.post("/teams/{id}/seats/new")
def create(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    lead_only(actor, team)
    form = fill(SeatForm, fields)
    if not form:
        form.key = new_key()
        return form_page(request, db, team, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    seat = actions.open_seat(db, actor, team, form.data)
    return once_.see(f"/teams/seats/{seat.id}", "The seat is open. Every colleague can claim it.")


@routes.get("/teams/seats/{id}")
def show(request: Request, db: Db, actor: Employee, seat: TheSeat) -> Response:
    if kept := unchanged(request, actor.rights, actor.teams, actor.leads, counts(db, "people", "teams")):
        return kept
    return seat_page(request, db, actor, seat, blank(ClaimForm))


def seat_page(
    request: Request, db: Session, actor: Actor, seat: TeamSeat, form: Form[Any], status: int = 200, declining: int = 0
) -> Response:
    """The lead sees every claim; everybody else their own."""
    team = db.get_one(Team, seat.team_id)
    lead = leads(actor, team)
    shown = claims_of(db, seat.id, None if lead else actor.id)
    waits = any(one.person_id == actor.id and one.stage is ClaimStage.MADE for one in shown)
    return page(
        request,
        "teams/seats/show.html",
        status=status,
        seat=seat,
        team=team,
        skill=db.get_one(Competence, seat.competence_id).name,
        claims=shown,
        lead=lead,
        me=actor.id,
        may_claim=may_claim(actor, team, seat) and not waits,
        is_open=seat.stage is SeatStage.OPEN,
        form=form,
        declining=declining,
    )


@routes.post("/teams/seats/{id}/claims")
def claim(request: Request, db: Db, actor: Employee, seat: TheSeat, fields: Typed) -> Response:
    team = db.get_one(Team, seat.team_id)
    actions.must_claim(actor, team, seat)
    form = fill(ClaimForm, fields)
    if not form:
        return seat_page(request, db, actor, seat, form, 422)
    actions.claim(db, actor, team, seat, form.data)
    return see(request, f"/teams/seats/{seat.id}", "Claimed. Whoever leads the team answers you.")


@routes.post("/teams/seats/{id}/claims/{claim}")
def answer(request: Request, db: Db, actor: Employee, seat: TheSeat, claim: ThingId, fields: Typed) -> Response:
    form = fill(AnswerForm, fields)
    team = db.get_one(Team, seat.team_id)
    mine = (made := db.get(Claim, claim)) is not None and made.seat_id == seat.id and made.stage is ClaimStage.MADE
    if mine and leads(actor, team) and fields.get("name") == "decline" and not fields.get("note").strip():
        form.refuse("note", "Give a reason: the colleague reads it.")
    if not form:
        return seat_page(request, db, actor, seat, form, 422, declining=claim)
    words = actions.answer(db, actor, team, seat, claim, form.data)
    return see(request, f"/teams/seats/{seat.id}", words)


@routes.post("/teams/seats/{id}/withdraw")
def withdraw(request: Request, db: Db, actor: Employee, seat: TheSeat) -> Response:
    team = db.get_one(Team, seat.team_id)
    actions.withdraw(db, actor, team, seat)
    return see(request, f"/teams/{team.id}", "The seat is taken away.")
