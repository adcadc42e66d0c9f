"""`/ideas/{id}/cite`: looking for a comment that an idea can name as its evidence; citing it and taking it back."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import select
from sqlmodel import col

from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.ideas import rules
from app.ideas.citing import actions
from app.ideas.citing.models import Citation, CiteForm
from app.ideas.citing.queries import citations_of
from app.ideas.models import Idea
from app.ideas.queries import one_for, visible_to
from app.people.actor import Actor, Employee
from app.people.found import found
from app.processes.models import ProcessTouchpoint
from app.voice.comments import queries
from app.voice.comments.asking import Asked, options
from app.voice.comments.finding import find
from app.voice.models import Touchpoint
from app.web import Request, Response, ThingId, Typed, fill, page, router, see, slow

routes = router()
TheIdea = Annotated[Idea, Depends(found(Idea, visible_to, made=one_for))]


def only_authors(actor: Actor, idea: Idea) -> None:
    if not rules.may_change(actor, idea):
        raise Refused("What an idea cites is changed by its authors, as long as they may change its text.")


@routes.get("/ideas/{id}/cite")
@slow
def choose(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    """Comments on the touchpoints of the idea's process first; or what is looked for."""
    only_authors(actor, idea)
    asked = Asked.read(request.query_params)
    places = (
        select(col(Touchpoint.id), col(Touchpoint.name))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Touchpoint.id))
        .where(col(ProcessTouchpoint.process_id) == idea.process_id)
        .order_by(col(Touchpoint.name))
    )
    touchpoints = [(key, name) for key, name in db.execute(places)]
    if not request.query_params and touchpoints:
        asked = Asked(touchpoint=touchpoints[0][0])
    offered = options(db, actor, asked)
    return page(
        request,
        "ideas/citing/choose.html",
        idea=idea,
        asked=asked,
        offered=offered,
        touchpoints=touchpoints,
        found=find(db, offered, asked),
        cited={one.said.id for one in citations_of(db, actor, idea.id) if one.said},
    )


@routes.post("/ideas/{id}/citations")
def cite(request: Request, db: Db, actor: Employee, idea: TheIdea, fields: Typed) -> Response:
    only_authors(actor, idea)
    form = fill(CiteForm, fields)
    if not form:
        raise Invalid("Choose a comment.")
    remark, _ = queries.remark(db, actor, form.data.remark)
    actions.cite(db, actor, idea, remark)
    return see(request, f"/ideas/{idea.id}#evidence", "Cited.")


@routes.post("/ideas/{id}/citations/{citation}/withdraw")
def withdraw(request: Request, db: Db, actor: Employee, idea: TheIdea, citation: ThingId) -> Response:
    only_authors(actor, idea)
    one = db.get(Citation, citation)
    if one is None or one.idea_id != idea.id:
        raise Missing()
    actions.take_back(db, actor, idea, one)
    return see(request, f"/ideas/{idea.id}#evidence", "Taken back.")
