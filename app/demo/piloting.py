"""Pilots walk the roadmap, each as far as it has come today; one has ended with an effect."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.columns import today
from app.demo.content import Thought
from app.demo.roadmaps import RISKS, ROADMAPS, Made
from app.demo.thinking import author_of
from app.demo.thoughts import PILOTED
from app.demo.world import World
from app.ideas.models import Idea
from app.pilots import actions, artefacts, gates, measuring, money
from app.pilots.actions import CharterForm, HealthForm
from app.pilots.measures import MeasureForm
from app.pilots.models import Health, Pilot
from app.pilots.money import SpendingForm
from app.pilots.roadmap import KINDS

CHARTERED = 255  # days ago
KEEPERS = ("sami", "noor")
# For each pilot: the days after its charter on which its gates were passed.
GATES = {1: (), 2: (35,), 3: (30, 70), 4: (28, 60, 100), 5: (25, 55, 95, 140), 6: (20, 40, 62, 92, 106), 7: ()}
ENDED = (12, 25, 38, 52, 66, 205)
HEALTH = {
    "One tray height": (Health.OFF_COURSE, "The contractor has not answered for seven weeks."),
    "A kitchen that never closes": (Health.AT_RISK, "One of the four tenants is being sold."),
}
PURPOSES = ("Materials", "Overtime", "Hire of equipment", "Signs and print", "Fitters")


def pilots(world: World) -> None:
    for thought in PILOTED:
        world.plan(CHARTERED, charter, thought)
        made, upto = ROADMAPS[thought.title]
        days = ENDED if upto == 7 else GATES[upto]
        for number in range(1, min(upto, 6) + 1):
            walk(world, thought, number, made.get(number, []), days)
        spend_all(world, thought, upto)
        if thought.title in HEALTH:
            world.plan(4, say_health, thought)
    families = PILOTED[5]
    for item in RISKS:
        world.plan(30, add, families, item)
    world.plan(7, settle, families)


def lead_of(thought: Thought, world: World) -> str:
    return author_of(world, thought)[0]


def charter(world: World, thought: Thought, days_ago: float) -> None:
    lead, team = author_of(world, thought)
    begun = world.day(CHARTERED)
    upto = ROADMAPS[thought.title][1]
    pace = 36 if upto < 7 else 30
    with world.scene("noor", days_ago) as (db, actor):
        keepers: dict[str, Any] = {
            f"keepers_{number}": [world.people[key] for key in KEEPERS] for number in range(1, 7)
        }
        late = {1: 248, 2: 262, 3: 250, 4: 264, 5: 270}.get(upto, 0)
        due: dict[str, Any] = {
            f"due_{number}": begun + timedelta(days=max(pace * number, late)) for number in range(1, 7)
        }
        if upto == 6:
            due["due_6"] = world.day(-8)
        form = CharterForm(
            name=thought.title,
            team=team,
            lead=world.people[lead],
            sponsor=world.people["layla"],
            budget=thought.cost,
            **keepers,
            **due,
        )
        idea = db.get_one(Idea, world.ideas[thought.title])
        world.pilots[thought.title] = actions.charter(db, actor, idea, form).id


def walk(world: World, thought: Thought, number: int, made: list[Made], days: tuple[int, ...]) -> None:
    """Make what this step asks for, then pass its gate on its day, if that day has come."""
    opened = days[number - 2] if number > 1 else 0
    passed = days[number - 1] if len(days) >= number else None
    for item in made:
        if item[0] != "result":
            world.plan(CHARTERED - opened - 1, add, thought, item)
    if number == 6:
        world.plan(CHARTERED - opened - 2, plan_measure, thought)
        world.plan(CHARTERED - opened - 3, begin, thought)
    if passed is None:
        return
    if number == 6:
        world.plan(8, settle, thought)
        for item in made:
            if item[0] == "result":
                world.plan(6, add, thought, item)
        world.plan(5, ask, thought, number)
        world.plan(3, keep, thought, number, "The signs stay. The figures say why.")
        return
    world.plan(CHARTERED - passed + 2, ask, thought, number)
    world.plan(CHARTERED - passed, keep, thought, number, "Complete, and it can be measured.")


def pointed(world: World, db: Any, pilot: Pilot, value: Any) -> Any:
    """What an @ or a number of days in the roadmaps' words stands for."""
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        key = value[1:]
        if key.startswith("job "):
            return world.jobs[key.removeprefix("job ")]
        return artefacts.made(db, pilot).of(key)[0].row.id if key in KINDS else world.people[key]
    if value.startswith("+") and value.endswith("d") and value[1:-1].isdecimal():
        return world.day(CHARTERED - int(value[1:-1]))
    return value


