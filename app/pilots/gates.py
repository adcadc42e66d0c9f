"""The gates: asking for one, keeping it, walking back, and how a pilot ends."""

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.people.actor import Actor
from app.pilots.artefacts import Made, Thing, made
from app.pilots.checklist import refuse_while_missing
from app.pilots.measuring import begin_again, live_plan
from app.pilots.models import Artefact, Pilot, Result, Step, StepStage
from app.pilots.roadmap import Slot
from app.pilots.rules import ADOPT, OPEN, REPEAT, SCALE, STOP, WALK_BACK, ends, life

LAST = 6
ENDINGS = {Result.SCALE: SCALE, Result.ADOPT: ADOPT, Result.STOP: STOP}


def move(
    db: Session, actor: Actor, pilot: Pilot, number: int, name: str, note: str = "", version: int | None = None
) -> str:
    """One move on a step of a pilot that is locked, with all that follows from it. Returns what to tell.

    Raises Stale when the step has moved on, Refused when it is not this person's, Invalid without a reason or with
    an artefact missing: none is passed incomplete, in whatever order requests come.
    """
    step = pilot.at(number)
    if version is not None and version != step.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    if not pilot.running:
        raise Stale(f"The pilot has ended: it is {pilot.stage.value}.")
    life.check(actor, step, name, note)
    match name:
        case "begin":
            refuse_while_missing(pilot, number, made(db, pilot), to_begin=True)
            plan = live_plan(db, pilot)
            life.make(db, actor, step, name, note, figures={"run": pilot.run}, words={"plan": plan}, begun_at=now())
            return "The plan is locked, and the run begins."
        case "ask":
            refuse_while_missing(pilot, number, made(db, pilot))
            life.make(db, actor, step, name, note, asked_at=now())
            return f"Gate {number} is asked for. Its keepers are told."
        case "pass":
            return pass_gate(db, actor, pilot, step, note)
        case "stop":
            life.make(db, actor, step, name, note)
            end(db, actor, pilot, Result.STOP, note)
            return "The pilot is stopped. What was learned stays."
        case "reopen":
            return reopen(db, actor, pilot, step, note)
        case _:
            life.make(db, actor, step, name, note, asked_at=None)
            return f"Step {number} is open."


def pass_gate(db: Session, actor: Actor, pilot: Pilot, step: Step, note: str) -> str:
    have = made(db, pilot)
    refuse_while_missing(pilot, step.number, have)
    if step.number == LAST:
        return pass_last(db, actor, pilot, step, note, have)
    life.make(db, actor, step, "pass", note, passed_at=now())
    ahead = pilot.at(step.number + 1)
    life.step(db, actor.id, ahead, OPEN, opened_at=now())
    pilot.step = ahead.number
    return f"Gate {step.number} is passed. Step {ahead.number} is open."


def pass_last(db: Session, actor: Actor, pilot: Pilot, step: Step, note: str, have: Made) -> str:
    ending = have.only(Slot.RESULT)
    assert ending is not None
    result = Result(ending.data["result"])
    if result is Result.REPEAT:
        return repeat(db, actor, pilot, step, note, ending)
    life.make(db, actor, step, "pass", note, passed_at=now())
    end(db, actor, pilot, result, str(ending.data["learned"]))
    return f"Gate 6 is passed. The pilot is {pilot.stage.value}."


def repeat(db: Session, actor: Actor, pilot: Pilot, step: Step, note: str, ending: Thing) -> str:
    """The sixth step stays open for another run: its result and its actual figures are still to come."""
    life.step(
        db, actor.id, step, REPEAT, note, figures={"run": pilot.run + 1}, asked_at=None, begun_at=None, opened_at=now()
    )
    db.execute(update(Artefact).where(col(Artefact.id) == ending.row.id).values(slot=None))
    pilot.run += 1
    begin_again(db, actor, pilot)
    return f"The pilot runs again: run {pilot.run}."


def end(db: Session, actor: Actor, pilot: Pilot, result: Result, learned: str) -> None:
    ends.step(db, actor.id, pilot, ENDINGS[result], ended_at=now(), learned=learned)


def reopen(db: Session, actor: Actor, pilot: Pilot, step: Step, note: str) -> str:
    """Every later gate is open again; what was made stays, each version of it."""
    for later in pilot.steps[step.number :]:
        if later.stage is not StepStage.AHEAD:
            life.step(db, actor.id, later, WALK_BACK, asked_at=None, begun_at=None, passed_at=None)
    life.make(db, actor, step, "reopen", note, passed_at=None, asked_at=None, opened_at=now())
    pilot.step = step.number
    return f"Step {step.number} is open again, and so are all gates after it."
