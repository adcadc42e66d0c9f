"""Screening: the submitted ideas that a chair answers, in the order of their promised days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Stage
from app.ideas.queries import own
from app.people.actor import Actor
from app.processes.models import Process
from app.review.conflicts import unconcerned
from app.review.models import OwnersWord

MOST = 100


@dataclass(frozen=True)
class Submitted:
    id: int
    title: str
    process: str
    promised_on: date | None
    owner_spoke: bool

    def late(self, day: date) -> bool:
        return self.promised_on is not None and self.promised_on < day


def submitted(db: Session, actor: Actor, committees: Sequence[int]) -> list[Submitted]:
    """Without those that this person wrote or has a conflict with: others screen them. One statement."""
    spoke = exists().where(col(OwnersWord.idea_id) == col(Idea.id))
    query = (
        select(col(Idea.id), col(Idea.title), col(Process.name), col(Idea.promised_on), spoke)
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(
            col(Idea.stage) == Stage.SUBMITTED,
            col(Idea.committee_id).in_(list(committees)),
            ~own(actor),
            unconcerned(actor, col(Idea.id)),
        )
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(MOST)
    )
    return [Submitted(row[0], row[1], row[2], row[3], bool(row[4])) for row in db.execute(query)]


def others(db: Session, committees: Sequence[int]) -> int:
    """How many are submitted in all."""
    here = (col(Idea.stage) == Stage.SUBMITTED, col(Idea.committee_id).in_(list(committees)))
    return db.scalar(select(func.count()).select_from(Idea).where(*here)) or 0


def after(queue: Sequence[Submitted], idea_id: int) -> int | None:
    """The one that opens when this one is answered: the next by its day, else the first of those left."""
    ids = [one.id for one in queue]
    place = ids.index(idea_id) if idea_id in ids else -1
    left = [*ids[place + 1 :], *ids[: max(place, 0)]]
    return left[0] if left else None
