"""The process owner: what they say before a decision, and the orders that "do it now" gives them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, bindparam, exists, literal, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.ideas.models import UNANSWERED, Idea
from app.people.actor import Actor
from app.people.models import Person
from app.processes.models import Process
from app.record.actions import write
from app.review.forms import OwnersForm
from app.review.models import Order, OwnersWord
from app.review.rules import order_life


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


def asked(actor: Actor) -> Select[int, str, str]:
    """Ideas whose process this person answers for, and of which they have said nothing yet."""
    spoken = exists().where(col(OwnersWord.idea_id) == col(Idea.id), col(OwnersWord.person_id) == actor.id)
    return (
        select(col(Idea.id), col(Idea.title), col(Process.name))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(Process.owner_id) == actor.id, col(Idea.stage).in_(UNANSWERED), ~spoken)
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(50)
    )


def move(db: Session, actor: Actor, order: Order, name: str, note: str, version: int | None) -> None:
    """Accept, or report it done: the words are the report."""
    also: dict[str, Any] = {"report": note.strip(), "done_at": now()} if name == "done" else {}
    order_life.make(db, actor, order, name, note, version=version, **also)
