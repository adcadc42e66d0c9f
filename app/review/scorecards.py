"""Scorecards: the committee's weighted criteria, in numbered versions that never change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.models import CardUse, Criterion, Scorecard


@dataclass(frozen=True)
class Question:
    """A criterion as it is asked; `levels` are the words of 1 and up, as many as its scale has."""

    id: int
    name: str
    question: str
    weight: int
    required: bool
    levels: tuple[str, ...]
    counted: bool = True

    @property
    def marks(self) -> list[tuple[int, str]]:
        return list(enumerate(self.levels, start=1))


@dataclass(frozen=True)
class Card:
    id: int | None  # None: the preset that a committee without a scorecard begins with
    name: str
    number: int
    questions: Sequence[Question]
    use: CardUse = CardUse.REVIEW

    @property
    def weight(self) -> int:
        return sum(question.weight for question in self.questions if question.counted)


def ask(name: str, question: str, weight: int, *levels: str, required: bool = False) -> Question:
    return Question(0, name, question, weight, required, levels)


REVIEW = Card(
    None,
    "Scorecard",
    0,
    (
        ask(
            "Customer-experience impact",
            "How much of the gap to what we promise would customers feel closing?",
            30,
            *("None of it", "A little, or for few", "A third, or for some", "Half, for most", "All of it, for all"),
            required=True,
        ),
        ask(
            "Profitability",
            "What does it bring for the money and months it asks?",
            20,
            *("Far below its cost", "Below its cost", "About its cost", "Above its cost", "Far above its cost"),
        ),
        ask(
            "Sustainability",
            "Does it last, for people, planet and budget, once the pilot is over?",
            15,
            *("Does harm", "Ends with the pilot", "Needs care to last", "Lasts", "Lasts, and does good beyond"),
        ),
        ask(
            "Feasibility",
            "Can we run it, with what stands in the way?",
            20,
            *("Blocked", "Doubtful", "With effort", "Likely", "Proven elsewhere"),
            required=True,
        ),
        ask(
            "Novelty",
            "How new is the way, for us?",
            15,
            *("Known here", "Known near", "New here", "New to our trade", "New to all"),
        ),
    ),
)
SCREENING = Card(
    None,
    "Quick screening",
    0,
    (
        ask(
            "Worth a closer look",
            "Would customers feel it if it worked?",
            60,
            *("No", "Hardly", "Perhaps", "Yes", "At once"),
            required=True,
        ),
        ask(
            "Within reach",
            "Could somebody here run it within a year?",
            40,
            *("No", "Hardly", "Perhaps", "Yes", "At once"),
        ),
    ),
    CardUse.SCREENING,
)
PRESETS = {card.use: card for card in (REVIEW, SCREENING)}
USES = {CardUse.REVIEW: "Full review", CardUse.SCREENING: "Quick screening"}


def asked(row: Criterion) -> Question:
    return Question(
        row.id, row.name, row.question, row.weight, row.required, tuple(json.loads(row.levels)), row.counted
    )


def questions(db: Session, scorecard_id: int) -> list[Question]:
    query = select(Criterion).where(col(Criterion.scorecard_id) == scorecard_id).order_by(col(Criterion.place))
    return [asked(row) for row in db.scalars(query)]


def card(db: Session, scorecard_id: int) -> Card:
    """One statement."""
    query = (
        select(Scorecard, Criterion)
        .join(Criterion, col(Criterion.scorecard_id) == col(Scorecard.id))
        .where(col(Scorecard.id) == scorecard_id)
        .order_by(col(Criterion.place))
    )
    rows = db.execute(query).all()
    kept = rows[0][0]
    return Card(kept.id, kept.name, kept.number, [asked(row[1]) for row in rows], kept.use)


def current_id(db: Session, committee_id: int, use: CardUse = CardUse.REVIEW) -> int | None:
    query = select(col(Scorecard.id)).where(*in_use(committee_id, use)).order_by(col(Scorecard.id).desc())
    return db.scalars(query).first()


def in_use(committee_id: int, use: CardUse) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Scorecard.committee_id) == committee_id,
        col(Scorecard.use) == use,
        col(Scorecard.retired_at).is_(None),
    )


def current(db: Session, committee_id: int, use: CardUse = CardUse.REVIEW) -> Card:
    """The version in use; the preset where there is none yet."""
    kept = current_id(db, committee_id, use)
    return card(db, kept) if kept else PRESETS[use]


def versions(db: Session, committee_id: int, use: CardUse) -> list[Scorecard]:
    same = (col(Scorecard.committee_id) == committee_id, col(Scorecard.use) == use)
    return list(db.scalars(select(Scorecard).where(*same).order_by(col(Scorecard.id).desc())))


def ensure(db: Session, actor: Actor, committee_id: int, use: CardUse = CardUse.REVIEW) -> int:
    """The id of the version in use; a committee that has none gets the preset as its first."""
    return current_id(db, committee_id, use) or keep(db, actor, committee_id, PRESETS[use]).id


def keep(db: Session, actor: Actor, committee_id: int, new: Card) -> Scorecard:
    """A new version, made from `new.number`. Earlier ones stay, for the rounds that began with them."""
    kept = current_id(db, committee_id, new.use)
    number = db.get_one(Scorecard, kept).number if kept else 0
    if number != new.number:
        raise Stale("Somebody made a new version after you opened this one. Look at it before you go on.")
    db.execute(update(Scorecard).where(*in_use(committee_id, new.use)).values(retired_at=now()))
    made = Scorecard(committee_id=committee_id, use=new.use, name=new.name, number=number + 1)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("Somebody made a new version at this moment. Look at it before you go on.") from error
    db.add_all(criterion(made.id, place, question) for place, question in enumerate(new.questions, start=1))
    weights = [question.weight if question.counted else 0 for question in new.questions]
    write(db, actor.id, "version", made.ref, after=str(made.number), figures={"weights": weights})
    return made


def criterion(scorecard_id: int, place: int, question: Question) -> Criterion:
    return Criterion(
        scorecard_id=scorecard_id,
        place=place,
        name=question.name,
        question=question.question,
        weight=question.weight,
        required=question.required,
        counted=question.counted,
        levels=json.dumps(question.levels, ensure_ascii=False),
    )
