"""Ideas are written, submitted, screened, supported and talked about."""

from collections.abc import Mapping

from app.demo.bringing_in import bring_in
from app.demo.content import Thought
from app.demo.thoughts import DECIDED, IN_REVIEW, KEPT, PILOTED, WAITING, money
from app.demo.world import World
from app.ideas import actions
from app.ideas.forms import IdeaForm
from app.ideas.models import Idea, Stage
from app.talk.actions import say

SUPPORTERS = (
    *("amal", "badr", "zaid", "sami", "dina", "omar", "noor", "layla", "huda"),
    *("maya", "yusuf", "lina", "karim", "salma", "tariq", "rana", "tamer"),
)
WORDS = (
    ("zaid", "I stood there with a stopwatch on Tuesday: **eleven minutes** from the rope to the belt."),
    ("lina", "Would that not move the queue somewhere else? Where do people stand then?"),
    ("yusuf", "We tried something like it in 2019. It failed because nobody told the morning shift."),
    ("rana", "The morning shift would like to be asked. I can bring two of them along."),
    ("maya", "My desk gets this question forty times a day."),
    ("karim", "The data for it are there; I can show them next week."),
)


# The jobs of passengers that ideas name, by their keys in understanding.py.
JOBS = {
    "Hold a desk for the last hour": ("gate",),
    "One tray height": ("family", "gate"),
    "Bags by belt, told in the bus": ("belt",),
}


# What some say beyond the words that every idea has: what they expect, by year; for whom it is; whether by name.
MORE: Mapping[str, Mapping[str, object]] = {
    "Bag drop before the door": {
        "forecast_of": "Recommend", "forecast_low": 1, "forecast": 3, "forecast_high": 6,
        "cost_1": money(88000), "benefit_1": money(20000), "cost_2": money(61000), "benefit_2": money(110000),
        "benefit_3": money(110000), "cost_3": money(58000),
        "risks": "The hatch carries too few bags: measured before anything is leased. Wind: closed above 40 km/h.",
    },
    "Trolleys where the queue begins": {
        "forecast_of": "Performance of the process, 0 to 100", "forecast_low": 0, "forecast": 2, "forecast_high": 4,
    },
    "Screens that remember the way back": {"unnamed": "on"},
    "A warm plate for crews": {"audience": "committee"},
}  # fmt: skip
# First sent in like this, and sent back once.
FIRST = {
    "Bag drop before the door": (
        "Two belts outside the terminal, all day.",
        "Say when and where, and how you will know within a morning that it cannot work.",
    ),
}


def author_of(world: World, thought: Thought) -> tuple[str, int | None]:
    """Who writes it, and for which team."""
    from app.demo.content import TEAMS

    for gang in TEAMS:
        if gang.key == thought.by:
            return gang.people[0], world.teams.get(gang.key)
    return thought.by, None


def write_down(world: World, thought: Thought, days_ago: float) -> None:
    who, team = author_of(world, thought)
    with world.scene(who, days_ago) as (db, actor):
        world.ideas[thought.title] = actions.begin(db, actor, form_of(world, thought, team)).id


def form_of(world: World, thought: Thought, team: int | None, **over: object) -> IdeaForm:
    texts = {name: getattr(thought, name) for name in ("title", "story", "change", "needs", "novelty", "area", "cost")}
    places = {"process": world.processes[thought.process], "team": team}
    jobs = [world.jobs[key] for key in JOBS.get(thought.title, ()) if key in world.jobs]
    then = "signal" if thought.fate in (Stage.SIGNAL, Stage.ANSWERED) else "draft"
    given = {**texts, **places, "jobs": jobs, "then": then, **MORE.get(thought.title, {}), **over}
    return IdeaForm.model_validate(given)


def write_first(world: World, thought: Thought, days_ago: float) -> None:
    """As it was before the committee asked for more."""
    who, team = author_of(world, thought)
    with world.scene(who, days_ago) as (db, actor):
        first = form_of(world, thought, team, change=FIRST[thought.title][0], needs="", risks="")
        world.ideas[thought.title] = actions.begin(db, actor, first).id


