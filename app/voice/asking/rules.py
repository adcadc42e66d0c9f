"""Who keeps a source that collects, and how its life goes: it collects, it closes, it may be opened again."""

from app.people.actor import Actor
from app.voice.asking.models import Asking, AskStage
from app.workflow import Move, Workflow


def keeps(actor: Actor, asking: Asking) -> bool:
    """Whoever may bring evidence in, and is near it: its maker, its department, and those who answer for all."""
    if actor.guest:
        return False
    own = asking.department_id is not None and actor.department_id == asking.department_id
    return own or asking.person_id == actor.id or actor.on_a_committee or actor.leader or actor.administrator


COLLECTING, CLOSED = AskStage.COLLECTING, AskStage.CLOSED
CLOSE = Move[Asking]("close", "Close it now", (COLLECTING,), CLOSED, keeps, done="It is closed: nothing more comes in.")
life: Workflow[Asking] = Workflow(
    "stage",
    CLOSE,
    Move("prolong", "Move its last day", (COLLECTING,), COLLECTING, keeps, reason=True, by_form=True),
    Move("reopen", "Open it again", (CLOSED,), COLLECTING, keeps, reason=True, by_form=True),
    Move("renew_link", "Make a new link", (COLLECTING,), COLLECTING, keeps, reason=True, by_form=True),
)
