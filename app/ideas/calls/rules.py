"""The life of a call, and who makes one."""

from app.ideas.calls.models import Call, CallStage
from app.people.actor import Actor
from app.workflow import Move, Workflow


def chair(actor: Actor, call: Call) -> bool:
    return actor.chairs(call.committee_id)


def nobody(actor: Actor, call: Call) -> bool:
    """By its days alone."""
    return False


S = CallStage
OPEN = Move[Call]("open", "Open", (S.PLANNED,), S.OPEN, nobody, by_form=True)
RUN_OUT = Move[Call]("run_out", "Close on its day", (S.OPEN,), S.CLOSED, nobody, by_form=True)
life: Workflow[Call] = Workflow(
    "stage",
    OPEN,
    RUN_OUT,
    Move("close", "Close it now", (S.OPEN,), S.CLOSED, chair, reason=True),
    Move("cancel", "Cancel the call", (S.PLANNED,), S.CANCELLED, chair, reason=True, tone="danger"),
    Move("conclude", "Say what came of it", (S.CLOSED,), S.CLOSED, chair, by_form=True),
)
