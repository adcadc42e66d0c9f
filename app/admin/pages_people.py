"""People one by one: list, add, change, roles, disable, invite, erase."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from sqlalchemy import true
from starlette.responses import Response

from app import web
from app.admin.erasing import erase_wholly
from app.admin.forms import EraseForm, NewPersonForm, PersonForm, RolesForm
from app.db import Db
from app.errors import Invalid, Refused
from app.once import new_key, once
from app.people import mail
from app.people.actions import add_person, change_person, disable, email_taken, enable, invite
from app.people.actor import Actor, Administrator
from app.people.checking import OwnPassword
from app.people.found import found
from app.people.models import Department, Kind, Person, Role
from app.people.queries import A_PAGE, choosable, count_people, paths, people_page, seats_of
from app.people.roles import WORDS, roles_of, set_roles
from app.web import Typed, blank, fill, page, see
from app.web.forms import Form
from app.workflow import MoveForm

routes = web.router()


def every_person(actor: Actor) -> Any:
    """To administrators everybody is there, imported and erased people included."""
    return true()


OnePerson = Annotated[Person, Depends(found(Person, every_person))]
SHOW = (
    ("", "all"),
    ("invited", "without a password yet"),
    ("disabled", "disabled"),
    ("guests", "guests"),
    ("committee", "on the committee"),
    ("leaders", "leaders"),
    ("administrators", "administrators"),
    ("imported", "imported"),
)


@routes.get("/admin/people")
def people(
    request: Request, db: Db, actor: Administrator, q: str = "", show: str = "", after: str = "", number: int = 0
) -> Response:
    rows = people_page(db, q, show, (after, number))
    following = None
    if len(rows) > A_PAGE:
        last = rows[A_PAGE - 1]
        query = {"q": q, "show": show, "after": last.name.lower(), "number": last.id}
        following = "/admin/people?" + urlencode({name: value for name, value in query.items() if value})
    shown: dict[str, Any] = {
        "people": rows[:A_PAGE],
        "paths": paths(db),
        "count": count_people(db, q, show),
        "words": WORDS,
    }
    return page(request, "admin/people.html", q=q, show=show, choices=SHOW, following=following, after=after, **shown)


def draw_new(request: Request, db: Db, form: Form[Any], status: int = 200) -> Response:
    shown = {"departments": list(paths(db).items()), "managers": choosable(db)}
    sends = mail.configured(request.app.state.settings)
    return page(request, "admin/person_new.html", status=status, form=form, mails=sends, **shown)


@routes.get("/admin/people/new")
def new_person(request: Request, db: Db, actor: Administrator) -> Response:
    return draw_new(request, db, blank(NewPersonForm, key=new_key(), kind=Kind.EMPLOYEE, invite="on"))


@routes.post("/admin/people/new")
def do_add(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(NewPersonForm, fields)
    if not form:
        return draw_new(request, db, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    if not fits(db, form):
        db.rollback()  # the form comes back with its key, which is free again
        return draw_new(request, db, form, 422)
    values = form.data.model_dump(exclude={"invite"})
    person = add_person(db, actor.id, **values)
    words = f"{person.name} is added."
    if form.data.invite:
        words = f"{words} {invited(request, db, actor, person)}"
    return once_.see(f"/admin/people/{person.id}", words)


def fits(db: Db, form: Form[Any], but: int = 0) -> bool:
    """Mistakes that only the database sees."""
    if email_taken(db, form.data.email, but):
        form.refuse("email", "Somebody here has this address already.")
    if form.data.department_id and db.get(Department, form.data.department_id) is None:
        form.refuse("department_id", "There is no such department any more.")
    if form.data.manager_id and (form.data.manager_id == but or db.get(Person, form.data.manager_id) is None):
        form.refuse("manager_id", "Choose somebody else.")
    return bool(form)


def invited(request: Request, db: Db, actor: Actor, person: Person) -> str:
    """The words of the notice: that a mail goes out, or the link itself, shown this once."""
    settings = request.app.state.settings
    address = invite(db, actor.id, settings, person)
    if mail.configured(settings):
        return f"An invitation is on its way to {person.email}."
    return f"Hand this link over; it works once, for seven days, and is shown only now: {address}"


def draw(request: Request, db: Db, person: Person, status: int = 200, **forms: Form[Any]) -> Response:
    held = roles_of(db, person.id)
    names = ("name", "email", "department_id", "manager_id")
    shown: dict[str, Any] = {
        "person": person,
        "form": forms.get("form", blank(**{name: getattr(person, name) for name in names})),
        "roles": forms.get("roles", blank(roles=sorted(held))),
        "erasing": forms.get("erasing", blank()),
        "departments": list(paths(db).items()),
        "managers": choosable(db, person.id),
        "seats": seats_of(db, person.id),
        "choices": [(role.value, WORDS[role]) for role in Role],
        "mails": mail.configured(request.app.state.settings),
    }
    return page(request, "admin/person.html", status=status, **shown)


@routes.get("/admin/people/{id}")
def show_person(request: Request, db: Db, actor: Administrator, person: OnePerson) -> Response:
    return draw(request, db, person)


@routes.post("/admin/people/{id}")
def do_change(request: Request, db: Db, actor: Administrator, person: OnePerson, fields: Typed) -> Response:
    still_there(person)
    form = fill(PersonForm, fields)
    if not form or not fits(db, form, person.id):
        return draw(request, db, person, 422, form=form)
    change_person(db, actor.id, person, form.data.model_dump())
    return see(request, f"/admin/people/{person.id}", "Kept.")


def still_there(person: Person) -> None:
    if person.erased_at:
        raise Refused("This person was erased; nothing about them can change.")


@routes.post("/admin/people/{id}/roles")
def do_roles(
    request: Request, proof: OwnPassword, db: Db, actor: Administrator, person: OnePerson, fields: Typed
) -> Response:
    still_there(person)
    form = fill(RolesForm, fields)
    if proof.fails(form, actor) or not form:
        return draw(request, db, person, 422, roles=form)
    try:
        set_roles(db, actor.id, person, form.data.roles)
    except Refused as refusal:
        form.refuse("roles", refusal.words)
        return draw(request, db, person, 422, roles=form)
    return see(request, f"/admin/people/{person.id}", "Kept. It counts from the next page they open.")


@routes.post("/admin/people/{id}/moves")
def do_move(request: Request, db: Db, actor: Administrator, person: OnePerson, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    words = ""
    match form.data.name if form else "":
        case "disable":
            disable(db, actor.id, person)
            words = f"{person.name} cannot sign in any more, and is signed out everywhere."
        case "enable":
            enable(db, actor.id, person)
            words = f"{person.name} can sign in again."
        case "invite":
            words = invited(request, db, actor, person)
        case _:
            raise Invalid("There is no such move.")
    return see(request, f"/admin/people/{person.id}", words)


@routes.post("/admin/people/{id}/erase")
def do_erase(
    request: Request, proof: OwnPassword, db: Db, actor: Administrator, person: OnePerson, fields: Typed
) -> Response:
    form = fill(EraseForm, fields)
    if form and form.data.name != person.name:
        form.refuse("name", f"Write {person.name}, so that nobody is erased by a slip.")
    if proof.fails(form, actor) or not form:
        return draw(request, db, person, 422, erasing=form)
    erase_wholly(db, actor.id, person)
    return see(request, f"/admin/people/{person.id}", "Erased. What points at the person stands without a name.")
