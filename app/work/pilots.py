"""What waits for somebody among pilots: gates to keep, steps of their own to finish."""

from datetime import date

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.pilots.models import Keeper, Pilot, PilotStage, Step, StepStage
from app.processes.models import Process
from app.todo import Todo

MOST = 30


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    """A gate is kept by whoever is named for it, never by those whose work it is."""
    own = or_(col(Pilot.lead_id) == actor.id, col(Pilot.team_id).in_(actor.teams))
    named = exists().where(
        col(Keeper.pilot_id) == col(Pilot.id), col(Keeper.number) == col(Step.number), col(Keeper.person_id) == actor.id
    )
    asked = col(Step.stage) == StepStage.ASKED
    query = (
        select(col(Pilot.id), col(Pilot.name), col(Step.number), col(Step.due), col(Step.stage), col(Process.name))
        .join(Step, and_(col(Step.pilot_id) == col(Pilot.id), col(Step.number) == col(Pilot.step)))
        .join(Process, col(Process.id) == col(Pilot.process_id))
        .where(col(Pilot.stage) == PilotStage.RUNNING)
        .where(or_(and_(asked, named, ~own), and_(col(Step.stage) == StepStage.OPEN, own)))
        .order_by(col(Step.due), col(Pilot.id))
        .limit(MOST)
    )
    todos: list[Todo] = []
    for key, name, number, due, stage, process in db.execute(query):
        keep = stage is StepStage.ASKED
        verb = f"Keep gate {number}" if keep else f"Ask for gate {number}"
        sub = f"{process} · " + ("the team asks for it" if keep else f"step {number} is open")
        href = f"/pilots/{key}/steps/{number}"
        todos.append(Todo(f"{verb} of", href, f"gate {key}", day, title=name, sub=sub, due=due, word="Gate"))
    return todos
