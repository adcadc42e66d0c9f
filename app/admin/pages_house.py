"""Departments and the committee: its settings and its seats."""

from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import select, true
from sqlmodel import col
from starlette.responses import Response

from app import web
from app.admin.forms import CommitteeForm, DepartmentForm, DepartmentsForm, SeatForm
from app.admin.house import change_committee, heads, move_department, people_in, put_head, seats
from app.db import Db
from app.errors import Invalid
from app.people.actor import Actor, Administrator
from app.people.checking import OwnPassword
from app.people.departments import drawn, keep_tree, read_tree
from app.people.found import found
from app.people.models import Committee, Department, Person, Post
from app.people.queries import choosable, paths
from app.people.roles import WORDS, set_post, the_committee
from app.review.rounds import veil_newcomers
from app.web import Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()


def every_department(actor: Actor) -> Any:
    return true()


OneDepartment = Annotated[Department, Depends(found(Department, every_department))]


def draw_departments(request: Request, db: Db, status: int = 200, form: Form[Any] | None = None) -> Response:
    shown = {
        "form": blank() if form is None else form,
        "tree": drawn(db),
        "paths": paths(db),
        "people_in": people_in(db),
        "heads": heads(db),
    }
    return page(request, "admin/departments.html", status=status, **shown)


@routes.get("/admin/departments")
def departments(request: Request, db: Db, actor: Administrator) -> Response:
    return draw_departments(request, db)


@routes.post("/admin/departments")
def add_departments(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(DepartmentsForm, fields)
    try:
        # Not from the form, which takes the first line's indentation away.
        tree = read_tree(fields.get("departments"))
    except Invalid as mistake:
        form.refuse("departments", mistake.words)
    if not form:
        return draw_departments(request, db, 422, form)
    added = keep_tree(db, tree)
    return see(request, "/admin/departments", f"Kept, {added} of them new." if added else "Kept.")


def draw_department(
    request: Request, db: Db, department: Department, status: int = 200, form: Form[Any] | None = None
) -> Response:
    if form is None:
        form = blank(name=department.name, parent_id=department.parent_id, head_id=department.head_id)
    above = [(number, path) for number, path in paths(db).items() if number != department.id]
    shown: dict[str, Any] = {"department": department, "above": above, "people": choosable(db)}
    return page(request, "admin/department.html", status=status, form=form, **shown)


@routes.get("/admin/departments/{id}")
def department(request: Request, db: Db, actor: Administrator, department: OneDepartment) -> Response:
    return draw_department(request, db, department)


@routes.post("/admin/departments/{id}")
def change_department(
    request: Request, db: Db, actor: Administrator, department: OneDepartment, fields: Typed
) -> Response:
    form = fill(DepartmentForm, fields)
    head = form.data.head_id if form else None
    if head not in {None, department.head_id, *(number for number, _ in choosable(db))}:
        form.refuse("head_id", "Choose a colleague who can sign in.")
    if form:
        for name, words in move_department(db, department, form.data.name, form.data.parent_id).items():
            form.refuse(name, words)
    if not form:
        return draw_department(request, db, department, 422, form)
    put_head(db, actor.id, department, head)
    return see(request, "/admin/departments", "Kept.")


def draw_committee(request: Request, db: Db, status: int = 200, **forms: Form[Any]) -> Response:
    committee = db.scalars(select(Committee).order_by(col(Committee.id))).first()
    if committee is None:
        return page(request, "admin/committee_none.html")
    names = ("name", "quorum", "promised_days", "budget", "custodian_id", "version")
    shown: dict[str, Any] = {
        "committee": committee,
        "form": forms.get("form", blank(**{name: getattr(committee, name) for name in names})),
        "seat": forms.get("seat", blank(post=Post.MEMBER)),
        "seats": seats(db, committee.id),
        "people": choosable(db),
        "posts": [(post.value, WORDS[post]) for post in Post],
    }
    return page(request, "admin/committee.html", status=status, **shown)


@routes.get("/admin/committee")
def committee(request: Request, db: Db, actor: Administrator) -> Response:
    return draw_committee(request, db)


@routes.post("/admin/committee")
def do_change_committee(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(CommitteeForm, fields)
    if form and form.data.custodian_id is not None:
        seated = {person.id for _, person in seats(db, the_committee(db).id)}
        if form.data.custodian_id in seated or form.data.custodian_id not in {key for key, _ in choosable(db)}:
            form.refuse("custodian_id", "Choose a colleague who has no seat on the committee.")
    if not form:
        return draw_committee(request, db, 422, form=form)
    change_committee(db, actor.id, the_committee(db), form.data)
    return see(request, "/admin/committee", "Kept.")


@routes.post("/admin/committee/seats")
def change_seat(request: Request, proof: OwnPassword, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(SeatForm, fields)
    person = db.get(Person, form.data.person_id) if form else None
    if form and person is None:
        form.refuse("person_id", "Choose one of the people offered.")
    if proof.fails(form, actor) or not form or person is None:
        return draw_committee(request, db, 422, seat=form)
    set_post(db, actor.id, the_committee(db), person, form.data.post)
    veil_newcomers(db)
    return see(request, "/admin/committee", "Kept. It counts from the next page they open.")
