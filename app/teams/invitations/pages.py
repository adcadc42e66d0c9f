"""`/teams/{id}/invite`: a colleague is asked by their address; the answer is given on the team's page."""

from sqlalchemy.orm import Session

from app import web
from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Employee
from app.people.models import Person, Team
from app.teams.actions import lead_only
from app.teams.found import TheTeam
from app.teams.invitations import actions
from app.teams.invitations.models import InviteForm, ReplyForm
from app.teams.queries import colleague, known_competences
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see

routes = web.router()
UNKNOWN = "No colleague has this address. An administrator adds people; customers and suppliers are invited to an idea."


@routes.get("/teams/{id}/invite")
def ask(request: Request, db: Db, actor: Employee, team: TheTeam) -> Response:
    lead_only(actor, team)
    return form_page(request, db, team, blank(InviteForm, key=new_key()))


def form_page(request: Request, db: Session, team: Team, form: Form[InviteForm], status: int = 200) -> Response:
    known = known_competences(db)
    return page(request, "teams/invitations/edit.html", status=status, team=team, form=form, known=known)


@routes.post("/teams/{id}/invite")
def invite(request: Request, db: Db, actor: Employee, team: TheTeam, fields: Typed) -> Response:
    lead_only(actor, team)
    form = fill(InviteForm, fields)
    person = whom(db, team, form) if form else None
    if person is None or not form:
        form.key = new_key()
        return form_page(request, db, team, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.invite(db, actor, team, person, form.data)
    return once_.see(f"/teams/{team.id}#invited", f"{person.name} is asked, and hears of it now.")


def whom(db: Session, team: Team, form: Form[InviteForm]) -> Person | None:
    """The colleague of this address, with what only the database sees put beside the field."""
    person = colleague(db, form.data.email)
    if person is None:
        form.refuse("email", UNKNOWN)
    elif actions.is_in_already(db, team, person):
        form.refuse("email", f"{person.name} is in the team already.")
    return person


@routes.post("/teams/{id}/invitations/{invitation}")
def reply(request: Request, db: Db, actor: Employee, team: TheTeam, invitation: ThingId, fields: Typed) -> Response:
    form = fill(ReplyForm, fields)
    if not form:
        raise Invalid("Join, decline or take back: nothing else can be answered here.")
    return see(request, f"/teams/{team.id}", actions.reply(db, actor, team, invitation, form.data))
