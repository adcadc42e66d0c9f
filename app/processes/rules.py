"""Who keeps the register, who opens and publishes a round, who ranks."""

from app.people.actor import Actor
from app.processes.models import Prioritisation, Process, RoundStage
from app.workflow import Move, Workflow


def may_register(actor: Actor) -> bool:
    return not actor.guest and (actor.chairs_one or actor.administrator)


def may_edit(actor: Actor, process: Process) -> bool:
    """The chair, the owner, an administrator."""
    if actor.guest:
        return False
    return actor.chairs(process.committee_id) or actor.id == process.owner_id or actor.administrator


def chair(actor: Actor, round_: Prioritisation) -> bool:
    return actor.chairs(round_.committee_id)


def may_rank(actor: Actor, round_: Prioritisation) -> bool:
    """Every member of its committee, the chair too, while it is open."""
    return actor.on(round_.committee_id) and round_.stage is RoundStage.OPEN


def sees_ballots(actor: Actor, round_: Prioritisation, has_ranked: bool) -> bool:
    """A member whose own ranking is in; everybody once it is published.

    A cancelled round stays as private as an open one: else the chair could cancel it to look, and open another.
    """
    if actor.guest:
        return False
    return round_.stage is RoundStage.PUBLISHED or (actor.on(round_.committee_id) and has_ranked)


S = RoundStage
life: Workflow[Prioritisation] = Workflow(
    "stage",
    Move("publish", "Publish the priorities", (S.OPEN,), S.PUBLISHED, chair, by_form=True, tone="do"),
    Move("cancel", "Cancel the round", (S.OPEN,), S.CANCELLED, chair, reason=True, tone="danger"),
)
