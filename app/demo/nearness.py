"""Two people had the same idea, twice: once they joined them, once it is proposed. And what authors say of others'."""

from app.demo.content import Thought
from app.demo.thinking import cheer, hand_in
from app.demo.thoughts import INC, OFFER, SUB
from app.demo.world import World
from app.ideas.joining.actions import consent, propose
from app.ideas.joining.models import Joining
from app.ideas.models import Idea, Stage
from app.ideas.similar.actions import relate
from app.ideas.similar.keeping import catch_up
from app.ideas.similar.models import Relating

BENCH, OTHER_BENCH = "A bench where people wait for the lift", "Benches beside the lifts"
TRAYS, OTHER_TRAYS = "Trays that come back by themselves", "Empty trays roll back under the belt"
LATER = (
    Thought(
        OTHER_BENCH, "way", "tariq", Stage.SUBMITTED, INC, OFFER,
        "People who cannot take the stairs wait longest for the lift, and they wait standing.",
        "A folding bench beside each lift.",
    ),
    Thought(
        OTHER_TRAYS, "security", "lina", Stage.SUBMITTED, SUB, OFFER,
        "Somebody carries empty trays through the people every few minutes.",
        "Rollers under the belt bring the trays back to where they are needed.",
    ),
)  # fmt: skip
WORDS = (
    ("yusuf", "Screens that remember the way back", Relating.BUILDS_ON, "Colour the halls"),
    ("zaid", "Ten-minute slots at security", Relating.INDEPENDENT, "A quiet lane for first-time flyers"),
)


def nearness(world: World) -> None:
    for number, thought in enumerate(LATER):
        hand_in(world, thought, 9 - number, admit=False)
    for key in ("amal", "sami", "maya"):
        world.plan(6, supported, key)
    world.plan(5, joined)
    world.plan(3, proposed)
    for who, one, kind, other in WORDS:
        world.plan(2, said, who, one, kind, other)


def supported(world: World, key: str, days_ago: float) -> None:
    cheer(world, key, world.ideas[OTHER_BENCH], days_ago)


def joined(world: World, days_ago: float) -> None:
    with world.scene("tariq", days_ago) as (db, actor):
        number = propose(db, actor, world.ideas[OTHER_BENCH], world.ideas[BENCH]).id
    with world.scene("zaid", days_ago) as (db, actor):
        consent(db, actor, db.get_one(Joining, number))


def proposed(world: World, days_ago: float) -> None:
    """Karim has not answered yet."""
    with world.scene("noor", days_ago) as (db, actor):
        propose(db, actor, world.ideas[OTHER_TRAYS], world.ideas[TRAYS])


def said(world: World, who: str, one: str, kind: Relating, other: str, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        relate(db, actor, db.get_one(Idea, world.ideas[one]), world.ideas[other], kind)


def read(world: World) -> None:
    """Into the index, so that similar ideas are there when somebody looks first."""
    catch_up(world.database)
