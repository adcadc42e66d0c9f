"""`/ideas/writing`: what is typed is kept as it is typed, and thrown away when one says so."""

from typing import Annotated

from pydantic import StringConstraints

from app.db import Db
from app.errors import Invalid, Missing
from app.ideas import queries, rules
from app.ideas.forms import SomeId
from app.ideas.models import Idea
from app.ideas.writing import actions
from app.people.actor import Actor, Visitor
from app.web import Fields, FormModel, Request, Response, Typed, fill, router, see

routes = router()


class WindowForm(FormModel):
    window: Annotated[str, StringConstraints(min_length=8, max_length=40)]
    idea: SomeId | None = None


def place_of(fields: Fields) -> WindowForm:
    form = fill(WindowForm, Fields({name: fields.texts.get(name, ("",)) for name in ("window", "idea")}, {}))
    if not form:
        raise Invalid("This page is too old to be kept. Load it again.")
    return form.data


@routes.post("/ideas/writing")
def keep(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    """As one types: the words of this window, whatever is still wrong with them."""
    place = place_of(fields)
    if place.idea is not None:
        must_be_mine(db, actor, place.idea)
    elif actor.guest:
        raise Missing()
    actions.keep(db, actor, place.window, fields.texts, place.idea)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def must_be_mine(db: Db, actor: Actor, id: int) -> None:
    idea: Idea = queries.find(db, actor, id).idea
    if not rules.may_change(actor, idea):
        raise Missing()


@routes.post("/ideas/writing/away")
def throw_away(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    place = place_of(fields)
    actions.throw_away(db, actor, place.window)
    return see(request, f"/ideas/{place.idea}/edit" if place.idea else "/ideas/new", "Thrown away.")
