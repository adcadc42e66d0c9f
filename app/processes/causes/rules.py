"""Who keeps the causes of a process."""

from collections.abc import Iterable

from app.people.actor import Actor
from app.processes.models import Process

DEEPEST = 8


def may_keep(actor: Actor, process: Process, working: Iterable[int]) -> bool:
    """Its owner, its committee, and the members of the teams that work on it (`working`: their ids)."""
    if actor.guest:
        return False
    return actor.id == process.owner_id or actor.on(process.committee_id) or bool(actor.teams & set(working))
