"""Review: what waits for me, and my review of an idea. Other things have files of their own beside this one."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.people.actor import Actor, Employee
from app.people.models import Post
from app.review import (
    pages_owners,
    pages_rounds,
    pages_scorecards,
    pages_standing,
    reviewing,
    rounds,
    scorecards,
)
from app.review.beside import beside
from app.review.meetings.queries import listed as listed_meetings
from app.review.models import Round
from app.review.pages_case import form_for, page_of
from app.review.questions import pages as question_pages
from app.review.waiting import urgency, waiting
from app.web import Request, Response, ThingId, Typed, by_htmx, fill, page, router, see, slow

routes = router()
HEADS = (Post.CHAIR, Post.DEPUTY)


@routes.get("/review")
def index(request: Request, db: Db, actor: Employee) -> Response:
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    root = request.app.state.settings.root
    meetings = listed_meetings(db, actor)
    found = sorted([*waiting(db, actor), *beside(db, actor, meetings)], key=urgency)
    items = [replace(item, address=root + item.address) for item in found]
    return page(
        request,
        "review/index.html",
        items=items,
        late=sum(item.late for item in items),
        rounds=pages_rounds.listed(db, actor),
        candidates=rounds.candidates(db, headed) if headed else [],
        meetings=meetings,
        heads=bool(headed),
        member=actor.on_a_committee,
        day=today(db.info["settings"].time_zone),
    )


@routes.get("/review/ideas/{id}")
@slow
def review(request: Request, db: Db, actor: Employee, id: ThingId, amend: bool = False) -> Response:
    actual = reviewing.case(db, actor, id)
    return page_of(db, request, actor, actual, amending=amend and actual.can_amend)


@routes.post("/review/ideas/{id}")
def score(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    """Kept at every change (by htmx) and by its button; submitted, and amended until sight of others' opens."""
    actual = reviewing.case(db, actor, id, lock=True)
    reviewing.must_be_open(actual)
    questions = scorecards.questions(db, actual.round.scorecard_id)
    form = fill(form_for(questions), fields)
    if form:
        reviewing.must_be_mine_to_write(actual, form.data)
    if not form:
        return page_of(db, request, actor, actual, 422, form=form)
    scores = reviewing.scores_of(questions, form.data)
    if form.data.do == "keep":
        reviewing.keep(db, actor, actual, form.data, scores)
        return see(request, f"/review/ideas/{id}", "" if by_htmx(request) else "Kept. Nobody else sees it yet.")
    if not form.data.free:
        form.refuse("free", "Say first that you have no conflict with this idea; or declare the one that you have.")
    for name, words in reviewing.mistakes(actual.round, questions, scores, form.data).items():
        form.refuse(name, words)
    if not form:
        return page_of(db, request, actor, actual, 422, form=form)
    reviewing.submit(db, actor, actual, form.data, questions, scores)
    if form.data.do == "amend":
        return see(request, f"/review/ideas/{id}", "Amended. What you said before is kept beside it.")
    return see(request, *going_on(db, actor, actual.round))


def going_on(db: Session, actor: Actor, round_: Round) -> tuple[str, str]:
    """Where the next idea is, and what is said of it."""
    following = reviewing.next_task(db, actor, round_.id)
    if following is None:
        return "/review", "Submitted. That was the last one that waited for you."
    if following.round_id == round_.id:
        return f"/review/ideas/{following.idea_id}", "Submitted. Here is the next one."
    words = f"Submitted, and all of yours in {round_.name} are in. Here is one of {following.round}."
    return f"/review/ideas/{following.idea_id}", words


for part in (question_pages, pages_rounds, pages_standing, pages_scorecards, pages_owners):
    routes.routes.extend(part.routes.routes)
