"""`/ideas/{id}/join`: proposing that two ideas be joined, answering that, and what supporters say afterwards."""

from typing import Any

from sqlalchemy.orm import Session

from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.ideas.joining import actions, queries
from app.ideas.joining.models import AnswerForm, Joining, ProposalForm, SupportForm
from app.ideas.joining.rules import concerned, possible
from app.ideas.listing import an_id
from app.ideas.models import Idea
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see

routes = router()
DONE = {"consent": "You have consented.", "refuse": "It is refused.", "take_back": "The proposal is taken back."}


def ways(actor: Actor, idea: Idea, other: Idea) -> list[tuple[str, str]]:
    """Which of the two could go into the other, proposed by this person."""
    known = (
        ("into", idea, other, f"Close “{idea.title}” and go on with “{other.title}”"),
        ("from", other, idea, f"Close “{other.title}” and go on with “{idea.title}”"),
    )
    return [(way, words) for way, one, into, words in known if possible(one, into) and concerned(actor, one, into)]


@routes.get("/ideas/{id}/join")
def choose(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    other_id = an_id(request.query_params.get("with", ""))
    if other_id is None:
        raise Missing()
    idea, other = queries.pair(db, actor, id, other_id)
    offered = ways(actor, idea, other)
    if not offered:
        raise Refused("These two cannot be joined as they stand now, or not by you.")
    form = blank(ProposalForm, key=new_key(), other=other_id, way=offered[0][0])
    return page(request, "ideas/joining/new.html", **proposing(form, idea, other, offered))


def proposing(form: Form[ProposalForm], idea: Idea, other: Idea, offered: list[tuple[str, str]]) -> dict[str, Any]:
    return {"form": form, "idea": idea, "other": other, "ways": offered}


@routes.post("/ideas/{id}/joinings")
def propose(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    form = fill(ProposalForm, fields)
    if not form:
        return again(request, db, actor, id, form)
    idea, other = queries.pair(db, actor, id, form.data.other)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    goes, into = (idea, other) if form.data.way == "into" else (other, idea)
    made = actions.propose(db, actor, goes.id, into.id)
    words = "Joined." if made.stage == "joined" else "Proposed. Authors of both ideas have to consent."
    return once_.see(f"/ideas/{id}#joinings", words)


def again(request: Request, db: Session, actor: Actor, id: int, form: Form[ProposalForm]) -> Response:
    """Back with what was chosen; without another idea there is nothing to show."""
    other_id = an_id(str(form.value("other")))
    if other_id is None:
        raise Invalid("Choose the idea that this one is to be joined with.")
    idea, other = queries.pair(db, actor, id, other_id)
    form.key = new_key()
    return page(request, "ideas/joining/new.html", status=422, **proposing(form, idea, other, ways(actor, idea, other)))


@routes.post("/ideas/{id}/joinings/{joining}/moves")
def answer(request: Request, db: Db, actor: Employee, id: ThingId, joining: ThingId, fields: Typed) -> Response:
    form = fill(AnswerForm, fields)
    if not form:
        raise Invalid("This answer cannot be read. Load the page again.")
    one: Joining = queries.joining(db, actor, id, joining)
    said = form.data
    if said.name == "refuse":
        actions.refuse(db, actor, one, said.note, said.version)
    elif said.name == "consent":
        actions.consent(db, actor, one, said.version)
    else:
        actions.take_back(db, actor, one, said.version)
    return see(request, f"/ideas/{id}#joinings", "Joined." if one.stage == "joined" else DONE[said.name])


@routes.post("/ideas/{id}/joinings/{joining}/support")
def support(request: Request, db: Db, actor: Employee, id: ThingId, joining: ThingId, fields: Typed) -> Response:
    form = fill(SupportForm, fields)
    if not form:
        raise Invalid("Support is on or off.")
    one = queries.joining(db, actor, id, joining)
    on = form.data.value == "on"
    actions.answer_support(db, actor, one, on=on)
    return see(request, f"/ideas/{id}", "You support it too." if on else "Your support stays where it is.")
