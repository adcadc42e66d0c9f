"""How many ideas of a round the committee can take: where its line is, by the chair's word."""

from sqlalchemy.orm import Session

from app.errors import Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.forms import CapacityForm
from app.review.models import Round, RoundStage

BEFORE_THE_END = (RoundStage.PREPARED, RoundStage.OPEN, RoundStage.CLOSED)


def set_capacity(db: Session, actor: Actor, round_: Round, wanted: CapacityForm) -> None:
    """None gives the line back to the committee's budget."""
    if round_.stage not in BEFORE_THE_END:
        raise Stale(f"This round is {round_.stage.value}. Its line stays where it was.")
    if wanted.version != round_.version:
        raise Stale("Somebody changed this round after you opened it. Look at it again before you go on.")
    before, after = ("" if number is None else str(number) for number in (round_.capacity, wanted.capacity))
    if before == after:
        return
    round_.capacity = wanted.capacity
    round_.version += 1
    write(db, actor.id, "capacity", round_.ref, before=before, after=after)
