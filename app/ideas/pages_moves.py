"""Moving an idea, putting a name to it, opening it to all, supporting it."""

from typing import Annotated

from fastapi import Depends

from app import web
from app.db import Db
from app.errors import Invalid
from app.ideas import actions, queries
from app.ideas.forms import VoteForm
from app.ideas.models import Idea, Stage
from app.people.actor import Employee, Visitor
from app.people.found import found
from app.web import Request, Response, Typed, fill, see
from app.workflow import MoveForm

routes = web.router()
TheIdea = Annotated[Idea, Depends(found(Idea, queries.visible_to, made=queries.one_for))]


@routes.post("/ideas/{id}/moves")
def move(request: Request, db: Db, actor: Visitor, idea: TheIdea, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("This move cannot be read. Load the page again.")
    entry = actions.make(db, actor, idea, form.data.name, form.data.note, version=form.data.version)
    gone = idea.stage is Stage.DISCARDED
    return see(request, "/ideas" if gone else f"/ideas/{idea.id}", f"It is {entry.after} now.")


@routes.post("/ideas/{id}/name")
def put_name(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    actions.put_name(db, actor, idea)
    return see(request, f"/ideas/{idea.id}", "Your name stands with it now.")


@routes.post("/ideas/{id}/open")
def open_to_all(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    actions.open_to_all(db, actor, idea)
    return see(request, f"/ideas/{idea.id}", "Everybody here can read it now.")


@routes.post("/ideas/{id}/vote")
def vote(request: Request, db: Db, actor: Employee, idea: TheIdea, fields: Typed) -> Response:
    form = fill(VoteForm, fields)
    if not form:
        raise Invalid("Support is on or off.")
    actions.vote(db, actor, idea, on=form.data.value == "on")
    return see(request, f"/ideas/{idea.id}")
