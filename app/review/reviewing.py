"""One member's review of one idea: what they see, keeping, submitting, and what comes next."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, literal_column, or_, select, union_all
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
from app.review.asked import is_asked
from app.review.conflicts import Concerned, concerned, must_be_free, unconcerned
from app.review.forms import RemarksForm, field_of
from app.review.models import Review, Reviewer, ReviewStage, Round, RoundIdea, RoundStage, Score
from app.review.rounds import STARTED, visible_to
from app.review.rules import names_hidden, sees_reviews
from app.review.scorecards import Question
from app.review.scoring import total
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
    def can_score(self) -> bool:
        return self.reviewing and not self.submitted and self.round.stage is RoundStage.OPEN and self.placed.live


def find(
    db: Session, actor: Actor, idea_id: int, *, lock: bool = False
) -> tuple[Round, RoundIdea, Idea, Revision, Process, bool]:
    """The idea in the round that works on it, or in the last that did. To the committee, the custodian, and while it is
    open to whoever stands in for a member, for the ideas that came to them."""
    mine = (col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id)
    asked = exists().where(*mine, is_asked()).correlate(Round, RoundIdea)
    stands_in = exists().where(*mine, col(Reviewer.stands_in_for).is_not(None), is_asked()).correlate(Round, RoundIdea)
    theirs = or_(col(Round.committee_id).in_(list(actor.seats)), col(Round.custodian_id) == actor.id, stands_in)
    query = (
        select(Round, RoundIdea, Idea, Revision, Process, asked)
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
    """Raises Missing where there is nothing for this person, Refused where they have a conflict."""
    round_, placed, idea, revision, process, reviewing = find(db, actor, idea_id, lock=lock)
    known = concerned(db, [idea.id])
    must_be_free(known, idea.id, actor.id)
    all_of_them = written(db, round_.id, idea.id)
    mine = next((one for one in all_of_them if one.review.reviewer_id == actor.id), None)
    submitted = mine is not None and mine.review.stage is ReviewStage.SUBMITTED
    may = sees_reviews(round_.stage, reviewer=reviewing, submitted=submitted, conflict=False)
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
    return total((question.weight, scores.get(question.id)) for question in questions)


def answered(questions: Sequence[Question], scores: Mapping[int, int | None]) -> int:
    """How much of the scorecard's weight has a score."""
    return sum(question.weight for question in questions if scores.get(question.id) is not None)


def scores_of(questions: Sequence[Question], typed: RemarksForm) -> dict[int, int | None]:
    """What was picked; "can't say" is None; what was left open is not there."""
    picked = {question.id: getattr(typed, field_of(question.id)) for question in questions}
    return {one: None if mark == "na" else int(mark) for one, mark in picked.items() if mark}


def must_be_open(actual: Case) -> None:
    if not actual.reviewing:
        raise Refused("This review is not asked of you. Whoever is away is not asked for what they have not begun.")
    if actual.submitted:
        raise Stale("You have submitted your review of this idea already. It counts once, and stays as it was.")
    if actual.round.stage is not RoundStage.OPEN or not actual.placed.live:
        raise Stale("The reviewing of this idea was closed. What you typed was not taken.")


def keep(db: Session, actor: Actor, actual: Case, typed: RemarksForm, scores: Mapping[int, int | None]) -> Review:
    """Kept for later: nobody else sees it. The caller holds the round's lock, so that there is one review a member."""
    must_be_open(actual)
    review = actual.mine.review if actual.mine else None
    if review is None:
        review = Review(round_id=actual.round.id, idea_id=actual.idea.id, reviewer_id=actor.id)
        db.add(review)
        db.flush()
    review.to_authors, review.to_committee = typed.to_authors, typed.to_committee
    review.begun_at = now()
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
    return review


def mistakes(questions: Sequence[Question], scores: Mapping[int, int | None]) -> dict[str, str]:
    """What keeps a review from being submitted, by field."""
    found = {
        field_of(question.id): "This one needs a score from everybody."
        for question in questions
        if question.required and scores.get(question.id) is None
    }
    if not found and running_total(questions, scores) is None:
        found[""] = "Score at least one criterion, or say that you have a conflict."
    return found


def submit(
    db: Session,
    actor: Actor,
    actual: Case,
    typed: RemarksForm,
    questions: Sequence[Question],
    scores: Mapping[int, int | None],
) -> None:
    """Final. The record gets a commitment to the scores: opened, as totals, when the decisions are published."""
    review = keep(db, actor, actual, typed, scores)
    value = running_total(questions, scores)
    assert value is not None
    guarded_update(
        db,
        review,
        "stage",
        ReviewStage.BEGUN,
        stage=ReviewStage.SUBMITTED,
        submitted_at=now(),
        total=Decimal(f"{value:.4f}"),
    )
    sealed = json.dumps({str(question.id): scores.get(question.id) for question in questions}, sort_keys=True)
    figures = {"idea": actual.idea.id, "round": actual.round.id}
    write(
        db, actor.id, "review", review.ref, before="begun", after="submitted", figures=figures, words={"sealed": sealed}
    )


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
        .join(Reviewer, and_(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .outerjoin(Review, mine)
        .where(
            col(Round.stage) == RoundStage.OPEN,
            col(RoundIdea.live).is_(True),
            ~is_in(col(Reviewer.person_id)),
            unconcerned(actor, col(RoundIdea.idea_id)),
            or_(col(Round.committee_id).in_(list(actor.seats)), col(Reviewer.stands_in_for).is_not(None)),
            is_asked(),
        )
    )


def tasks(db: Session, actor: Actor) -> list[Task]:
    """What waits for this reviewer, in order of due date. One statement."""
    query = waiting(actor).order_by(literal_column("due"), col(Round.id), col(RoundIdea.idea_id))
    return [] if actor.guest else [Task(*row) for row in db.execute(query)]


def next_task(db: Session, actor: Actor, round_id: int) -> int | None:
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
    return int(row[0]) if row else None
