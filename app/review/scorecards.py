"""Scorecards: the committee's weighted criteria, in numbered versions that never change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.models import Criterion, Scorecard


@dataclass(frozen=True)
class Question:
    """A criterion as it is asked; `levels` are the words of 1 to 5."""

    id: int
    name: str
    question: str
    weight: int
    required: bool
    levels: tuple[str, ...]

    @property
    def marks(self) -> list[tuple[int, str]]:
        return list(enumerate(self.levels, start=1))


@dataclass(frozen=True)
class Card:
    id: int | None  # None: the preset that a committee without a scorecard begins with
    name: str
    number: int
    questions: Sequence[Question]

    @property
    def weight(self) -> int:
        return sum(question.weight for question in self.questions)


def ask(name: str, question: str, weight: int, *levels: str, required: bool = False) -> Question:
    return Question(0, name, question, weight, required, levels)


PRESET = Card(
    None,
    "Scorecard",
    0,
    (
        ask(
            "Effect on customers",
            "How many would feel it?",
            30,
            *("None", "Few", "Some", "Most", "All"),
            required=True,
        ),
        ask(
            "Gap closed",
            "How much of the gap to what we promise?",
            25,
            *("None", "A little", "A third", "Half", "All of it"),
            required=True,
        ),
        ask(
            "Feasible",
            "Can we run it, with what stands in the way?",
            20,
            *("Blocked", "Doubtful", "With effort", "Likely", "Proven"),
        ),
        ask(
            "Worth its cost",
            "Effect for the money and months asked?",
            15,
            *("Far below", "Below", "Even", "Above", "Far above"),
        ),
        ask(
            "Novelty",
            "How new is the way, for us?",
            10,
            *("Known here", "Known near", "New here", "New to our trade", "New to all"),
        ),
    ),
)


def asked(row: Criterion) -> Question:
    return Question(row.id, row.name, row.question, row.weight, row.required, tuple(json.loads(row.levels)))


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
    return Card(kept.id, kept.name, kept.number, [asked(row[1]) for row in rows])


def current_id(db: Session, committee_id: int) -> int | None:
    query = (
        select(col(Scorecard.id))
        .where(col(Scorecard.committee_id) == committee_id, col(Scorecard.retired_at).is_(None))
        .order_by(col(Scorecard.id).desc())
    )
    return db.scalars(query).first()


def current(db: Session, committee_id: int) -> Card:
    """The version in use; the preset where there is none yet."""
    kept = current_id(db, committee_id)
    return card(db, kept) if kept else PRESET


def versions(db: Session, committee_id: int) -> list[Scorecard]:
    query = select(Scorecard).where(col(Scorecard.committee_id) == committee_id).order_by(col(Scorecard.id).desc())
    return list(db.scalars(query))


def ensure(db: Session, actor: Actor, committee_id: int) -> int:
    """The id of the version in use; a committee that has none gets the preset as its first."""
    return current_id(db, committee_id) or keep(db, actor, committee_id, PRESET).id


def keep(db: Session, actor: Actor, committee_id: int, new: Card) -> Scorecard:
    """A new version, made from `new.number`. Earlier ones stay, for the rounds that began with them."""
    in_use = current_id(db, committee_id)
    number = db.get_one(Scorecard, in_use).number if in_use else 0
    if number != new.number:
        raise Stale("Somebody made a new version after you opened this one. Look at it before you go on.")
    db.execute(
        update(Scorecard)
        .where(col(Scorecard.committee_id) == committee_id, col(Scorecard.retired_at).is_(None))
        .values(retired_at=now())
    )
    made = Scorecard(committee_id=committee_id, name=new.name, number=number + 1)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("Somebody made a new version at this moment. Look at it before you go on.") from error
    for place, question in enumerate(new.questions, start=1):
        db.add(
            Criterion(
                scorecard_id=made.id,
                place=place,
                name=question.name,
                question=question.question,
                weight=question.weight,
                required=question.required,
                levels=json.dumps(question.levels, ensure_ascii=False),
            )
        )
    weights = [question.weight for question in new.questions]
    write(db, actor.id, "version", made.ref, after=str(made.number), figures={"weights": weights})
    return made
