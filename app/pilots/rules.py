"""Who may do what with a pilot, and the life of its steps and gates as moves."""

from app.people.actor import Actor
from app.pilots.models import Pilot, PilotStage, Step, StepStage
from app.workflow import Move, Workflow


def team(actor: Actor, pilot: Pilot) -> bool:
    """Leads it, or is in its team."""
    return actor.id == pilot.lead_id or pilot.team_id in actor.teams


def steers(actor: Actor, pilot: Pilot) -> bool:
    """Says how it stands: its lead and its sponsor."""
    return actor.id in (pilot.lead_id, pilot.sponsor_id)


def chair(actor: Actor, pilot: Pilot) -> bool:
    return actor.chairs(pilot.committee_id)


def spends(actor: Actor, pilot: Pilot) -> bool:
    return pilot.running and (team(actor, pilot) or steers(actor, pilot))


def funds(actor: Actor, pilot: Pilot) -> bool:
    """Sets the budget: the sponsor and the chair, never who spends it alone."""
    return pilot.running and (actor.id == pilot.sponsor_id or chair(actor, pilot))


def works(actor: Actor, step: Step) -> bool:
    return team(actor, step.pilot)


def keeps(actor: Actor, step: Step) -> bool:
    """Keeps this gate. Nobody keeps a gate of work that is their own."""
    return actor.id in step.pilot.keepers_of(step.number) and not team(actor, step.pilot)


def keeps_one(actor: Actor, step: Step) -> bool:
    """Keeps any gate of this pilot: may reopen an earlier step."""
    return any(actor.id == keeper.person_id and not keeper.away for keeper in step.pilot.keepers) and not team(
        actor, step.pilot
    )


def begins(actor: Actor, step: Step) -> bool:
    """Locks the plan of the sixth step, so that its run begins: who keeps its gate, never who is measured by it."""
    return step.number == len(step.pilot.steps) and step.begun_at is None and keeps(actor, step)


def nobody(actor: Actor, step: Step) -> bool:
    """Follows from another move."""
    return False


S = StepStage
OPEN = Move("open", "Open the step", (S.AHEAD,), S.OPEN, nobody, by_form=True)
WALK_BACK = Move("walk_back", "Walk back", (S.OPEN, S.ASKED, S.PASSED), S.AHEAD, nobody, by_form=True)
REPEAT = Move("repeat", "Repeat the pilot", (S.ASKED,), S.OPEN, nobody, by_form=True)
life: Workflow[Step] = Workflow(
    "stage",
    Move("begin", "Lock the plan, begin the run", (S.OPEN,), S.OPEN, begins, tone="main"),
    Move("ask", "Ask for the gate", (S.OPEN,), S.ASKED, works, tone="main"),
    Move("take_back", "Go on working", (S.ASKED,), S.OPEN, works),
    Move("pass", "Pass the gate", (S.ASKED,), S.PASSED, keeps, reason=True, tone="main"),
    Move("send_back", "Send back", (S.ASKED,), S.OPEN, keeps, reason=True),
    Move("stop", "Stop the pilot", (S.OPEN, S.ASKED), S.STOPPED, keeps, reason=True, tone="danger"),
    Move("reopen", "Reopen this step", (S.PASSED,), S.OPEN, keeps_one, reason=True),
    OPEN,
    WALK_BACK,
    REPEAT,
)


def no_one(actor: Actor, pilot: Pilot) -> bool:
    return False


P = PilotStage
SCALE = Move("scale", "Roll out", (P.RUNNING,), P.SCALED, no_one, by_form=True)
ADOPT = Move("adopt", "Adopt", (P.RUNNING,), P.ADOPTED, no_one, by_form=True)
STOP = Move("stop", "Stop", (P.RUNNING,), P.STOPPED, no_one, by_form=True)
ends: Workflow[Pilot] = Workflow("stage", SCALE, ADOPT, STOP)
