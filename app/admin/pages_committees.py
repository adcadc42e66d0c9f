"""Committees, several side by side: their settings, seats with their terms, and budgets by fiscal year."""

from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import true
from starlette.responses import Response

from app import web
from app.admin.forms import BudgetForm, CommitteeForm, NewCommitteeForm, SeatForm
from app.admin.house import add_committee, change_committee, seats
from app.columns import today
from app.db import Db
from app.once import new_key, once
from app.people.actor import Actor, Administrator
from app.people.calendar.queries import this_fiscal_year
from app.people.checking import OwnPassword
from app.people.found import found
from app.people.models import Committee, Kind, Person, Post
from app.people.queries import choosable
from app.people.roles import WORDS, set_post
from app.pilots.standing_in.actions import settle_all
from app.review.committees.actions import set_budget
from app.review.committees.queries import committees, years
from app.review.rounds import veil_newcomers
from app.web import Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()
FIELDS = ("name", "purpose", "quorum", "promised_days", "owner_days", "budget", "custodian_id", "version")


def every_committee(actor: Actor) -> Any:
    return true()


OneCommittee = Annotated[Committee, Depends(found(Committee, every_committee))]


@routes.get("/admin/committees")
def index(request: Request, db: Db, actor: Administrator) -> Response:
    return page(request, "admin/committees.html", committees=committees(db, actor))


def draw_new(request: Request, db: Db, form: Form[Any], status: int = 200) -> Response:
    return page(request, "admin/committee_new.html", status=status, form=form, people=choosable(db))


@routes.get("/admin/committees/new")
def new(request: Request, db: Db, actor: Administrator) -> Response:
    return draw_new(request, db, blank(NewCommitteeForm, key=new_key(), quorum=3, promised_days=20, owner_days=5))


@routes.post("/admin/committees/new")
def create(request: Request, proof: OwnPassword, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(NewCommitteeForm, fields)
    for name in ("chair_id", "deputy_id"):
        if form and not may_sit(db, getattr(form.data, name)):
            form.refuse(name, "Choose one of the people offered.")
    if form and form.data.chair_id == form.data.deputy_id:
        form.refuse("deputy_id", "The deputy stands in for the chair: choose somebody else, or nobody.")
    if proof.fails(form, actor) or not form:
        return draw_new(request, db, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    made = add_committee(db, actor.id, form.data)
    return once_.see(f"/admin/committees/{made.id}", "The committee is made. Seat its members, then give it processes.")


def may_sit(db: Db, person_id: int | None) -> bool:
    person = db.get(Person, person_id) if person_id else None
    return person_id is None or (person is not None and person.active and person.kind is Kind.EMPLOYEE)


def draw(request: Request, db: Db, committee: Committee, status: int = 200, **forms: Form[Any]) -> Response:
    year = this_fiscal_year(db)
    shown: dict[str, Any] = {
        "committee": committee,
        "form": forms.get("form", blank(**{name: getattr(committee, name) for name in FIELDS})),
        "seat": forms.get("seat", blank(post=Post.MEMBER)),
        "money": forms.get("money", blank(year=year.year)),
        "seats": seats(db, committee.id),
        "people": choosable(db),
        "posts": [(post.value, WORDS[post]) for post in Post],
        "years": years(db, committee, year),
        "day": today(db.info["settings"].time_zone),
    }
    return page(request, "admin/committee_one.html", status=status, **shown)


@routes.get("/admin/committees/{id}")
def show(request: Request, db: Db, actor: Administrator, committee: OneCommittee) -> Response:
    return draw(request, db, committee)


@routes.post("/admin/committees/{id}")
def change(request: Request, db: Db, actor: Administrator, committee: OneCommittee, fields: Typed) -> Response:
    form = fill(CommitteeForm, fields)
    if form and form.data.custodian_id is not None:
        seated = {person.id for _, person in seats(db, committee.id)}
        if form.data.custodian_id in seated or form.data.custodian_id not in {key for key, _ in choosable(db)}:
            form.refuse("custodian_id", "Choose a colleague who has no seat on the committee.")
    if not form:
        return draw(request, db, committee, 422, form=form)
    change_committee(db, actor.id, committee, form.data)
    return see(request, f"/admin/committees/{committee.id}", "Kept.")


@routes.post("/admin/committees/{id}/seats")
def change_seat(
    request: Request, proof: OwnPassword, db: Db, actor: Administrator, committee: OneCommittee, fields: Typed
) -> Response:
    form = fill(SeatForm, fields)
    person = db.get(Person, form.data.person_id) if form else None
    if form and person is None:
        form.refuse("person_id", "Choose one of the people offered.")
    if form and form.data.ends_on and form.data.ends_on < today(db.info["settings"].time_zone):
        form.refuse("ends_on", "Choose a day that is still to come, or end the seat.")
    if proof.fails(form, actor) or not form or person is None:
        return draw(request, db, committee, 422, seat=form)
    set_post(db, actor.id, committee, person, form.data.post, form.data.ends_on if form.data.post else None)
    db.flush()
    veil_newcomers(db)
    settle_all(db)
    return see(request, f"/admin/committees/{committee.id}", "Kept. It counts from the next page they open.")


@routes.post("/admin/committees/{id}/budgets")
def change_budget(request: Request, db: Db, actor: Administrator, committee: OneCommittee, fields: Typed) -> Response:
    form = fill(BudgetForm, fields)
    if not form:
        return draw(request, db, committee, 422, money=form)
    set_budget(db, actor, committee, form.data.year, form.data.amount)
    return see(request, f"/admin/committees/{committee.id}", "Kept.")
