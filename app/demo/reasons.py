"""Why two processes hurt, with the evidence; the experience of one, rated; and a cause that became a barrier."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.demo.world import World
from app.pilots.causes.actions import take_over
from app.pilots.models import Pilot
from app.processes.causes import actions as causes
from app.processes.causes.models import Cause, CauseForm, CauseKind, EvidenceForm, Strength
from app.processes.experience import actions as experience
from app.processes.experience.gap import Three
from app.processes.experience.models import (
    RatingRound,
    RatingRoundForm,
    SheetForm,
    Stands,
    Statement,
    StatementForm,
)
from app.processes.models import Process
from app.voice.models import Touchpoint

PILOT = "One tray height"
BECOMES_BARRIER = "The trays of the two makers differ by four centimetres"
PEOPLE, METHOD, PLACE, MATERIAL, INFORMATION, RULES = CauseKind

# process, key, key of the cause above, words, kind, strength in the end, evidence as (touchpoint or none, words)
TREE = (
    (
        *("security", "shouting", "", "Four people call out four different things", METHOD, Strength.SHOWN),
        (("Being told what to do", "the lowest but one of its touchpoints, in both waves"),),
    ),
    (
        *("security", "trained", "shouting", "Each contractor trains its own people", PEOPLE, Strength.LIKELY),
        (("", "Three training plans, three different orders of what to take out"),),
    ),
    ("security", "contract", "trained", "The contracts name minutes, not words", RULES, Strength.SUSPECTED, ()),
    (
        *("security", "lifting", "", "People lift what they could slide", PLACE, Strength.LIKELY),
        (("Waiting at security", ""), ("", "Counted on three mornings: every fourth tray is lifted twice")),
    ),
    ("security", "trays", "lifting", BECOMES_BARRIER, MATERIAL, Strength.SHOWN, (("", "Measured at lanes 2 and 5"),)),
    (
        *("security", "surprise", "", "Nobody knows how long it takes", INFORMATION, Strength.LIKELY),
        (("", "Of twelve families that were asked, ten had guessed wrong by more than ten minutes"),),
    ),
    (
        *("checkin", "peak", "", "Everybody comes between five and eight", METHOD, Strength.SHOWN),
        (("Waiting at bag drop", "fell by six points between the waves"),),
    ),
    ("checkin", "banks", "peak", "Two airlines open their desks at the same minute", RULES, Strength.LIKELY, ()),
    ("checkin", "tags", "", "The tag printer jams and nobody near may open it", MATERIAL, Strength.SUSPECTED, ()),
)
STATEMENTS = (
    ("I know how long it will take", "Waiting at security"),
    ("One person tells me what to do, once", "Being told what to do"),
    ("I am treated like a guest", "Being treated with respect"),
)
# Eight sheets: desired, promised and provided for each of the three statements.
SHEETS = (
    ("huda", ((9, 8, 6), (8, 8, 5), (9, 8, 7)), ""),
    ("badr", ((9, 7, 4), (9, 8, 4), (9, 9, 6)), ""),
    ("amal", ((10, 8, 4), (9, 8, 3), (10, 9, 6)), "Twelve interviews with families, in May"),
    ("sami", ((8, 8, 5), (8, 7, 5), (8, 8, 7)), ""),
    ("dina", ((9, 9, 5), (7, 8, 6), (9, 8, 7)), ""),
    ("omar", ((9, 8, 3), (9, 7, 4), (9, 8, 5)), "A month at the information desk"),
    ("tamer", ((8, 7, 5), (8, 8, 5), (8, 8, 6)), ""),
    ("noor", ((10, 8, 5), (9, 8, 4), (10, 8, 6)), "Comments of both waves"),
)


def reasons(world: World) -> None:
    keep: dict[str, int] = {}
    for place, (work, *cause) in enumerate(TREE):
        world.plan(62 - place, aside, grow, keep, work, *cause)
    world.plan(48, aside, ask)
    for place, (who, sheet, basis) in enumerate(SHEETS):
        world.plan(46 - place, aside, rate, who, sheet, basis)
    world.plan(37, aside, close)
    world.plan(34, aside, as_barrier, keep)
    world.plan(6, aside, ask_again)


def aside(world: World, scene: Callable[..., None], *args: Any) -> None:
    """Without taking from the seed's chance: what else happens in the demo stays as it was."""
    kept = world.chance.getstate()
    scene(world, *args)
    world.chance.setstate(kept)


def grow(
    world: World,
    keep: dict[str, int],
    work: str,
    key: str,
    above: str,
    words: str,
    kind: CauseKind,
    strength: Strength,
    proof: tuple[tuple[str, str], ...],
    days_ago: float,
) -> None:
    with world.scene("amal", days_ago) as (db, actor):
        process = db.get_one(Process, world.processes[work])
        first = Strength.LIKELY if strength is Strength.SHOWN else strength
        cause = causes.add(
            db, actor, process, CauseForm(words=words, kind=kind, strength=first, parent=keep.get(above))
        )
        keep[key] = cause.id
        for place, note in proof:
            number = db.scalar(select(col(Touchpoint.id)).where(col(Touchpoint.name) == place)) if place else None
            about = f"touchpoint:{number}" if number else ""
            causes.cite(db, actor, process, cause, EvidenceForm(about=about, note=note))
        if strength is not first:
            form = CauseForm(words=words, kind=kind, strength=strength, version=1)
            causes.change(db, actor, process, cause, form)


def ask(world: World, days_ago: float) -> None:
    with world.scene("huda", days_ago) as (db, actor):
        process = db.get_one(Process, world.processes["security"])
        for words, place in STATEMENTS:
            number = db.scalars(select(col(Touchpoint.id)).where(col(Touchpoint.name) == place)).one()
            experience.add_statement(db, actor, process, StatementForm(words=words, touchpoint=number))
        experience.open_round(db, actor, process, RatingRoundForm(name=f"Asked in {world.day(days_ago):%B %Y}"))


def ask_again(world: World, days_ago: float) -> None:
    """Of check-in, and not closed yet."""
    with world.scene("maya", days_ago) as (db, actor):
        process = db.get_one(Process, world.processes["checkin"])
        for words in ("I hand over my bag and walk on", "The machine does what I expect"):
            experience.add_statement(db, actor, process, StatementForm(words=words))
        experience.open_round(db, actor, process, RatingRoundForm(name=f"Asked in {world.day(days_ago):%B %Y}"))


def rate(world: World, who: str, sheet: tuple[tuple[int, int, int], ...], basis: str, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        round_ = db.scalars(select(RatingRound)).one()
        numbers = db.scalars(select(col(Statement.id)).order_by(col(Statement.id))).all()
        given = {number: Three(*three) for number, three in zip(numbers, sheet, strict=True)}
        stands = Stands.CUSTOMERS if basis else Stands.OURSELVES
        experience.rate(db, actor, round_.process, round_, SheetForm(stands=stands, basis=basis), given)


def close(world: World, days_ago: float) -> None:
    with world.scene("huda", days_ago) as (db, actor):
        round_ = db.scalars(select(RatingRound)).one()
        experience.move(db, actor, round_, "close", "", round_.version)


def as_barrier(world: World, keep: dict[str, int], days_ago: float) -> None:
    with world.scene("amal", days_ago) as (db, actor):
        cause = db.get_one(Cause, keep["trays"])
        take_over(db, actor, db.get_one(Pilot, world.pilots[PILOT]), [cause.id])
