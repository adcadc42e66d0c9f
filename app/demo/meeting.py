"""The committee's meeting of last winter: opened, three motions put and voted on, closed with its minutes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlmodel import col

from app.demo.content import Thought
from app.demo.world import World
from app.review import decisions
from app.review.conflicts import concerned
from app.review.meetings import actions, motions, moves
from app.review.meetings.forms import MotionForm
from app.review.meetings.models import Motion, MotionStage, Say
from app.review.models import AgendaItem, Meeting, Round, Verdict
from app.workflow import MoveForm

DISSENT = "I would have waited for the figures of the summer wave."


def meet(world: World, members: Sequence[str], moved: Mapping[str, tuple[Thought, Verdict]], days_ago: float) -> None:
    """All on one day, a few minutes between one thing and the next. moved: by "open", "split" and "secret"."""
    world.plan(days_ago, begin, members)
    for kind, (thought, verdict) in moved.items():
        world.plan(days_ago, put, thought, verdict, kind == "secret")
        for seat, who in enumerate(members):
            say = Say.NO if kind != "open" and seat == 0 else Say.ABSTAIN if kind == "secret" and seat == 1 else Say.YES
            world.plan(days_ago, say_it, who, thought, say)
        world.plan(days_ago, close, thought)
        if kind == "split":
            world.plan(days_ago, object_to, members[0], thought)
    world.plan(days_ago, end)


def begin(world: World, members: Sequence[str], days_ago: float) -> None:
    """At its time, as it was planned."""
    with world.database.reading() as db:
        at = db.get_one(Meeting, world.meetings["first"]).at
    world.wait(at)
    with world.scene("noor", days_ago) as (db, actor):
        meeting = db.get_one(Meeting, world.meetings["first"])
        actions.note_attendance(db, actor, meeting, [world.people[key] for key in members])
        moves.move(db, actor, meeting, "begin", "", None)


def put(world: World, thought: Thought, verdict: Verdict, secret: bool, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        idea_id, meeting = world.ideas[thought.title], db.get_one(Meeting, world.meetings["first"])
        item = select(col(AgendaItem.id)).where(
            col(AgendaItem.meeting_id) == meeting.id, col(AgendaItem.idea_id) == idea_id
        )
        actions.take_up(db, meeting, db.scalars(item).one())
        round_ = db.get_one(Round, world.rounds["first"])
        found = decisions.in_round(db, round_, idea_id, lock=True)
        assert found is not None
        placed, idea = found[0], found[1]
        motions.must_be_movable(db, round_, placed, idea)
        wanted = MotionForm(verdict=verdict, words=thought.reason, secret="on" if secret else "", meeting=meeting.id)
        motions.put(db, actor, round_, idea, wanted)


def the_motion(world: World, thought: Thought) -> Select[Motion]:
    return select(Motion).where(
        col(Motion.idea_id) == world.ideas[thought.title], col(Motion.stage) != MotionStage.WITHDRAWN
    )


def say_it(world: World, who: str, thought: Thought, say: Say, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        motion = db.scalars(the_motion(world, thought)).one()
        if not concerned(db, [motion.idea_id]).has(motion.idea_id, actor.id):
            motions.vote(db, actor, motion, say)


def close(world: World, thought: Thought, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        motions.move(db, actor, db.scalars(the_motion(world, thought)).one(), MoveForm(name="close"))


def object_to(world: World, who: str, thought: Thought, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        motions.dissent(db, actor, db.scalars(the_motion(world, thought)).one(), DISSENT)


def end(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        moves.move(db, actor, db.get_one(Meeting, world.meetings["first"]), "hold", "", None)
