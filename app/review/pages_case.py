"""The page on which one idea is reviewed, drawn for who reviews it, for who reads it, and as a rehearsal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.ideas.models import Idea, Revision
from app.ideas.rules import in_charge
from app.people.actor import Actor
from app.processes.models import Process
from app.processes.queries import evidence
from app.processes.standing.queries import standing_for
from app.review import owners, reviewing, scorecards
from app.review.conflicts.rules import TO_THEM
from app.review.conflicts.settling import about_me
from app.review.forms import RemarksForm, field_of, review_form
from app.review.models import Round, RoundIdea
from app.review.questions.queries import of_review
from app.review.questions.rules import life
from app.review.reviewing import Case, Written
from app.review.scorecards import Question
from app.review.standing import Placed
from app.review.switches import SIGHT_WORDS
from app.trail import trail
from app.voice.queries import headline
from app.web import Form, Request, Response, blank, page

SURE = ((1, "I guess"), (2, "I know something of it"), (3, "I know this well"))


@dataclass(frozen=True)
class Sum:
    """What the scorecard says so far."""

    total: float | None
    weight: int
    of: int
    scored: int
    asked: int


def sum_of(questions: Sequence[Question], mine: Written | None) -> Sum:
    scores = mine.scores if mine else {}
    return Sum(
        reviewing.running_total(questions, scores),
        reviewing.answered(questions, scores),
        sum(question.weight for question in questions if question.counted),
        sum(1 for question in questions if question.id in scores),
        len(questions),
    )


def form_for(questions: Sequence[Question]) -> type[RemarksForm]:
    return review_form(tuple((question.id, len(question.levels)) for question in questions))


def kept_form(questions: Sequence[Question], mine: Written | None) -> Form[RemarksForm]:
    if mine is None:
        return blank()
    marks: dict[str, Any] = {
        field_of(question.id): "na" if mine.scores[question.id] is None else mine.scores[question.id]
        for question in questions
        if question.id in mine.scores
    }
    names = ("to_authors", "to_committee", "confidence", "forecast", "forecast_low", "forecast_high")
    free = "on" if mine.review.free_at else ""
    return blank(free=free, **{name: getattr(mine.review, name) for name in names}, **marks)


def page_of(
    db: Session,
    request: Request,
    actor: Actor,
    actual: Case,
    status: int = 200,
    *,
    form: Form[Any] | None = None,
    amending: bool = False,
    ideas: Sequence[Placed] = (),
) -> Response:
    """A form with mistakes is falsy: it is taken where it is given. `ideas`: all of a round that is rehearsed."""
    questions = scorecards.questions(db, actual.round.scorecard_id)
    outcome = headline(db) if actual.round.asks_forecast else None
    return page(
        request,
        "review/idea.html",
        status=status,
        case=actual,
        questions=questions,
        sum=sum_of(questions, actual.mine),
        form=kept_form(questions, actual.mine) if form is None else form,
        near=[] if actual.hidden or ideas else [TO_THEM[kind] for kind in about_me(db, actor, actual.idea.id)],
        amending=amending or (form is not None and actual.submitted),
        rehearsal=ideas,
        sure=SURE,
        sealed_until=SIGHT_WORDS[actual.round.sight],
        outcome=outcome.name if outcome else "what customers say",
        before=reviewing.earlier(db, actual.mine.review.id) if actual.mine and actual.mine.review.filed > 1 else [],
        last_time=reviewing.last_time(db, actor, actual) if actual.reviewing and not ideas else None,
        authors=None if actual.hidden else reviewing.authors(db, [actual.idea.id], actor).get(actual.idea.id, ""),
        said=owners.last_word(db, actual.idea.id),
        evidence=evidence(db, actual.process.id),
        standing=standing_for(db, actual.process.id),
        progress=reviewing.progress(db, actor, actual.round) if actual.reviewing and not ideas else None,
        asked=() if ideas else of_review(db, actor, actual.round.id, actual.idea.id),
        in_charge=in_charge(actor, actual.idea),
        moves=[move for move in life.moves if not move.by_form],
        trail=trail(db, actor, "review", process=actual.process, idea=actual.idea),
    )


def rehearsed(db: Session, round_: Round, idea_id: int) -> Case:
    """An idea of a prepared round as any of its reviewers will have it before them, with nothing filled in."""
    query = (
        select(RoundIdea, Idea, Revision, Process)
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(RoundIdea.round_id) == round_.id, col(RoundIdea.idea_id) == idea_id)
    )
    row = db.execute(query).first()
    if row is None:
        raise Missing()
    placed, idea, revision, process = row
    return Case(round_, placed, idea, revision, process, True, None, (), True, round_.blind)
