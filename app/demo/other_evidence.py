"""Evidence beside the survey: a year of complaints, interviews, an afternoon at security, moments of truth, the market."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.demo.world import World
from app.voice.evidence.actions import make_source, put_counts, write_down
from app.voice.evidence.models import FindingForm, FindingKind, SourceForm
from app.voice.evidence.periods import months
from app.voice.evidence.reading import Line
from app.voice.market.actions import keep
from app.voice.market.models import BenchmarkForm, Whose
from app.voice.models import Audience, Source, SourceKind, Touchpoint
from app.voice.touchpoints.actions import mark
from app.voice.touchpoints.models import MomentForm
from app.voice.touchpoints.queries import by_name

# Complaints a month at the beginning, and how the last one compares with the rest.
COMPLAINTS = (
    ("Waiting at security", 61, 1.45),
    ("Waiting at bag drop", 42, 1.05),
    ("Finding a space", 37, 1.0),
    ("Waiting for bags", 28, 0.7),
    ("Cleanliness of the toilets", 9, 1.1),
)
MOMENTS = (
    ("Waiting at security", "Interviews: whoever misses a flight here never forgets it."),
    ("Help when it was asked for", "What people tell at home is who helped them."),
    ("Waiting for bags", "It is the last thing that an arriving passenger sees of us."),
)
INTERVIEWS = (
    ("Waiting at security", FindingKind.PAIN, "People join the shortest queue and find that it is not the fastest.",
     "I watched three queues overtake mine. Nobody tells you that the left one has the new machine.", 9, 14),
    ("Being told what to do", FindingKind.NEED, "Those who fly once a year want to know what to take out before their turn.",
     "My mother was asked for her shoes and I was not. A lady named Miriam was kind about it.", 7, 14),
    ("Finding a space", FindingKind.PAIN, "Drivers circle on the third floor because the signs count full rows as free.",
     "Four rounds. The board said 28 free.", 5, 14),
    ("Help when it was asked for", FindingKind.GAIN, "A person who walks along with somebody lost is remembered by name.", "", 6, 14),
    (None, FindingKind.IDEA, "Several asked for one page that says how long each step takes now.", "", 4, 14),
)  # fmt: skip
OBSERVED = (
    ("Waiting at security", FindingKind.FACT, "Trays run out at the front of the belt about every eleven minutes; the queue stands until some are carried over.", "", 23, 25),
    ("Waiting at security", FindingKind.PAIN, "Half of those who are sent back have a bottle in the outer pocket.", "", 12, 25),
)  # fmt: skip
MARKET = (
    (Whose.INDUSTRY, "Airports of the region", 2, 31.5, 4_180, "Regional airports’ passenger panel, table 3"),
    (Whose.INDUSTRY, "Airports of the region", 1, 27.8, 4_655, "Regional airports’ passenger panel, table 3"),
    (Whose.COMPETITOR, "The airport across the bay", 1, 24.0, None, "Its annual report, page 41"),
)


def plan(world: World) -> None:
    for days_ago, scene in ((369, moments), (60, interviews), (40, observation), (16, complaints), (15, market)):
        world.plan(days_ago, by_itself, scene)


def by_itself(world: World, scene: Callable[[World, float], None], days_ago: float) -> None:
    """With chance of its own, so that the rest of the story stays what it is."""
    kept, world.chance = world.chance, random.Random(f"{scene.__name__} 2026")  # noqa: S311 - a story, not a secret
    scene(world, days_ago)
    world.chance = kept


def moments(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        for name, reason in MOMENTS:
            touchpoint = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == name)).one()
            mark(db, actor, touchpoint, MomentForm(moment="on", reason=reason, version=touchpoint.version))


def source_of(
    world: World, db: Session, who: int, kind: SourceKind, name: str, first: date, last: date, **more: object
) -> int:
    values = {"kind": kind, "name": name, "first_day": first, "last_day": last, **more}
    form = SourceForm.model_validate(values | {"department": world.departments["Customer insight"]})
    return make_source(db, who, form).id


def complaints(world: World, days_ago: float) -> None:
    """The thirteen whole months before, with the passengers of each."""
    end = world.day(days_ago).replace(day=1) - timedelta(days=1)
    lines = []
    for back in range(12, -1, -1):
        number = end.year * 12 + end.month - 1 - back
        first, last = months(number // 12, number % 12 + 1, 1)
        passengers = 210_000 + 9_000 * ((number % 12) in (5, 6, 7)) + world.chance.randint(-6_000, 6_000)
        for name, usual, late in COMPLAINTS:
            expected = usual * (late if back < 1 else 1.0)
            lines.append(
                Line(name, first, last, max(0, round(world.chance.gauss(expected, expected**0.5))), passengers)
            )
    with world.scene("noor", days_ago) as (db, actor):
        name, first = "Complaints by mail and desk", lines[0].first_day
        number = source_of(world, db, actor.id, SourceKind.COMPLAINTS, name, first, end, unit="passengers")
        put_counts(db, actor, db.get_one(Source, number), lines, by_name(db))


def interviews(world: World, days_ago: float) -> None:
    told(world, days_ago, SourceKind.INTERVIEWS, "Interviews at the gates", INTERVIEWS)


def observation(world: World, days_ago: float) -> None:
    told(world, days_ago, SourceKind.OBSERVATION, "An afternoon at security", OBSERVED)


def told(world: World, days_ago: float, kind: SourceKind, name: str, lines: tuple[tuple[object, ...], ...]) -> None:
    day = world.day(days_ago + 3)
    with world.scene("noor", days_ago) as (db, actor):
        first = day - timedelta(days=9 if kind is SourceKind.INTERVIEWS else 0)
        audience = Audience.EMPLOYEES
        number = source_of(world, db, actor.id, kind, name, first, day, comments_for=audience)
        places = by_name(db)
        for place, what, words, quote, said_by, asked in lines:
            values = {"kind": what, "words": words, "quote": quote, "said_by": said_by, "asked": asked, "on": day}
            form = FindingForm.model_validate(values | {"touchpoint": places[str(place).casefold()] if place else None})
            write_down(db, actor, db.get_one(Source, number), form)


def market(world: World, days_ago: float) -> None:
    year = world.day(days_ago).year
    with world.scene("noor", days_ago) as (db, actor):
        for whose, name, back, value, n, read_in in MARKET:
            days = {"first_day": date(year - back, 1, 1), "last_day": date(year - back, 12, 31)}
            values = {"index": "NPS", "whose": whose, "name": name, "value": value, "n": n, "read_in": read_in}
            keep(db, actor.id, BenchmarkForm.model_validate(values | days | {"read_on": world.day(days_ago)}))
