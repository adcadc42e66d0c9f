"""A source that collects: cards with a code at the counters of the food court, answered for ten days so far."""

import random
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from app.demo.world import World
from app.people.models import Organisation
from app.people.tokens.actions import make
from app.people.tokens.models import Scope
from app.voice.asking.actions import Plan, begin, locked
from app.voice.asking.queries import asking_of, design
from app.voice.asking.storing import Answer, store
from app.voice.asking.survey import WORDS, respondent_of
from app.voice.importing.packing import MISSING, NOT_APPLICABLE
from app.voice.models import OutcomeKind

ASKED = {"Restaurants": "Restaurantes", "Prices": "Precios", "Cleanliness of the halls": "Limpieza de las salas"}
MEANS = (2.9, 2.4, 4.2)
ANSWERS = 40
REMARKS = (
    "Nothing warm after nine in the evening.",
    "Twelve euros for a sandwich.",
    "Había mesas libres pero sin limpiar.",
    "The soup counter was quick and friendly.",
    "Nowhere to sit with a pushchair.",
    "Más opciones sin gluten, por favor.",
)


def counter_cards(world: World) -> None:
    world.plan(10, ask)
    for days_ago in (8, 5, 2, 1):
        world.plan(days_ago, hear)


def ask(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        organisation = db.scalar(select(col(Organisation.name))) or ""
        plan = Plan(
            name="Food court cards",
            opens_on=world.day(days_ago),
            closes_on=world.day(days_ago) + timedelta(days=28),
            department_id=world.departments["Customer insight"],
            minimum_cell=10,
            outcomes=[("Recommend", OutcomeKind.NPS)],
            touchpoints=list(ASKED),
            survey=True,
            texts={
                "recommend": {
                    code: words["recommend"].format(organisation=organisation) for code, words in WORDS.items()
                },
                "touchpoints": {name: {"en": name, "es": spanish} for name, spanish in ASKED.items()},
                "open": {"en": "What should we do better?", "es": "¿Qué deberíamos hacer mejor?"},
            },
        )
        make(db, actor, "Till of the food court", Scope.SEND, 180)
        world.sources["cards"] = begin(db, actor, plan).source_id


def hear(world: World, days_ago: float) -> None:
    """A few days' answers, as the survey's page stores them."""
    with world.scene("noor", days_ago) as (db, _):
        known = asking_of(db, world.sources["cards"])
        assert known
        asking, source = locked(db, known.id)
        told = design(db, source.id)
        day = world.day(days_ago)
        chance = random.Random(f"cards {days_ago}")  # noqa: S311 - a story, not a secret
        answers = [
            Answer(
                respondent_of(f"demo card {days_ago} {number}"),
                day,
                [min(10, max(0, round(chance.gauss(7.2, 2.3))))],
                [rated(chance, mean) for mean in MEANS],
                comments=[("What should we do better?", chance.choice(REMARKS))] if chance.random() < 0.3 else [],
            )
            for number in range(ANSWERS // 4)
        ]
        store(db, asking, source, told, answers)


def rated(chance: random.Random, mean: float) -> int:
    """A place on 1 to 5; one in eight did not use it, one in twelve says nothing."""
    drawn = chance.random()
    if drawn < 0.2:
        return NOT_APPLICABLE if drawn < 0.12 else MISSING
    return min(5, max(1, round(chance.gauss(mean, 1)))) - 1
