"""`/review/ideas/{id}/conflicts`: for members, for authors, for whoever answers. `/review/conflicts`: all to answer."""

from typing import Any

from sqlalchemy.orm import Session

from app.db import Db
from app.errors import Refused, Stale
from app.ideas import queries as ideas
from app.ideas.models import UNANSWERED, Idea
from app.ideas.rules import author, in_charge
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.processes.models import Process
from app.review.conflicts import actions, settling
from app.review.conflicts.forms import AnswerForm, EndForm, NamingForm
from app.review.conflicts.queries import concerned, is_veiled
from app.review.conflicts.rules import OTHER, OWN, TO_THEM, WORDS, Sight, must_be_free
from app.review.forms import ReasonForm
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see

routes = router()
DONE = {"confirm": "Confirmed. It is a conflict from now on.", "dismiss": "Dismissed. It is not asked again."}


@routes.get("/review/conflicts")
def all_of_them(request: Request, db: Db, actor: Employee) -> Response:
    asked = settling.to_settle(db, actor)
    if not asked and not actor.chairs_one and not keeps_names(db, actor):
        raise Refused("Possible conflicts are for the chair, and for whoever keeps the names of a round.")
    return page(request, "review/conflicts/index.html", asked=asked, words=WORDS, form=blank())


def keeps_names(db: Session, actor: Actor) -> bool:
    return bool(settling.rows(db, actor, *settling.mine_to_settle(actor), most=1))


def the_idea(db: Session, actor: Actor, id: int) -> tuple[Idea, Sight]:
    """For its authors, its committee, and whoever keeps its names. Others see the idea, and not this."""
    ideas.find(db, actor, id)
    idea, sight = settling.sight(db, actor, id)
    if not (sight.settles or author(actor, idea) or actor.on(idea.committee_id)):
        raise Refused("Conflicts are for the committee, and for who wrote the idea.")
    return idea, sight


@routes.get("/review/ideas/{id}/conflicts")
def show(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    return draw(request, db, actor, *the_idea(db, actor, id))


def draw(
    request: Request, db: Session, actor: Actor, idea: Idea, sight: Sight, status: int = 200, **forms: Form[Any]
) -> Response:
    """forms: `naming`, `declaring`, `answering` or `ending`, as it was filled in."""
    mine, head = author(actor, idea), in_charge(actor, idea)
    known = concerned(db, [idea.id])
    concerns_me = known.has(idea.id, actor.id)
    going = idea.stage in UNANSWERED
    open_ = {idea.id} if sight.open else set()
    near = () if mine or concerns_me or not knows(db, actor, idea) else settling.about_me(db, actor, idea.id)
    return page(
        request,
        "review/conflicts/show.html",
        status=status,
        idea=idea,
        sight=sight,
        going=going,
        mine=mine,
        own=OWN if (idea.id, actor.id) in known.own else OTHER if concerns_me else "",
        member=actor.on(idea.committee_id),
        near=[TO_THEM[kind] for kind in near],
        named=settling.named_by(db, idea.id) if mine else (),
        nameable=actions.nameable(db, idea) if mine and going else (),
        questions=settling.questions(db, actor, [idea], open_)[idea.id] if sight.settles and going else (),
        held=settling.held(db, idea.id, open_=sight.open) if sight.settles or head else (),
        head=head,
        words=WORDS,
        naming=forms.get("naming", blank(NamingForm, key=new_key())),
        declaring=forms.get("declaring", blank()),
        answering=forms.get("answering", blank()),
        ending=forms.get("ending", blank()),
        trail=trail(db, actor, "review", process=db.get_one(Process, idea.process_id), idea=idea),
    )


def knows(db: Session, actor: Actor, idea: Idea) -> bool:
    return not is_veiled(db, actor, idea.id)


@routes.post("/review/ideas/{id}/conflict")
def declare(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    """By a member, from the review or before there is one."""
    idea, sight = the_idea(db, actor, id)
    if not actor.on(idea.committee_id):
        raise Refused("Members of the committee declare their conflicts.")
    actions.hold(db, idea)
    must_be_free(concerned(db, [idea.id]), idea.id, actor.id)
    if idea.stage not in UNANSWERED:
        raise Stale("This idea is answered. A conflict changes nothing any more.")
    form = fill(ReasonForm, fields)
    if not form:
        return draw(request, db, actor, idea, sight, 422, declaring=form)
    actions.declare(db, actor, idea, form.data.reason)
    return see(request, "/review", "Your conflict is noted. You neither see nor score this idea’s reviews.")


@routes.post("/review/ideas/{id}/conflicts")
def name(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    """By an author: who should not judge it."""
    idea, sight = the_idea(db, actor, id)
    if not author(actor, idea):
        raise Refused("The authors of an idea name who should not judge it.")
    form = fill(NamingForm, fields)
    if form and not set(form.data.people) & {person for person, _ in actions.nameable(db, idea)}:
        form.refuse("people", "Choose among the members who are offered, one at least.")
    if not form:
        form.key = new_key()
        return draw(request, db, actor, idea, sight, 422, naming=form)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.name(db, actor, idea, form.data.people, form.data.reason)
    return once_.see(f"/review/ideas/{id}/conflicts", "Said. Whoever keeps the conflicts of this idea answers it.")


@routes.post("/review/ideas/{id}/conflicts/answers")
def answer(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    idea, sight = the_idea(db, actor, id)
    if not sight.settles:
        raise Refused("Whoever is in charge of this idea and may know who wrote it answers that.")
    form = fill(AnswerForm, fields)
    if form and not form.data.people:
        form.refuse("people", "Choose one member at least.")
    if not form:
        return draw(request, db, actor, idea, sight, 422, answering=form)
    said = form.data
    (actions.confirm if said.do == "confirm" else actions.dismiss)(db, actor, idea, said.people, said.reason)
    return see(request, f"/review/ideas/{id}/conflicts", DONE[said.do])


@routes.post("/review/ideas/{id}/conflicts/end")
def end(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    idea, sight = the_idea(db, actor, id)
    if not sight.settles:
        raise Refused("Whoever is in charge of this idea and may know who wrote it ends a conflict.")
    form = fill(EndForm, fields)
    if not form:
        return draw(request, db, actor, idea, sight, 422, ending=form)
    actions.end(db, actor, idea, form.data.conflict, form.data.reason)
    return see(request, f"/review/ideas/{id}/conflicts", "It has ended. Sight and score are theirs again.")
