"""Who rates the experience of a process, and the life of a rating round.

Guests see nothing of processes, so customers do not rate here themselves: their side comes from surveys, and from
raters who speak on their behalf and name how they know.
"""

from collections.abc import Iterable

from app.people.actor import Actor
from app.processes.experience.models import RatingRound, RatingStage
from app.processes.models import Process
from app.processes.rules import may_edit
from app.workflow import Move, Workflow


def may_rate(actor: Actor, process: Process, departments: Iterable[int], working: Iterable[int]) -> bool:
    """The owner, the departments of the process, the teams that work on it, the committee."""
    if actor.guest:
        return False
    return (
        actor.id == process.owner_id
        or actor.on(process.committee_id)
        or actor.department_id in set(departments)
        or bool(actor.teams & set(working))
    )


def keeps(actor: Actor, round_: RatingRound) -> bool:
    return may_edit(actor, round_.process)


S = RatingStage
life: Workflow[RatingRound] = Workflow(
    "stage",
    Move("close", "Close it and show the figures", (S.OPEN,), S.CLOSED, keeps, tone="main"),
    Move("cancel", "Cancel it", (S.OPEN,), S.CANCELLED, keeps, reason=True, tone="danger"),
)
