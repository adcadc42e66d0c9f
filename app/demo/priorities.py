"""What the committee put first a year ago, and the round that asks again now."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.demo.content import LEFT_OUT, PRIORITISED
from app.demo.world import World
from app.ideas.models import Idea, Stage
from app.processes.models import Prioritisation, RoundForm
from app.processes.rounds import actions
from app.processes.rounds.actions import Choice

MEMBERS = ("sami", "dina", "omar", "tamer", "noor")


def signals(db: Session) -> dict[int, int]:
    query = select(col(Idea.process_id), func.count()).where(col(Idea.stage) == Stage.SIGNAL)
    return dict(db.execute(query.group_by(col(Idea.process_id))).all())


def open_round(world: World, wave: str, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        form = RoundForm(
            committee=world.committee,
            name=f"Priorities of {world.day(days_ago):%Y}",
            source=world.sources[wave],
            outcome="Recommend",
            impact="correlation",
            rule="means",
            due=world.day(days_ago - 13),
        )
        world.rounds[f"priorities {wave}"] = actions.open_round(db, actor, form, signals(db)).id


def rank(world: World, wave: str, who: str, days_ago: float) -> None:
    """The five, in nearly the same order by everybody."""
    order = [world.processes[key] for key, _ in PRIORITISED]
    place = world.chance.randrange(len(order) - 1)
    order[place], order[place + 1] = order[place + 1], order[place]
    with world.scene(who, days_ago) as (db, actor):
        round_ = db.get_one(Prioritisation, world.rounds[f"priorities {wave}"])
        actions.rank(db, actor, round_, order, [])


def publish(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        round_ = db.get_one(Prioritisation, world.rounds["priorities first"])
        choices = [
            Choice(world.processes[key], place, reason, key == "way")
            for place, (key, reason) in enumerate(PRIORITISED, start=1)
        ]
        left_out = {world.processes[key]: reason for key, reason in LEFT_OUT}
        actions.publish(db, actor, round_, choices, "Five for a year.", None, left_out)


def first_round(world: World) -> None:
    world.plan(345, open_round, "first")
    for who in MEMBERS:
        world.plan(338, rank, "first", who)
    world.plan(330, publish)


def running_round(world: World) -> None:
    """Asked again with the second wave; two have ranked."""
    world.plan(9, open_round, "second")
    for who in MEMBERS[1:3]:
        world.plan(5, rank, "second", who)
