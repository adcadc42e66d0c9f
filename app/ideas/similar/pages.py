"""`/ideas/similar?title=&text=`, `/ideas/{id}/similar` and what authors say there of ideas near theirs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlmodel import col

from app.db import Db
from app.errors import Invalid
from app.ideas.forms import IdeaForm
from app.ideas.joining.queries import joinings_of
from app.ideas.joining.rules import possible
from app.ideas.listing import an_id
from app.ideas.models import Idea, Stage
from app.ideas.queries import one_for, visible_to
from app.ideas.rules import in_charge
from app.ideas.similar import actions, asking, finding, saying
from app.ideas.similar.asking import Nearby, chosen
from app.ideas.similar.finding import WORTH, similar
from app.ideas.similar.keeping import whole_text
from app.ideas.similar.models import RelationForm
from app.ideas.similar.near import Near
from app.ideas.similar.queries import said
from app.ideas.similar.rules import may_relate
from app.people.actor import Actor, Employee
from app.people.found import found
from app.pilots.models import Pilot
from app.pilots.queries import visible_to as pilots_visible_to
from app.pilots.roadmap import stair
from app.web import Form, Request, Response, Typed, fill, page, router, see, slow
from app.web.forms import sound

routes = router()
TheIdea = Annotated[Idea, Depends(found(Idea, visible_to, made=one_for))]
LONGEST = 8_000
ALIKE = 0.3
"""What is less alike than this is not offered to be joined."""


def pilots_of(db: Session, actor: Actor, near: Sequence[Near]) -> dict[int, str]:
    """Where the pilots of these ideas stand, by idea."""
    running = [one.id for one in near if one.stage is Stage.IN_PILOT]
    if not running:
        return {}
    fields = (col(Pilot.idea_id), col(Pilot.step), col(Pilot.stage))
    rows = db.execute(select(*fields).where(col(Pilot.idea_id).in_(running), pilots_visible_to(actor)))
    return {row.idea_id: f"In a pilot: step {row.step}, {stair(row.step).name}" for row in rows}


def with_pilots(db: Session, actor: Actor, nearby: Nearby) -> Nearby:
    return replace(nearby, pilots=pilots_of(db, actor, nearby.found))


def telling(nearby: Nearby | None) -> dict[str, Any]:
    """What the templates of near ideas are drawn with."""
    return {"nearby": nearby, "holder": saying.holder, "why": saying.reason_heading, "kinds": saying.KINDS}


@routes.get("/ideas/similar")
@slow
def look(request: Request, db: Db, actor: Employee) -> Response:
    """To a text; `idea` is the one that is being written. With htmx the list alone, while a title is typed."""
    asked = request.query_params
    title, text = sound(asked.get("title", ""))[:200].strip(), sound(asked.get("text", ""))[:LONGEST]
    idea = an_id(asked.get("idea", ""))
    offers = asked.get("offers", "") == "1"
    most = asking.MOST if offers else finding.MOST
    near = similar(db, actor, title, text, but=[idea] if idea else [], most=most, least=WORTH)
    words = chosen(Form({"relations": asked.getlist("relations")}))
    nearby = with_pilots(db, actor, Nearby(near, words, looked=bool(title or text)))
    form: Form[IdeaForm] = Form({"title": [title], "text": [text], "process": [asked.get("process", "")]})
    return page(request, "ideas/similar/index.html", form=form, offers=offers, **telling(nearby))


@routes.get("/ideas/{id}/similar")
@slow
def beside(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    """What is near to one idea; its authors say what each is, and may propose that two be joined."""
    near = similar(db, actor, idea.title, whole_text(idea.story, idea.change, idea.needs), but=[idea.id], least=WORTH)
    nearby = with_pilots(db, actor, Nearby(near, said(db, idea.id), looked=True))
    joined = {one.other_id for one in joinings_of(db, actor, idea)}
    return page(
        request,
        "ideas/similar/show.html",
        idea=idea,
        may_relate=may_relate(actor, idea),
        joinable=joinable(db, actor, idea, near, joined),
        **telling(nearby),
    )


def joinable(db: Session, actor: Actor, idea: Idea, near: Sequence[Near], but: set[int]) -> set[int]:
    """Those so near that they could be joined with this one, by somebody whom one of the two concerns."""
    query = select(Idea).where(col(Idea.id).in_([one.id for one in near if one.score >= ALIKE]))
    others = db.scalars(query.options(selectinload(Idea.authors)))  # type: ignore[arg-type]
    mine = may_relate(actor, idea) or in_charge(actor, idea)
    return {
        other.id
        for other in others
        if other.id not in but
        and (possible(idea, other) or possible(other, idea))
        and (mine or may_relate(actor, other) or in_charge(actor, other))
    }


@routes.post("/ideas/{id}/relations")
def relate(request: Request, db: Db, actor: Employee, idea: TheIdea, fields: Typed) -> Response:
    form = fill(RelationForm, fields)
    if not form:
        raise Invalid("Choose one of the offered words.")
    actions.relate(db, actor, idea, form.data.other, form.data.kind)
    notice = "Said." if form.data.kind else "The word is taken back."
    return see(request, f"/ideas/{idea.id}/similar", notice)
