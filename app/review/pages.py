"""Review: what waits for me, and my review of an idea. Other things have files of their own beside this one."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.errors import Stale
from app.people.actor import Actor, Employee, Member
from app.people.models import Post
from app.processes.queries import evidence
from app.processes.standing.queries import standing_for
from app.review import (
    conflicts,
    owners,
    pages_decisions,
    pages_owners,
    pages_rounds,
    pages_scorecards,
    reviewing,
    rounds,
    scorecards,
)
from app.review.forms import ReasonForm, RemarksForm, field_of, review_form
from app.review.meetings.queries import listed as listed_meetings
from app.review.models import RoundStage
from app.review.queries import waiting
from app.review.reviewing import Case
from app.review.scorecards import Question
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, by_htmx, fill, page, router, see, slow

routes = router()
HEADS = (Post.CHAIR, Post.DEPUTY)


@routes.get("/review")
def index(request: Request, db: Db, actor: Employee) -> Response:
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    root = request.app.state.settings.root
    items = [replace(item, address=root + item.address) for item in waiting(db, actor)]
    return page(
        request,
        "review/index.html",
        items=items,
        late=sum(item.late for item in items),
        rounds=pages_rounds.listed(db, actor),
        candidates=rounds.candidates(db, headed) if headed else [],
        meetings=listed_meetings(db, actor),
        heads=bool(headed),
        member=actor.on_a_committee,
        day=today(db.info["settings"].time_zone),
    )


@dataclass(frozen=True)
class Sum:
    """What the scorecard says so far."""

    total: float | None
    weight: int
    of: int
    scored: int
    asked: int


def sum_of(questions: list[Question], mine: reviewing.Written | None) -> Sum:
    scores = mine.scores if mine else {}
    return Sum(
        reviewing.running_total(questions, scores),
        reviewing.answered(questions, scores),
        sum(question.weight for question in questions),
        sum(1 for question in questions if question.id in scores),
        len(questions),
    )


def kept_form(questions: list[Question], mine: reviewing.Written | None) -> Form[RemarksForm]:
    if mine is None:
        return blank()
    marks: dict[str, Any] = {
        field_of(question.id): "na" if mine.scores[question.id] is None else mine.scores[question.id]
        for question in questions
        if question.id in mine.scores
    }
    return blank(to_authors=mine.review.to_authors, to_committee=mine.review.to_committee, **marks)


def show(
    db: Session,
    request: Request,
    actor: Actor,
    actual: Case,
    status: int = 200,
    *,
    form: Form[Any] | None = None,
    conflict: Form[Any] | None = None,
) -> Response:
    """A form with mistakes is falsy: it is taken where it is given."""
    questions = scorecards.questions(db, actual.round.scorecard_id)
    return page(
        request,
        "review/idea.html",
        status=status,
        case=actual,
        questions=questions,
        sum=sum_of(questions, actual.mine),
        form=kept_form(questions, actual.mine) if form is None else form,
        conflict=blank() if conflict is None else conflict,
        authors=None if actual.hidden else reviewing.authors(db, [actual.idea.id], actor).get(actual.idea.id, ""),
        said=owners.last_word(db, actual.idea.id),
        evidence=evidence(db, actual.process.id),
        standing=standing_for(db, actual.process.id),
        trail=trail(db, actor, "review", process=actual.process, idea=actual.idea),
    )


@routes.get("/review/ideas/{id}")
@slow
def review(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    return show(db, request, actor, reviewing.case(db, actor, id))


@routes.post("/review/ideas/{id}")
def score(request: Request, db: Db, actor: Member, id: ThingId, fields: Typed) -> Response:
    """Kept at every change (by htmx) and by its button; submitted once."""
    actual = reviewing.case(db, actor, id, lock=True)
    reviewing.must_be_open(actual)
    questions = scorecards.questions(db, actual.round.scorecard_id)
    form = fill(review_form(tuple(question.id for question in questions)), fields)
    if not form:
        return show(db, request, actor, actual, 422, form=form)
    scores = reviewing.scores_of(questions, form.data)
    if form.data.do == "keep":
        reviewing.keep(db, actor, actual, form.data, scores)
        return see(request, f"/review/ideas/{id}", "" if by_htmx(request) else "Kept. Nobody else sees it yet.")
    for name, words in reviewing.mistakes(questions, scores).items():
        form.refuse(name, words)
    if not form:
        return show(db, request, actor, actual, 422, form=form)
    reviewing.submit(db, actor, actual, form.data, questions, scores)
    following = reviewing.next_task(db, actor, actual.round.id)
    if following is None:
        return see(request, "/review", "Submitted. That was the last one that waited for you.")
    return see(request, f"/review/ideas/{following}", "Submitted. Here is the next one.")


@routes.post("/review/ideas/{id}/conflict")
def conflict(request: Request, db: Db, actor: Member, id: ThingId, fields: Typed) -> Response:
    actual = reviewing.case(db, actor, id, lock=True)
    if actual.round.stage not in (RoundStage.OPEN, RoundStage.CLOSED):
        raise Stale("This round is over. A conflict changes nothing in it any more.")
    form = fill(ReasonForm, fields)
    if not form:
        return show(db, request, actor, actual, 422, conflict=form)
    conflicts.declare(db, actor, actual.idea, form.data.reason)
    return see(request, "/review", "Your conflict is noted. You neither see nor score this idea’s reviews.")


for part in (pages_rounds, pages_decisions, pages_scorecards, pages_owners):
    routes.routes.extend(part.routes.routes)
