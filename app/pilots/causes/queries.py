"""The causes that a pilot's process is kept to have, and which of them the pilot has taken over as barriers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.pilots.causes.models import BarrierCause
from app.pilots.models import Pilot
from app.processes.causes.models import Cause
from app.processes.causes.queries import Node, tree


@dataclass(frozen=True)
class From:
    """The cause that a barrier was made of."""

    cause_id: int
    words: str
    withdrawn: bool


def causes_of_barriers(db: Session, pilot_id: int) -> dict[int, From]:
    """By the row that all versions of a barrier begin with."""
    query = (
        select(col(BarrierCause.artefact_id), col(Cause.id), col(Cause.words), col(Cause.withdrawn_at))
        .join(Cause, col(Cause.id) == col(BarrierCause.cause_id))
        .where(col(BarrierCause.pilot_id) == pilot_id)
    )
    return {root: From(cause, words, gone is not None) for root, cause, words, gone in db.execute(query)}


def untaken(db: Session, pilot: Pilot) -> int:
    """How many causes of its process it has not taken over yet."""
    taken = and_(col(BarrierCause.cause_id) == col(Cause.id), col(BarrierCause.pilot_id) == pilot.id)
    query = (
        select(func.count())
        .select_from(Cause)
        .outerjoin(BarrierCause, taken)
        .where(
            col(Cause.process_id) == pilot.process_id, col(Cause.withdrawn_at).is_(None), col(BarrierCause.id).is_(None)
        )
    )
    return db.scalar(query) or 0


@dataclass(frozen=True)
class Offer:
    node: Node
    barrier: int | None  # the barrier's first row, where it was taken over


def offers(db: Session, actor: Actor, pilot: Pilot) -> Sequence[Offer]:
    """All causes in the order of the tree, each with its evidence."""
    query = select(col(BarrierCause.cause_id), col(BarrierCause.artefact_id)).where(
        col(BarrierCause.pilot_id) == pilot.id
    )
    taken = dict(db.execute(query).all())
    return [Offer(node, taken.get(node.cause.id)) for node in tree(db, actor, pilot.process_id).walk()]
