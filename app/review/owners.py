"""The process owner: what they say before a decision, and the orders that "do it now" gives them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, exists, literal, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now, today
from app.db import Database, embedded
from app.errors import Stale
from app.ideas.models import UNANSWERED, Idea, Stage
from app.people.actor import Actor
from app.people.calendar.queries import workdays
from app.people.models import Committee, Person
from app.processes.models import Process
from app.record.actions import write
from app.review.committees.models import OwnerAsked
from app.review.forms import OwnersForm
from app.review.models import Order, OwnersWord
from app.review.rules import order_life

ANSWERS = ("done", "cannot")  # with words, and the end of it for its owner


def owned_by(actor: Actor) -> ColumnElement[bool]:
    """Ideas for a process that this person answers for, while the committee has not decided."""
    own = select(col(Process.id)).where(col(Process.owner_id) == actor.id)
    return col(Idea.process_id).in_(own) & col(Idea.stage).in_(UNANSWERED)


def orders_for(me: Any, seats: Any, leader: Any) -> ColumnElement[bool]:
    """The owner's own, the committee's, and for leaders all."""
    committee = select(col(Idea.id)).where(col(Idea.committee_id).in_(seats))
    return or_(col(Order.owner_id) == me, col(Order.idea_id).in_(committee), leader)


def orders_visible_to(actor: Actor) -> ColumnElement[bool]:
    return orders_for(actor.id, list(actor.seats), literal(actor.leader) == literal(True))


# The same where parameters stand for the reader: for selects that are made once.
ORDERS_OF_ANY_READER = orders_for(
    bindparam("me"), bindparam("seats", expanding=True), bindparam("leader", type_=Boolean) == literal(True)
)


def sight(actor: Actor) -> dict[str, Any]:
    """What those parameters stand for."""
    return {"me": actor.id, "seats": sorted(actor.seats), "leader": actor.leader}


@dataclass(frozen=True)
class Said:
    word: OwnersWord
    name: str


def last_word(db: Session, idea_id: int) -> Said | None:
    query = (
        select(OwnersWord, col(Person.name))
        .join(Person, col(Person.id) == col(OwnersWord.person_id))
        .where(col(OwnersWord.idea_id) == idea_id)
        .order_by(col(OwnersWord.id).desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return Said(row[0], row[1]) if row else None


def say(db: Session, actor: Actor, idea: Idea, said: OwnersForm) -> OwnersWord:
    """A later word stands in place of an earlier one, which stays."""
    if idea.stage not in UNANSWERED:
        raise Stale(f"This idea is {idea.stage.value} now. The committee has decided.")
    word = OwnersWord(
        idea_id=idea.id,
        person_id=actor.id,
        possible=said.possible == "yes",
        start=said.start,
        cost=said.cost,
        words=said.words,
    )
    db.add(word)
    db.flush()
    figures = {"idea": idea.id, "cost": None if said.cost is None else str(said.cost)}
    after = "can be run" if word.possible else "cannot be run"
    write(db, actor.id, "say", word.ref, after=after, figures=figures, words={"words": said.words})
    return word


def asked(actor: Actor) -> Select[int, str, str, date | None]:
    """Ideas whose process this person answers for, and have said nothing of; until when they are asked."""
    of_now = and_(col(OwnerAsked.idea_id) == col(Idea.id), col(OwnerAsked.revision) == col(Idea.revision))
    spoken = exists().where(col(OwnersWord.idea_id) == col(Idea.id), col(OwnersWord.person_id) == actor.id)
    return (
        select(col(Idea.id), col(Idea.title), col(Process.name), col(OwnerAsked.due))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .outerjoin(OwnerAsked, of_now)
        .where(owned_by(actor), ~spoken)
        .order_by(col(OwnerAsked.due).is_(None), col(OwnerAsked.due), col(Idea.promised_on), col(Idea.id))
        .limit(50)
    )


def unasked() -> Select[int, int, int, int]:
    """Admitted ideas whose owner has said nothing and was not asked about this revision."""
    there = exists().where(col(OwnerAsked.idea_id) == col(Idea.id), col(OwnerAsked.revision) == col(Idea.revision))
    spoken = exists().where(col(OwnersWord.idea_id) == col(Idea.id), col(OwnersWord.person_id) == col(Process.owner_id))
    return (
        select(col(Idea.id), col(Idea.revision), col(Process.owner_id), col(Committee.owner_days))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .join(Committee, col(Committee.id) == col(Idea.committee_id))
        .where(col(Idea.stage) == Stage.ADMITTED, ~there, ~spoken)
        .order_by(col(Idea.id))
    )


def ask(db: Session, most: int = 200) -> int:
    """Ask the owners of what has been admitted, each with a day; the record tells them: some of them at a time, since
    whoever writes waits meanwhile. How many were asked."""
    query = unasked().limit(most)
    found = db.execute(query if embedded(db) else query.with_for_update(of=Idea)).all()
    calendar = workdays(db) if found else None
    for idea, revision, owner, days in found:
        assert calendar is not None
        due = calendar.add(today(db.info["settings"].time_zone), days)
        db.add(OwnerAsked(idea_id=idea, revision=revision, owner_id=owner, due=due))
        db.flush()
        figures = {"person": owner, "due": due.isoformat()}
        write(db, None, "ask_owner", f"idea:{idea}", figures=figures)
    return len(found)


def ask_when_admitted(database: Database) -> int:
    """Asks first, and writes only where somebody is to be asked."""
    with database.reading() as db:
        any_ = db.execute(unasked().limit(1)).first() is not None
    if not any_:
        return 0
    with database.writing() as db:
        return ask(db)


def asked_until(db: Session, idea: Idea) -> date | None:
    """Until when the owner was asked for a word on an idea as it stands."""
    kept = db.get(OwnerAsked, (idea.id, idea.revision))
    return kept.due if kept else None


def move(db: Session, actor: Actor, order: Order, name: str, note: str, version: int | None) -> None:
    """Accept it, report it done, or say that it cannot be: the words are the report."""
    also: dict[str, Any] = {"report": note.strip()} if name in ANSWERS else {}
    if name == "done":
        also["done_at"] = now()
    order_life.make(db, actor, order, name, note, version=version, **also)
