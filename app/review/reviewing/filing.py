"""Keeping, submitting and amending a review; what keeps it from being submitted."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.forms import RemarksForm, field_of
from app.review.models import FiledReview, Review, ReviewStage, Round, RoundStage, Score
from app.review.reviewing.cases import Case, Written
from app.review.scorecards import Question
from app.review.scoring import on_five, total
from app.voice.queries import headline
from app.workflow import guarded_update


def running_total(questions: Sequence[Question], scores: Mapping[int, int | None]) -> float | None:
    """The weighted mean of what counts, on 1 to 5 whatever the criteria's scales."""
    return total(
        (question.weight, None if level is None else on_five(level, len(question.levels)))
        for question in questions
        if question.counted
        for level in (scores.get(question.id),)
    )


def answered(questions: Sequence[Question], scores: Mapping[int, int | None]) -> int:
    """How much of the scorecard's weight has a score."""
    return sum(one.weight for one in questions if one.counted and scores.get(one.id) is not None)


def scores_of(questions: Sequence[Question], typed: RemarksForm) -> dict[int, int | None]:
    """What was picked; "can't say" is None; what was left open is not there."""
    picked = {question.id: getattr(typed, field_of(question.id)) for question in questions}
    return {one: None if mark == "na" else int(mark) for one, mark in picked.items() if mark}


def must_be_open(actual: Case) -> None:
    if not actual.reviewing:
        whose = "not given to you in this round" if actual.round.assigned else "reviewed by others in this round"
        raise Refused(f"This idea is {whose}.")
    if actual.round.stage is not RoundStage.OPEN or not actual.placed.live:
        raise Stale("The reviewing of this idea was closed. What you typed was not taken.")


def must_be_mine_to_write(actual: Case, typed: RemarksForm) -> None:
    """A filed review changes by amending alone, from what the page showed, and while no other one can be seen."""
    must_be_open(actual)
    filed = actual.mine.review.filed if actual.mine and actual.submitted else 0
    if typed.do != "amend" and filed:
        raise Stale("You have submitted your review of this idea already. It can be amended until you see another’s.")
    if typed.do == "amend" and (not filed or filed != typed.filed):
        raise Stale("This review was filed anew meanwhile. Look at it before you amend it.")
    if typed.do == "amend" and not actual.can_amend:
        raise Stale("You can see another’s review of this idea by now. Yours stays as it was.")


def keep(db: Session, actor: Actor, actual: Case, typed: RemarksForm, scores: Mapping[int, int | None]) -> Review:
    """Kept for later: nobody else sees it. The caller holds the round's lock, so that there is one review a member."""
    must_be_mine_to_write(actual, typed)
    review = actual.mine.review if actual.mine else None
    if review is None:
        review = Review(round_id=actual.round.id, idea_id=actual.idea.id, reviewer_id=actor.id)
        db.add(review)
        db.flush()
    put_down(db, actual.round, review, typed, scores)
    return review


def put_down(db: Session, round_: Round, review: Review, typed: RemarksForm, scores: Mapping[int, int | None]) -> None:
    """What was typed, as the review's words and scores. What the round does not ask for is left out."""
    review.to_authors, review.to_committee = typed.to_authors, typed.to_committee
    review.confidence = int(typed.confidence) if round_.asks_confidence and typed.confidence else None
    told = typed.forecasts if round_.asks_forecast else (None, None, None)
    review.forecast, review.forecast_low, review.forecast_high = told if None not in told else (None, None, None)
    review.forecast_of = asked_about(db) if review.forecast is not None else None
    review.begun_at = now()
    if typed.free and review.free_at is None:
        review.free_at = now()
    review.version += 1
    rows = {row.criterion_id: row for row in db.scalars(select(Score).where(col(Score.review_id) == review.id))}
    for criterion, row in rows.items():
        if criterion not in scores:
            db.delete(row)
    for criterion, value in scores.items():
        row = rows.get(criterion) or Score(review_id=review.id, criterion_id=criterion)
        row.value = value
        db.add(row)
    db.flush()


def mistakes(
    round_: Round, questions: Sequence[Question], scores: Mapping[int, int | None], typed: RemarksForm
) -> dict[str, str]:
    """What keeps a review from being submitted, by field."""
    found = {
        field_of(question.id): "This one needs a score from everybody."
        for question in questions
        if question.required and scores.get(question.id) is None
    }
    if not found and running_total(questions, scores) is None:
        found[""] = "Score at least one criterion that counts, or say that you have a conflict."
    if round_.asks_confidence and not typed.confidence:
        found["confidence"] = "Say how sure you are."
    if round_.asks_forecast:
        found |= forecast_mistakes(*typed.forecasts)
    return found


def forecast_mistakes(middle: float | None, low: float | None, high: float | None) -> dict[str, str]:
    """A forecast is left out whole, or has a range that holds it."""
    if middle is None and low is None and high is None:
        return {}
    if middle is None or low is None or high is None:
        return {"forecast": "Give all three figures, or none."}
    return {} if low <= middle <= high else {"forecast": "What you expect lies between the lowest and the highest."}


def submit(
    db: Session,
    actor: Actor,
    actual: Case,
    typed: RemarksForm,
    questions: Sequence[Question],
    scores: Mapping[int, int | None],
) -> None:
    """Filed, or filed anew. The record gets a commitment to the scores: opened, as totals, when the decisions are
    published."""
    must_be_mine_to_write(actual, typed)
    if actual.mine and typed.do == "amend":
        review, before = actual.mine.review, ReviewStage.SUBMITTED
        set_aside(db, actual.mine)
        put_down(db, actual.round, review, typed, scores)
    else:
        review, before = keep(db, actor, actual, typed, scores), ReviewStage.BEGUN
    value = running_total(questions, scores)
    assert value is not None
    changed = {"submitted_at": now(), "total": Decimal(f"{value:.4f}"), "filed": review.filed + 1}
    guarded_update(db, review, "stage", before, stage=ReviewStage.SUBMITTED, **changed)
    sealed = json.dumps({str(question.id): scores.get(question.id) for question in questions}, sort_keys=True)
    figures = {"idea": actual.idea.id, "round": actual.round.id}
    move = "review" if before is ReviewStage.BEGUN else "amend"
    write(
        db,
        actor.id,
        move,
        review.ref,
        before=before.value,
        after="submitted",
        figures=figures,
        words={"sealed": sealed},
    )


def asked_about(db: Session) -> str | None:
    """The outcome whose change a review forecasts: what it is held against when a pilot has ended."""
    outcome = headline(db)
    return outcome.name if outcome else None


def set_aside(db: Session, mine: Written) -> None:
    """What the review said until now is kept beside it."""
    review = mine.review
    said = {
        "scores": {str(criterion): value for criterion, value in sorted(mine.scores.items())},
        **{name: getattr(review, name) for name in ("to_authors", "to_committee", "confidence")},
        **{name: getattr(review, name) for name in ("forecast", "forecast_low", "forecast_high", "forecast_of")},
    }
    filed_at = review.submitted_at or now()
    kept = FiledReview(
        review_id=review.id,
        number=review.filed,
        said=json.dumps(said, ensure_ascii=False),
        total=review.total,
        filed_at=filed_at,
    )
    db.add(kept)
    db.flush()
