"""Rounds, reviews and decisions with defaults, made through the product's own actions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.ideas.models import Idea, Stage
from app.people.actor import find_actor
from app.people.models import Person
from app.review import actions, reviewing, rounds, scorecards
from app.review.forms import RoundForm, field_of
from app.review.models import Review, Round
from app.review.pages_case import form_for
from tests.cast import Cast
from tests.makers import an_idea

SOON = date.today() + timedelta(days=7)
MARKS = (4, 4, 3, 3, 2)


def admitted(db: Db, cast: Cast, *authors: Person, **over: Any) -> Idea:
    return an_idea(db, cast.process, *(authors or (cast.zaid,)), **({"stage": Stage.ADMITTED} | over))


def a_round(db: Db, cast: Cast, *ideas: Idea, by: Person | None = None, **over: Any) -> Round:
    """Prepared by the chair: blind, sami, dina and omar review."""
    fields: dict[str, Any] = {
        "name": "Autumn round",
        "due": SOON,
        "blind": "on",
        "ideas": [idea.id for idea in ideas],
        "reviewers": [cast.sami.id, cast.dina.id, cast.omar.id],
    } | over
    actor = find_actor(db, (by or cast.noor).id)
    return rounds.prepare(db, actor, cast.committee.id, RoundForm(**fields))


def move(db: Db, cast: Cast, round_: Round, *names: str) -> Round:
    for name in names:
        actions.move(db, find_actor(db, cast.noor.id), round_, name, "", None)
    return round_


def open_round(db: Db, cast: Cast, *ideas: Idea, **over: Any) -> Round:
    return move(db, cast, a_round(db, cast, *ideas, **over), "open")


def review_by(
    db: Db, person: Person, idea: Idea, marks: Sequence[int | None] = MARKS, *, submit: bool = True, **words: Any
) -> Review:
    actor = find_actor(db, person.id)
    case = reviewing.case(db, actor, idea.id, lock=True)
    questions = scorecards.questions(db, case.round.scorecard_id)
    fields = {
        field_of(question.id): "na" if mark is None else str(mark)
        for question, mark in zip(questions, marks, strict=True)
    }
    typed = form_for(questions)(**fields, **words)
    scores = reviewing.scores_of(questions, typed)
    if submit:
        reviewing.submit(db, actor, case, typed, questions, scores)
    else:
        reviewing.keep(db, actor, case, typed, scores)
    query = select(Review).where(col(Review.reviewer_id) == person.id, col(Review.idea_id) == idea.id)
    return db.scalars(query.order_by(col(Review.id).desc())).one()


def typed_marks(db: Db, round_: Round, marks: Sequence[int | str] = MARKS) -> Mapping[str, str]:
    """The fields of a posted review, with the word that there is no conflict."""
    questions = scorecards.questions(db, round_.scorecard_id)
    scores = {field_of(question.id): str(mark) for question, mark in zip(questions, marks, strict=True)}
    return {**scores, "free": "on"}


def decision(cast: Cast, verdict: str = "approve", **over: Any) -> dict[str, Any]:
    """The fields of a posted decision."""
    return {
        "verdict": verdict,
        "reason": "The queue hurts most, and this is cheap to try.",
        "present": [str(person.id) for person in (cast.noor, cast.sami, cast.dina)],
    } | over
