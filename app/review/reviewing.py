"""One member's review of one idea: what they see, keeping, submitting, and what comes next."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, literal_column, or_, select, union_all
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.columns import now
from app.errors import Missing, Refused, Stale
from app.ideas.models import Author, Idea, Revision
from app.ideas.queries import veiled_from
from app.people.actor import Actor
from app.people.models import Person, Team
from app.processes.models import Process
from app.record.actions import write
from app.review.conflicts import Concerned, concerned, must_be_free, unconcerned
from app.review.duty import duties, is_asked, nobody_awaited, stood_in
from app.review.forms import RemarksForm, field_of
from app.review.models import FiledReview, Review, Reviewer, ReviewStage, Round, RoundIdea, RoundStage, Score, Sight
from app.review.rounds import STARTED, visible_to
from app.review.rules import names_hidden, sees_reviews
from app.review.scorecards import Question
from app.review.scoring import on_five, total
from app.voice.queries import headline
from app.workflow import guarded_update


@dataclass
class Written:
    """A review with the name of its reviewer and its scores by criterion (None: can't say)."""

    review: Review
    name: str
    scores: dict[int, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """An idea in a round, as one member has it before them. `reviews` holds what they may see, their own apart."""

    round: Round
    placed: RoundIdea
    idea: Idea
    revision: Revision
    process: Process
    reviewing: bool
    mine: Written | None
    reviews: Sequence[Written]
    sealed: bool
    hidden: bool

    @property
    def submitted(self) -> bool:
        return self.mine is not None and self.mine.review.stage is ReviewStage.SUBMITTED

    @property
    def running(self) -> bool:
        """Whether this member's word on the idea is still taken."""
        return self.reviewing and self.round.stage is RoundStage.OPEN and self.placed.live

    @property
    def can_score(self) -> bool:
        return self.running and not self.submitted

    @property
    def can_amend(self) -> bool:
        """A filed review can be amended until its writer has sight of another's."""
        return self.running and self.submitted and not self.reviews


def find(
    db: Session, actor: Actor, idea_id: int, *, lock: bool = False
) -> tuple[Round, RoundIdea, Idea, Revision, Process, bool]:
    """The idea in the round that works on it, or in the last that did. To the committee, the custodian, and while it is
    open to whoever stands in for a member, for the ideas that came to them."""
    stands_in = col(Round.id).in_(stood_in(actor.id)) & is_asked(actor.id)
    theirs = or_(col(Round.committee_id).in_(list(actor.seats)), col(Round.custodian_id) == actor.id, stands_in)
    query = (
        select(Round, RoundIdea, Idea, Revision, Process, is_asked(actor.id))
        .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(
            col(RoundIdea.idea_id) == idea_id,
            col(RoundIdea.taken_out_at).is_(None),
            col(Round.stage).in_(STARTED),
            theirs,
            visible_to(actor),
        )
        .order_by(col(RoundIdea.live).desc(), col(Round.id).desc())
        .limit(1)
    )
    found = db.execute(query.with_for_update(of=Round) if lock else query).first()
    if found is None:
        raise Missing()
    round_, placed, idea, revision, process, reviewing = found
    return round_, placed, idea, revision, process, bool(reviewing)


def case(db: Session, actor: Actor, idea_id: int, *, lock: bool = False) -> Case:
    """Raises Missing where there is nothing for this person, Refused where they have a conflict; to who would change
    something Stale, since the page that they had before them was drawn without one."""
    round_, placed, idea, revision, process, reviewing = find(db, actor, idea_id, lock=lock)
    known = concerned(db, [idea.id])
    if lock and (idea.id, actor.id) not in known.own and known.has(idea.id, actor.id):
        raise Stale("A conflict of yours with this idea was noted meanwhile. What you typed was not taken.")
    must_be_free(known, idea.id, actor.id)
    all_of_them = written(db, round_.id, idea.id)
    mine = next((one for one in all_of_them if one.review.reviewer_id == actor.id), None)
    submitted = mine is not None and mine.review.stage is ReviewStage.SUBMITTED
    filed = {one.review.reviewer_id for one in all_of_them if stands(known, one.review)}
    all_in = round_.sight is Sight.ALL and nobody_awaited(round_, idea.id, known, duties(db, round_), filed)
    may = sees_reviews(round_, reviewer=reviewing, submitted=submitted, all_in=all_in)
    others = [one for one in all_of_them if may and one is not mine and stands(known, one.review)]
    hidden = names_hidden(actor, round_)
    return Case(round_, placed, idea, revision, process, reviewing, mine, others, not may, hidden)


def stands(known: Concerned, review: Review) -> bool:
    return review.stage is ReviewStage.SUBMITTED and not known.has(review.idea_id, review.reviewer_id)


def written(db: Session, round_id: int, idea_id: int) -> list[Written]:
    """All reviews of an idea with their scores, by the reviewers' names. One statement."""
    query = (
        select(Review, col(Person.name), col(Score.criterion_id), col(Score.value))
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .outerjoin(Score, col(Score.review_id) == col(Review.id))
        .where(col(Review.round_id) == round_id, col(Review.idea_id) == idea_id)
        .order_by(col(Person.name), col(Review.id))
    )
    found: dict[int, Written] = {}
    for review, name, criterion, value in db.execute(query):
        one = found.setdefault(review.id, Written(review, name))
        if criterion is not None:
            one.scores[criterion] = value
    return list(found.values())


def authors(db: Session, ideas: Collection[int], but_for: Actor | None = None) -> dict[int, str]:
    """Who wrote them, team first: for pages that may say so. One statement.

    but_for: leaves out what this reader may not learn. A round's custodian is under no veil of it.
    """
    ids = list(ideas)
    people = (
        select(col(Author.idea_id), literal(1), col(Person.name))
        .join(Person, col(Person.id) == col(Author.person_id))
        .where(col(Author.idea_id).in_(ids), *([~veiled_from(but_for, Author.idea_id)] if but_for else []))
    )
    teams = (
        select(col(Idea.id), literal(0), col(Team.name))
        .join(Team, col(Team.id) == col(Idea.team_id))
        .where(col(Idea.id).in_(ids))
    )
    found: dict[int, list[str]] = {}
    for idea, _, name in sorted(db.execute(union_all(teams, people))):
        found.setdefault(idea, []).append(name)
    return {idea: ", ".join(names) for idea, names in found.items()}


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


def earlier(db: Session, review_id: int) -> list[FiledReview]:
    """What a review said before it was amended, oldest first."""
    query = select(FiledReview).where(col(FiledReview.review_id) == review_id)
    return list(db.scalars(query.order_by(col(FiledReview.number))))


@dataclass(frozen=True)
class LastTime:
    """What this member said of the idea in an earlier round."""

    round: str
    revision: int
    total: Decimal | None
    to_authors: str
    to_committee: str


def last_time(db: Session, actor: Actor, actual: Case) -> LastTime | None:
    query = (
        select(
            col(Round.name), col(Revision.number), col(Review.total), col(Review.to_authors), col(Review.to_committee)
        )
        .join(Round, col(Round.id) == col(Review.round_id))
        .join(RoundIdea, and_(col(RoundIdea.round_id) == col(Round.id), col(RoundIdea.idea_id) == col(Review.idea_id)))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .where(
            col(Review.idea_id) == actual.idea.id,
            col(Review.reviewer_id) == actor.id,
            col(Review.stage) == ReviewStage.SUBMITTED,
            col(Round.id) != actual.round.id,
        )
        .order_by(col(Review.id).desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return LastTime(*row) if row else None


@dataclass(frozen=True)
class Progress:
    """How far a reviewer is in a round: what is filed, and what is expected of them."""

    filed: int
    expected: int
    due: date  # their own day, where they were given longer


def progress(db: Session, actor: Actor, round_: Round) -> Progress:
    """One statement. Ideas that are not given to them, or with which they have a conflict, are not expected."""
    mine = exists().where(
        col(Review.round_id) == round_.id,
        col(Review.idea_id) == col(RoundIdea.idea_id),
        col(Review.reviewer_id) == actor.id,
        col(Review.stage) == ReviewStage.SUBMITTED,
    )
    here = (col(Reviewer.round_id) == round_.id, col(Reviewer.person_id) == actor.id)
    longer = select(col(Reviewer.due)).where(*here).scalar_subquery()
    query = (
        select(func.count(col(RoundIdea.id)), func.coalesce(func.sum(case_when((mine, 1), else_=0)), 0), longer)
        .join(Round, col(Round.id) == col(RoundIdea.round_id))
        .where(
            col(Round.id) == round_.id,
            col(RoundIdea.live).is_(True),
            is_asked(actor.id),
            unconcerned(actor, col(RoundIdea.idea_id)),
        )
    )
    expected, filed, due = db.execute(query).one()
    return Progress(int(filed), int(expected), due or round_.due)


@dataclass(frozen=True)
class Task:
    """An idea that waits for this reviewer."""

    idea_id: int
    title: str
    process: str
    round_id: int
    round: str
    due: date
    kept_at: datetime | None


def is_in(reviewer: Any) -> ColumnElement[bool]:
    """Whether this reviewer's review of the idea in this round is submitted."""
    other = aliased(Review)
    return exists().where(
        col(other.round_id) == col(RoundIdea.round_id),
        col(other.idea_id) == col(RoundIdea.idea_id),
        col(other.reviewer_id) == reviewer,
        col(other.stage) == ReviewStage.SUBMITTED,
    )


def waiting(actor: Actor) -> Select[int, str, str, int, str, date, datetime]:
    mine = and_(
        col(Review.round_id) == col(Round.id),
        col(Review.idea_id) == col(RoundIdea.idea_id),
        col(Review.reviewer_id) == actor.id,
    )
    return (
        select(
            col(RoundIdea.idea_id),
            col(Revision.title),
            col(Process.name),
            col(Round.id),
            col(Round.name),
            func.coalesce(col(Reviewer.due), col(Round.due)).label("due"),
            col(Review.begun_at),
        )
        .join(Round, col(Round.id) == col(RoundIdea.round_id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .join(Reviewer, and_(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id))
        .outerjoin(Review, mine)
        .where(
            col(Round.stage) == RoundStage.OPEN,
            col(RoundIdea.live).is_(True),
            is_asked(actor.id),
            ~is_in(actor.id),
            unconcerned(actor, col(RoundIdea.idea_id)),
            or_(col(Round.committee_id).in_(list(actor.seats)), col(Reviewer.stands_in_for).is_not(None)),
        )
    )


def tasks(db: Session, actor: Actor) -> list[Task]:
    """What waits for this reviewer, in order of due date. One statement."""
    query = waiting(actor).order_by(literal_column("due"), col(Round.id), col(RoundIdea.idea_id))
    return [] if actor.guest else [Task(*row) for row in db.execute(query)]


def next_task(db: Session, actor: Actor, round_id: int) -> Task | None:
    """Of what waits, the idea with the fewest reviews, in this round first: so that all get theirs."""
    came = (
        select(func.count())
        .where(
            col(Review.round_id) == col(RoundIdea.round_id),
            col(Review.idea_id) == col(RoundIdea.idea_id),
            col(Review.stage) == ReviewStage.SUBMITTED,
        )
        .correlate(RoundIdea)
        .scalar_subquery()
    )
    query = (
        waiting(actor).order_by(col(Round.id) != round_id, came, literal_column("due"), col(RoundIdea.idea_id)).limit(1)
    )
    row = db.execute(query).first()
    return Task(*row) if row else None
