"""Who answers an alarm: the owner of its process, or the chair of the process's committee. Its life as moves."""

from app.people.actor import Actor
from app.processes.alarms.models import Alarm, AlarmStage
from app.workflow import Move, Workflow


def answers_for(actor: Actor, alarm: Alarm) -> bool:
    if actor.guest:
        return False
    process = alarm.process
    if process is None:
        return actor.chairs_one
    return actor.id == process.owner_id or actor.chairs(process.committee_id)


def may_set(actor: Actor) -> bool:
    """The rate of false alarms that the organisation lives with."""
    return not actor.guest and (actor.chairs_one or actor.administrator)


S = AlarmStage
life: Workflow[Alarm] = Workflow(
    "stage",
    Move("look", "Say what you see", (S.NEW,), S.LOOKED_AT, answers_for, reason=True, tone="main"),
    Move("close", "Close it", (S.NEW, S.LOOKED_AT), S.CLOSED, answers_for, reason=True),
    Move("open_again", "Open it again", (S.CLOSED,), S.LOOKED_AT, answers_for, reason=True),
)
