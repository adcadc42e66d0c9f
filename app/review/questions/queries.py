"""Questions to authors, as far as a reader may see them. None of them tells who asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Author, Idea
from app.people.actor import HEADS, Actor
from app.refs import Kind
from app.review.conflicts import unconcerned
from app.review.models import Round
from app.review.questions.models import AuthorQuestion, QuestionStage


@dataclass(frozen=True)
class Asked:
    id: int
    words: str
    stage: QuestionStage
    asked_at: datetime
    why: str
    answer: str
    answered_at: datetime | None
    version: int
    mine: bool


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The asker's own; what is not dropped the committee's, without those who have a conflict."""
    rounds = select(col(Round.id)).where(col(Round.committee_id).in_(list(actor.seats)))
    free = unconcerned(actor, col(AuthorQuestion.idea_id))
    there = and_(col(AuthorQuestion.round_id).in_(rounds), col(AuthorQuestion.stage) != QuestionStage.DROPPED)
    return and_(free, or_(col(AuthorQuestion.asker_id) == actor.id, there))


def answerable_by(actor: Actor) -> ColumnElement[bool]:
    """Those that were passed on to an author: of their own and of their teams' ideas."""
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    teams = select(col(Idea.id)).where(col(Idea.team_id).in_(list(actor.teams)))
    on = or_(col(AuthorQuestion.idea_id).in_(wrote), col(AuthorQuestion.idea_id).in_(teams))
    return and_(on, col(AuthorQuestion.stage).in_((QuestionStage.PASSED, QuestionStage.ANSWERED)))


def read(db: Session, actor: Actor, condition: ColumnElement[bool]) -> Sequence[Asked]:
    query = select(AuthorQuestion).where(condition).order_by(col(AuthorQuestion.id))
    return [
        Asked(
            *(one.id, one.words, one.stage, one.asked_at),
            *(one.why if one.asker_id == actor.id else "", one.answer, one.answered_at, one.version),
            mine=one.asker_id == actor.id,
        )
        for one in db.scalars(query)
    ]


def of_review(db: Session, actor: Actor, round_id: int, idea_id: int) -> Sequence[Asked]:
    here = (col(AuthorQuestion.round_id) == round_id, col(AuthorQuestion.idea_id) == idea_id)
    return read(db, actor, and_(*here, visible_to(actor)))


def of_author(db: Session, actor: Actor, idea_id: int) -> Sequence[Asked]:
    """For the idea's own page: to its authors, and to nobody else."""
    return read(db, actor, and_(col(AuthorQuestion.idea_id) == idea_id, answerable_by(actor)))


def to_pass_on(db: Session, actor: Actor) -> list[tuple[int, str, int]]:
    """Ideas with questions that wait for a head of their committee: (idea, title, how many)."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    if not headed:
        return []
    query = (
        select(col(Idea.id), col(Idea.title), func.count())
        .join(AuthorQuestion, col(AuthorQuestion.idea_id) == col(Idea.id))
        .join(Round, col(Round.id) == col(AuthorQuestion.round_id))
        .where(
            col(Round.committee_id).in_(headed),
            col(AuthorQuestion.stage) == QuestionStage.ASKED,
            unconcerned(actor, col(Idea.id)),
        )
        .group_by(col(Idea.id), col(Idea.title))
        .order_by(col(Idea.id))
    )
    return list(db.execute(query))


def to_answer(db: Session, actor: Actor) -> list[tuple[int, str, int]]:
    """Ideas of this person with questions that wait for an answer: (idea, title, how many)."""
    query = (
        select(col(Idea.id), col(Idea.title), func.count())
        .join(AuthorQuestion, col(AuthorQuestion.idea_id) == col(Idea.id))
        .where(answerable_by(actor), col(AuthorQuestion.stage) == QuestionStage.PASSED)
        .group_by(col(Idea.id), col(Idea.title))
        .order_by(col(Idea.id))
    )
    return list(db.execute(query))


kinds = [
    Kind(
        "author_question",
        AuthorQuestion,
        visible_to,
        select(col(Idea.title)).where(col(Idea.id) == col(AuthorQuestion.idea_id)).scalar_subquery(),
        lambda id_: f"/review/ideas/{id_}",
        parent=col(AuthorQuestion.idea_id),
    )
]
