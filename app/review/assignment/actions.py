"""Ideas are given out: by a plan as one unit, or one by one; and members give them back."""

import json
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Missing, Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.assignment import scene as scenes
from app.review.assignment.forms import PlanForm
from app.review.assignment.models import Assignment, AssignmentPlan, Ending, How
from app.review.assignment.planning import Plan, Way, seal, work_out
from app.review.assignment.rules import must_be_open
from app.review.assignment.scene import Placed, Reader, Scene
from app.review.conflicts import must_be_free
from app.review.conflicts.rules import Pair
from app.review.models import Round, RoundStage
from app.workflow import guarded_update

CHANGED = "Something changed after you worked this plan out. Look at the new one before you go on."


def apply(db: Session, actor: Actor, round_: Round, wanted: PlanForm) -> AssignmentPlan:
    """All of it or nothing: what was looked at, if it is still what the round calls for. The caller holds its lock."""
    must_be_open(round_)
    if wanted.version != round_.version:
        raise Stale(CHANGED)
    plan = work_out(scenes.read(db, round_, actor), wanted.way)
    if seal(db, plan) != wanted.seal:
        raise Stale(CHANGED)
    if not plan.changes:
        raise Stale("This plan changes nothing: all that it gives out is given out already.")
    guarded_update(db, round_, "stage", RoundStage.OPEN)
    carry_out(db, round_, plan)
    return note(db, actor, round_, plan)


def carry_out(db: Session, round_: Round, plan: Plan) -> None:
    rows = {(row.idea_id, row.person_id): row for row in of_round(db, round_.id)}
    for pair in plan.gone:
        end(rows[pair], Ending.PLAN)
    for pair in plan.new:
        begin(db, round_, pair, How.PLAN, rows.get(pair))
    db.flush()


def note(db: Session, actor: Actor, round_: Round, plan: Plan) -> AssignmentPlan:
    """In sums. Who has what is sealed: in a blind round it would tell who has not written an idea."""
    repair = plan.way is Way.REPAIR
    given, moved, lacking = len(plan.new), len(plan.moved), plan.lack
    made = AssignmentPlan(
        round_id=round_.id, made_by=actor.id, repair=repair, given=given, moved=moved, lacking=lacking
    )
    db.add(made)
    db.flush()
    figures = {"plan": made.id, "ideas": len(plan.scene.ideas), "given": given, "moved": moved}
    words = {"given": json.dumps(plan.new), "taken": json.dumps(plan.gone)}
    write(db, actor.id, "repair_assignment" if repair else "assign", round_.ref, figures=figures, words=words)
    return made


def of_round(db: Session, round_id: int) -> Collection[Assignment]:
    return db.scalars(select(Assignment).where(col(Assignment.round_id) == round_id)).all()


def end(row: Assignment, ending: Ending, reason: str = "") -> None:
    row.withdrawn_at, row.ending, row.reason = now(), ending, reason


def begin(db: Session, round_: Round, pair: Pair, how: How, row: Assignment | None) -> Assignment:
    """A row for each pair and round: who had the idea before has it again."""
    if row is None:
        row = Assignment(round_id=round_.id, idea_id=pair[0], person_id=pair[1], how=how)
        db.add(row)
    else:
        row.how, row.since, row.withdrawn_at, row.ending, row.reason = how, now(), None, None, ""
    return row


def the_pair(scene: Scene, idea_id: int, person_id: int) -> tuple[Placed, Reader]:
    idea = next((idea for idea in scene.ideas if idea.id == idea_id), None)
    reader = next((reader for reader in scene.readers if reader.id == person_id), None)
    if idea is None or reader is None:
        raise Missing()
    return idea, reader


def find(db: Session, round_id: int, pair: Pair) -> Assignment | None:
    here = (col(Assignment.round_id) == round_id, col(Assignment.idea_id) == pair[0])
    return db.scalars(select(Assignment).where(*here, col(Assignment.person_id) == pair[1])).first()


def give(db: Session, actor: Actor, round_: Round, idea_id: int, person_id: int) -> str:
    """One idea to one member, by a head's hand. Why not, where it cannot be."""
    must_be_open(round_)
    scene = scenes.read(db, round_, actor)
    idea, reader = the_pair(scene, idea_id, person_id)
    must_be_free(scene.known, idea.id, actor.id)
    pair = (idea.id, reader.id)
    if scene.stands(idea, reader):
        raise Stale(f"{reader.name} has this idea already.")
    if words := unfit(scene, idea, reader):
        return words
    begin(db, round_, pair, How.HAND, find(db, round_.id, pair))
    write_one(db, actor, round_, "give_idea", pair)
    return ""


def unfit(scene: Scene, idea: Placed, reader: Reader) -> str:
    """Why this member cannot have this idea; nothing when they can. What a head took away a head gives again."""
    if not reader.here:
        return f"{reader.name} does not review here any more."
    if scene.known.has(idea.id, reader.id):
        return f"{reader.name} has a conflict with this idea."
    if (back := scene.over.get((idea.id, reader.id))) and back.ending is Ending.MEMBER:
        return f"{reader.name} has given this idea back."
    if reader.most is not None and scene.loads()[reader.id] >= reader.most:
        return f"{reader.name} takes {reader.most} at most, and has them."
    return ""


def take(db: Session, actor: Actor, round_: Round, idea_id: int, person_id: int, reason: str) -> None:
    """One idea from one member, by a head's hand. What is begun stays with who began it."""
    must_be_open(round_)
    scene = scenes.read(db, round_, actor)
    idea, reader = the_pair(scene, idea_id, person_id)
    must_be_free(scene.known, idea.id, actor.id)
    row = find(db, round_.id, (idea.id, reader.id))
    if row is None or row.withdrawn_at is not None:
        raise Stale(f"{reader.name} does not have this idea any more.")
    if scene.filed(idea, reader):
        raise Stale(f"{reader.name} has begun the review of this idea. It stays with them.")
    end(row, Ending.HAND, reason)
    write_one(db, actor, round_, "take_idea", (idea.id, reader.id), reason)


def give_back(db: Session, actor: Actor, round_: Round, idea_id: int, reason: str) -> None:
    """A member will not review an idea that was given to them. It is not given to them again."""
    must_be_open(round_)
    row = find(db, round_.id, (idea_id, actor.id))
    if row is None:
        raise Missing()
    if row.withdrawn_at is not None:
        raise Stale("This idea is not yours any more.")
    if (idea_id, actor.id) in scenes.reviews(db, round_.id)[1]:
        raise Refused("You have submitted your review of this idea: it counts. If you have a conflict, declare it.")
    end(row, Ending.MEMBER, reason)
    write_one(db, actor, round_, "give_back", (idea_id, actor.id), reason)


def write_one(db: Session, actor: Actor, round_: Round, move: str, pair: Pair, reason: str = "") -> None:
    """Whose it is may be told, which idea is sealed."""
    db.flush()
    words = {"idea": str(pair[0]), **({"reason": reason} if reason else {})}
    write(db, actor.id, move, round_.ref, figures={"person": pair[1]}, words=words)
