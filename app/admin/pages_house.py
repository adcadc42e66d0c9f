"""Departments: the tree that people, sources and processes stand in."""

from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import true
from starlette.responses import Response

from app import web
from app.admin.forms import DepartmentForm, DepartmentsForm
from app.admin.house import heads, move_department, people_in, put_head
from app.db import Db
from app.errors import Invalid
from app.people.actor import Actor, Administrator
from app.people.departments import drawn, keep_tree, read_tree
from app.people.found import found
from app.people.models import Department
from app.people.queries import choosable, paths
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