def write_again(world: World, thought: Thought, days_ago: float) -> None:
    who, team = author_of(world, thought)
    with world.scene(who, days_ago) as (db, actor):
        idea = db.get_one(Idea, world.ideas[thought.title])
        actions.change(db, actor, idea, form_of(world, thought, team, version=idea.version))


def move(world: World, thought: Thought, who: str, name: str, note: str, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        idea = db.get_one(Idea, world.ideas[thought.title])
        actions.make(db, actor, idea, name, note)


def hand_in(world: World, thought: Thought, days_ago: float, *, admit: bool = True) -> None:
    """Written, submitted a few days later, and admitted within the week."""
    who, _ = author_of(world, thought)
    if thought.title in FIRST:
        world.plan(days_ago + 4, write_first, thought)
        world.plan(days_ago + 3, move, thought, who, "submit", "")
        world.plan(days_ago + 1, move, thought, "noor", "send_back", FIRST[thought.title][1])
        world.plan(days_ago, write_again, thought)
    else:
        world.plan(days_ago, write_down, thought)
    world.plan(days_ago - 3, move, thought, who, "submit", "")
    if admit:
        world.plan(days_ago - 6, move, thought, "noor", "admit", "")


def first_ideas(world: World) -> None:
    """For the first round of reviews."""
    for number, thought in enumerate((*PILOTED, *DECIDED)):
        hand_in(world, thought, 300 - number * 0.1)


def later_ideas(world: World) -> None:
    """For the round that is running."""
    for number, thought in enumerate(IN_REVIEW):
        hand_in(world, thought, 24 - number * 0.4)


def waiting_ideas(world: World) -> None:
    days = {
        "A bench where people wait for the lift": 34,
        "Live subtitles at the lanes": 13,
        "Turn the announcements off": 15,
    }
    for number, thought in enumerate(WAITING):
        who, _ = author_of(world, thought)
        ago = days.get(thought.title, 12 - number * 0.6)
        hand_in(world, thought, ago, admit=thought.fate in (Stage.ADMITTED, Stage.WITHDRAWN))
        if thought.fate is Stage.SENT_BACK:
            world.plan(2, move, thought, "noor", "send_back", thought.reason)
        if thought.fate is Stage.REFUSED:
            world.plan(2, move, thought, "noor", "refuse", thought.reason)
        if thought.fate is Stage.WITHDRAWN:
            world.plan(0.5, move, thought, who, "withdraw", "")


def kept_ideas(world: World) -> None:
    world.plan(30, bring_in, [thought for thought in KEPT if thought.fate is Stage.IMPORTED])
    for number, thought in enumerate(KEPT):
        if thought.fate is Stage.IMPORTED:
            continue
        world.plan(20 - number, write_down, thought)
        who, _ = author_of(world, thought)
        if thought.fate is Stage.ANSWERED:
            world.plan(9, move, thought, "noor", "answer", thought.reason)
        if thought.fate is Stage.DISCARDED:
            world.plan(5, move, thought, who, "discard", "")


def support(world: World) -> None:
    """Colleagues support what they like, and say something."""
    for number in world.ideas.values():
        wanted = world.chance.sample(SUPPORTERS, world.chance.randint(0, 11))
        for key in wanted:
            world.plan(world.chance.uniform(0.5, 4), cheer, key, number)
        if world.chance.random() < 0.6:
            world.plan(world.chance.uniform(0.3, 4), converse, number)


def cheer(world: World, key: str, number: int, days_ago: float) -> None:
    with world.scene(key, days_ago) as (db, actor):
        idea = db.get_one(Idea, number)
        if actor.id not in idea.author_ids and idea.team_id not in actor.teams and idea.listed:
            actions.vote(db, actor, idea, on=True)


def converse(world: World, number: int, days_ago: float) -> None:
    parent: int | None = None
    for key, words in world.chance.sample(WORDS, world.chance.randint(1, 4)):
        with world.scene(key, days_ago) as (db, actor):
            idea = db.get_one(Idea, number)
            if not idea.listed:
                return
            answers = parent if world.chance.random() < 0.5 else None
            parent = say(db, actor, idea.ref, words, answers).id