def add(world: World, thought: Thought, item: Made, days_ago: float) -> None:
    kind = KINDS[item[0]]
    with world.scene(lead_of(thought, world), days_ago) as (db, actor):
        pilot = db.get_one(Pilot, world.pilots[thought.title])
        fields = {name: pointed(world, db, pilot, value) for name, value in item[1].items()}
        artefacts.add(db, actor, pilot, kind, kind.form(**fields))


def ask(world: World, thought: Thought, number: int, days_ago: float) -> None:
    with world.scene(lead_of(thought, world), days_ago) as (db, actor):
        gates.move(db, actor, db.get_one(Pilot, world.pilots[thought.title]), number, "ask")


def keep(world: World, thought: Thought, number: int, note: str, days_ago: float) -> None:
    with world.scene("sami", days_ago) as (db, actor):
        gates.move(db, actor, db.get_one(Pilot, world.pilots[thought.title]), number, "pass", note)


def plan_measure(world: World, thought: Thought, days_ago: float) -> None:
    """Fixed before the second wave is known: what is measured, where, and what would be worth having."""
    signs = thought.title == "Signs before stairs"
    with world.scene(lead_of(thought, world), days_ago) as (db, actor):
        form = MeasureForm(
            name="Signs inside, Terminal 2" if signs else "Waiting at security, by families",
            outcome="Signs inside" if signs else "Waiting at security",
            before=world.sources["first"],
            where="Terminal=Terminal 2" if signs else "Travels=With a child under 8",
            target=70 if signs else 62,
            worth=3,
        )
        measuring.keep(db, actor, db.get_one(Pilot, world.pilots[thought.title]), form)


def begin(world: World, thought: Thought, days_ago: float) -> None:
    with world.scene("sami", days_ago) as (db, actor):
        gates.move(db, actor, db.get_one(Pilot, world.pilots[thought.title]), 6, "begin")


def settle(world: World, thought: Thought, days_ago: float) -> None:
    """The second wave is in: the same measure with its other end."""
    with world.scene(lead_of(thought, world), days_ago) as (db, actor):
        pilot = db.get_one(Pilot, world.pilots[thought.title])
        old = artefacts.live_measures(db, pilot)[0]
        form = MeasureForm(**(measuring.as_form(old) | {"after": world.sources["second"]}))
        measuring.keep(db, actor, pilot, form, old)


def spend_all(world: World, thought: Thought, upto: int) -> None:
    if thought.cost is None or upto < 3:
        return
    share = {3: Decimal("0.2"), 4: Decimal("0.35"), 5: Decimal("0.6"), 6: Decimal("0.67"), 7: Decimal("0.94")}[upto]
    parts = min(upto, 5)
    amount = (thought.cost * share / parts).quantize(Decimal(1))
    for number in range(parts):
        world.plan(215 - number * (30 if upto == 7 else 42), spend, thought, amount, PURPOSES[number])


def spend(world: World, thought: Thought, amount: Decimal, purpose: str, days_ago: float) -> None:
    with world.scene(lead_of(thought, world), days_ago) as (db, actor):
        form = SpendingForm(amount=amount, on=today(), purpose=purpose)
        money.spend(db, actor, db.get_one(Pilot, world.pilots[thought.title]), form)


def say_health(world: World, thought: Thought, days_ago: float) -> None:
    health, note = HEALTH[thought.title]
    with world.scene(lead_of(thought, world), days_ago) as (db, actor):
        pilot = db.get_one(Pilot, world.pilots[thought.title])
        actions.say_health(db, actor, pilot, HealthForm(health=health, note=note, version=pilot.version))
