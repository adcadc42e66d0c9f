"""`/review/rounds/{id}/assignment`: who reviews what, a plan before it is applied, and single ideas by hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.changes import counts
from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Actor, Employee, Member
from app.review.assignment import actions, pages_wishes, queries, scene
from app.review.assignment.forms import GiveForm, PlanForm, TakeForm
from app.review.assignment.found import TheRound
from app.review.assignment.models import Wish
from app.review.assignment.planning import Way, seal, work_out
from app.review.assignment.rules import must_be_given_out, must_be_open, must_give_out, must_see_who, sees_who
from app.review.conflicts import concerned, must_be_free
from app.review.forms import ReasonForm
from app.review.models import Round, RoundStage
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, slow, unchanged

routes = router()


def here(round_: Round, rest: str = "") -> str:
    return f"/review/rounds/{round_.id}/assignment{rest}"


@routes.get("/review/rounds/{id}/assignment")
@slow
def show(request: Request, db: Db, actor: Employee, round_: TheRound) -> Response:
    must_give_out(actor, round_)
    if kept := unchanged(request, actor.rights, counts(db, "ideas", "review", "people", "processes")):
        return kept
    return draw(db, request, actor, round_)


def draw(
    db: Session, request: Request, actor: Actor, round_: Round, status: int = 200, form: Form[Any] | None = None
) -> Response:
    """A form with mistakes is falsy: it is taken where it is given."""
    read = scene.read(db, round_, actor)
    names = sees_who(actor, round_)
    rows = queries.idea_rows(read, actor) if names else []
    typed = blank(idea=request.query_params.get("idea", "")) if form is None else form
    row = chosen(rows, str(typed.value("idea")))
    return page(
        request,
        "review/assignment/show.html",
        status=status,
        round=round_,
        scene=read,
        open=round_.stage is RoundStage.OPEN,
        names=names,
        rows=rows,
        people=queries.reader_rows(read),
        loads=queries.loads(read),
        applied=queries.applied(db, round_.id),
        custodian="" if names else queries.name_of(db, round_.custodian_id),
        chosen=row,
        offered=queries.offered(read, row),
        returned=queries.returned(read, actor) if names else [],
        form=typed,
    )


def chosen(rows: Sequence[queries.IdeaRow], wanted: str) -> queries.IdeaRow | None:
    """The idea whose reviewers are changed by hand."""
    return next((row for row in rows if str(row.idea.id) == wanted and not row.conflict), None)


@routes.get("/review/rounds/{id}/assignment/plan")
@slow
def preview(request: Request, db: Db, actor: Employee, round_: TheRound, way: Way = Way.ANEW) -> Response:
    must_give_out(actor, round_)
    must_be_open(round_)
    read = scene.read(db, round_, actor)
    plan = work_out(read, way)
    names = sees_who(actor, round_)
    own = [idea.id for idea in read.ideas if read.known.has(idea.id, actor.id)]
    return page(
        request,
        "review/assignment/plan.html",
        round=round_,
        scene=read,
        plan=plan,
        names=names,
        shares=plan.shares(own) if names else [],
        before=queries.loads(read),
        wants=[plan.total(Wish.WANT, given=given) for given in (True, False)],
        disliked=plan.total(Wish.RATHER_NOT, given=True),
        form=blank(PlanForm, key=new_key(), way=way.value, seal=seal(db, plan), version=round_.version),
    )


@routes.post("/review/rounds/{id}/assignment/plan")
@slow
def apply(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    must_give_out(actor, round_)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(PlanForm, fields)
    if not form:
        raise Invalid("This plan cannot be read. Work it out again.")
    made = actions.apply(db, actor, round_, form.data)
    reviews = "1 review is" if made.given == 1 else f"{made.given} reviews are"
    return once_.see(here(round_), f"{reviews} given out. The members find their ideas under Review.")


@routes.post("/review/rounds/{id}/assignment/give")
def give(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    must_see_who(actor, round_)
    form = fill(GiveForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422, form)
    if words := actions.give(db, actor, round_, form.data.idea, form.data.person):
        form.refuse("person", words)
        return draw(db, request, actor, round_, 422, form)
    return see(request, here(round_, f"?idea={form.data.idea}#by-hand"), "Given. It waits for them now.")


@routes.post("/review/rounds/{id}/assignment/take")
def take(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    must_see_who(actor, round_)
    form = fill(TakeForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422, form)
    actions.take(db, actor, round_, form.data.idea, form.data.person, form.data.reason)
    return see(request, here(round_, f"?idea={form.data.idea}#by-hand"), "Taken away.")


@routes.post("/review/rounds/{id}/ideas/{idea_id}/back")
def give_back(request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId, fields: Typed) -> Response:
    """A member gives an idea back that was given to them."""
    must_be_given_out(round_)
    must_be_free(concerned(db, [idea_id]), idea_id, actor.id)
    form = fill(ReasonForm, fields)
    if not form:
        raise Invalid("Give a reason: it is kept in the record.")
    actions.give_back(db, actor, round_, idea_id, form.data.reason)
    return see(request, "/review", "Given back. The chair sees that somebody else is needed.")


routes.routes.extend(pages_wishes.routes.routes)
