"""`/review/committees`: who sits on a committee, what it answers for and has to spend; an idea passed to another."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.errors import Invalid, Refused
from app.ideas.models import Idea
from app.ideas.queries import visible_to as ideas_visible_to
from app.people.absences import actions as absences
from app.people.absences.forms import MembersAbsenceForm
from app.people.actor import Actor, Employee, Member
from app.people.calendar.queries import fiscal_month, workdays
from app.people.found import found
from app.people.models import Committee, Post, Seat
from app.people.queries import choosable
from app.pilots.funds import used
from app.pilots.standing_in.actions import settle_all
from app.processes.models import Process
from app.review import scorecards
from app.review.committees import actions, queries, rules
from app.review.committees.forms import PassOnForm, SubstituteForm
from app.review.pages_rounds import listed
from app.review.standing_in.actions import unfilled
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see
from app.workdays import fiscal_year_of

routes = router()
TheCommittee = Annotated[Committee, Depends(found(Committee, queries.visible_to))]
TheSeat = Annotated[Seat, Depends(found(Seat, queries.seat_visible_to))]
TheIdea = Annotated[Idea, Depends(found(Idea, ideas_visible_to))]
POSTS = {Post.CHAIR: "Chair", Post.DEPUTY: "Deputy chair", Post.MEMBER: "Member"}


@routes.get("/review/committees")
def index(request: Request, db: Db, actor: Employee) -> Response:
    every = queries.committees(db, actor)
    return page(request, "review/committees/index.html", committees=every, seats=actor.seats)


@routes.get("/review/committees/{id}")
def show(request: Request, db: Db, actor: Employee, committee: TheCommittee) -> Response:
    return draw(db, request, actor, committee)


def draw(
    db: Session, request: Request, actor: Actor, committee: Committee, status: int = 200, **forms: Form[Any]
) -> Response:
    day, heads = today(db.info["settings"].time_zone), rules.notes_absences(actor, committee)
    whole = rules.sees_whole(actor, committee)
    return page(
        request,
        "review/committees/show.html",
        status=status,
        committee=committee,
        seats=queries.sittings(db, committee.id, day),
        posts=POSTS,
        processes=queries.processes_of(db, committee.id),
        whole=whole,
        heads=heads,
        on=actor.on(committee.id),
        people=choosable(db) if heads else [],
        unfilled=unfilled(db, {committee.id}) if heads else [],
        day=day,
        by=workdays(db).add(day, committee.promised_days),
        absence=forms.get("absence", blank()),
        **(inside(db, actor, committee) if whole else {"years": [], "rounds": [], "card": None}),
    )


def inside(db: Session, actor: Actor, committee: Committee) -> dict[str, Any]:
    """What only its members, leaders and administrators read."""
    month = fiscal_month(db)
    now = fiscal_year_of(today(db.info["settings"].time_zone), month)
    spent = used(db, committee.id, month)
    years = [(one, spent[one.year.year]) for one in queries.years(db, committee, now)]
    rounds = listed(db, actor, committee.id)
    return {"years": years, "now": now, "rounds": rounds, "card": scorecards.current(db, committee.id)}


@routes.post("/review/committees/seats/{id}/substitute")
def substitute(request: Request, db: Db, actor: Member, seat: TheSeat, fields: Typed) -> Response:
    form = fill(SubstituteForm, fields)
    if not form:
        raise Invalid("Choose one of the colleagues who are offered.")
    actions.name_substitute(db, actor, seat, form.data.substitute)
    db.flush()
    settle_all(db)
    own = seat.person_id == actor.id
    words = "Kept. They stand in while you are absent." if own else "Kept. They stand in while the member is absent."
    return see(request, "/me/absences" if own else f"/review/committees/{seat.committee_id}", words)


@routes.post("/review/committees/{id}/absences")
def note(request: Request, db: Db, actor: Member, committee: TheCommittee, fields: Typed) -> Response:
    must_head(actor, committee)
    form = fill(MembersAbsenceForm, fields)
    day = today(db.info["settings"].time_zone)
    members = {one.person_id for one in queries.sittings(db, committee.id, day)}
    if form and form.data.person not in members:
        form.refuse("person", "Choose one of the members.")
    if form and form.data.ends < day:
        form.refuse("ends", "Choose days that are still to come.")
    if not form:
        return draw(db, request, actor, committee, 422, absence=form)
    absences.note(db, actor, form.data.person, form.data)
    settle_all(db)
    return see(request, f"/review/committees/{committee.id}", "Noted. What they have not begun goes to the substitute.")


@routes.post("/review/committees/{id}/absences/{absence_id}/take-back")
def take_back(request: Request, db: Db, actor: Member, committee: TheCommittee, absence_id: ThingId) -> Response:
    must_head(actor, committee)
    day = today(db.info["settings"].time_zone)
    members = {one.person_id for one in queries.sittings(db, committee.id, day)}
    absences.take_back(db, actor, absences.the_absence(db, absence_id, members))
    db.flush()
    settle_all(db)
    return see(request, f"/review/committees/{committee.id}", "Taken back. What nobody has begun returns.")


def must_head(actor: Actor, committee: Committee) -> None:
    if not rules.notes_absences(actor, committee):
        raise Refused("The chair or the deputy notes absences of members.")


def draw_pass_on(
    db: Session, request: Request, actor: Actor, idea: Idea, form: Form[PassOnForm], status: int = 200
) -> Response:
    return page(
        request,
        "review/committees/pass_on.html",
        status=status,
        idea=idea,
        here=db.get_one(Committee, idea.committee_id),
        others=queries.choices(db, but=idea.committee_id),
        form=form,
        trail=trail(db, actor, "idea", process=db.get_one(Process, idea.process_id), idea=idea),
    )


@routes.get("/review/ideas/{id}/pass-on")
def choose(request: Request, db: Db, actor: Member, idea: TheIdea) -> Response:
    actions.must_hold(db, actor, idea)
    return draw_pass_on(db, request, actor, idea, blank(PassOnForm, version=idea.version))


@routes.post("/review/ideas/{id}/pass-on")
def pass_on(request: Request, db: Db, actor: Member, idea: TheIdea, fields: Typed) -> Response:
    form = fill(PassOnForm, fields)
    if not form:
        actions.must_hold(db, actor, idea)
        return draw_pass_on(db, request, actor, idea, form, 422)
    actions.pass_on(db, actor, idea, form.data)
    name = db.get_one(Committee, form.data.committee).name
    return see(request, f"/ideas/{idea.id}", f"It is with the {name} now. Its promised day stays.")
