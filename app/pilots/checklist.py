"""What a gate asks for, read from what was made: each thing that is missing is called by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Invalid
from app.pilots.artefacts import Made, Thing
from app.pilots.models import Measure, Pilot
from app.pilots.roadmap import KINDS, Slot, stair

ASKED_OF_ONE = {
    Slot.CHALLENGE: "A challenge statement",
    Slot.MAP: "A mental map",
    Slot.CHOSEN: "One concept chosen, with the reason",
    Slot.HYPOTHESIS: "A hypothesis",
    Slot.TRIAL: "Where and when it runs",
    Slot.RESULT: "A result, with what was learned",
}
MANY = {
    "barrier": "barriers",
    "scenario": "scenarios",
    "opportunity": "opportunity areas, ranked",
    "concept": "solution concepts",
    "milestone": "milestones",
    "assumption": "assumptions, each with its test",
    "moment": "moments on the experience map",
}


@dataclass(frozen=True)
class Ask:
    """One line of the checklist. `href` leads to where it can be mended; `label` says how."""

    words: str
    there: bool
    href: str | None = None
    label: str | None = None


def asks(pilot: Pilot, number: int, made: Made, *, to_begin: bool = False) -> list[Ask]:
    """What a gate asks for; to_begin: what the sixth step asks for before its plan is locked."""
    here = stair(number)
    found = [ask for kind in here.many for ask in of_many(pilot, kind, made)]
    first = [ask for slot in here.only if slot is not Slot.RESULT for ask in of_one(pilot, slot, made)]
    if number != 6:
        return found + first if here.many else first
    planned = [*first, *of_measures(pilot, made, PLANNED), *of_decisive(pilot, made)]
    if to_begin:
        return planned
    reached = of_measures(pilot, made, (*PLANNED, "actual"))
    return [
        *first,
        *of_decisive(pilot, made),
        *of_lock(pilot),
        *reached,
        *of_money(pilot),
        *of_one(pilot, Slot.RESULT, made),
    ]


def missing(pilot: Pilot, number: int, made: Made, *, to_begin: bool = False) -> list[Ask]:
    return [ask for ask in asks(pilot, number, made, to_begin=to_begin) if not ask.there]


def refuse_while_missing(pilot: Pilot, number: int, made: Made, *, to_begin: bool = False) -> None:
    gaps = missing(pilot, number, made, to_begin=to_begin)
    if gaps and to_begin:
        raise Invalid("The plan is not whole yet. " + " ".join(f"{gap.words}." for gap in gaps))
    if gaps:
        raise Invalid(f"Gate {number} asks for what is not there yet. " + " ".join(f"{gap.words}." for gap in gaps))


def in_words(parts: Sequence[str]) -> str:
    lower = [part[0].lower() + part[1:] for part in parts]
    return lower[0] if len(lower) == 1 else ", ".join(lower[:-1]) + " and " + lower[-1]


def gap(pilot: Pilot, thing: Thing, lacks: Sequence[str]) -> Ask:
    title = thing.kind.one if thing.kind.slot else f"“{thing.title}”"
    words = f"{title[0].upper()}{title[1:]} does not say: {in_words(lacks)}"
    return Ask(words, False, f"/pilots/{pilot.id}/artefacts/{thing.row.id}", "Write it")


def of_many(pilot: Pilot, name: str, made: Made) -> list[Ask]:
    kind, things = KINDS[name], made.of(name)
    if not things:
        return [Ask(f"At least one {kind.one}", False, f"/pilots/{pilot.id}/artefacts/new/{name}", "Add one")]
    gaps = [gap(pilot, thing, lacks) for thing in things if (lacks := made.lacks(thing))]
    whole = len(things) - len(gaps)
    there = [Ask(f"1 {kind.one}" if whole == 1 else f"{whole} {MANY[name]}", True)] if whole else []
    return there + gaps


def of_one(pilot: Pilot, slot: Slot, made: Made) -> list[Ask]:
    thing = made.only(slot)
    if thing is None:
        kind = next(kind for kind in KINDS.values() if kind.slot is slot)
        new = f"/pilots/{pilot.id}/artefacts/new/{kind.name}"
        return [
            Ask(ASKED_OF_ONE[slot], False, f"/pilots/{pilot.id}/steps/2#map" if slot is Slot.MAP else new, "Write it")
        ]
    if lacks := made.lacks(thing):
        return [gap(pilot, thing, lacks)]
    return [Ask(ASKED_OF_ONE[slot], True)]


PLANNED = ("baseline", "target")


def of_decisive(pilot: Pilot, made: Made) -> list[Ask]:
    """The pilot is judged by one measure, chosen before it runs."""
    if not made.measures:
        return []
    if any(one.decides for one in made.measures):
        return [Ask("The measure that decides", True)]
    return [Ask("Which measure decides", False, f"/pilots/{pilot.id}/steps/6", "Say it")]


def of_lock(pilot: Pilot) -> list[Ask]:
    if pilot.at(len(pilot.steps)).begun_at is not None:
        return [Ask("The plan, locked before the run", True)]
    return [Ask("The plan locked by the keepers of gate 6", False, f"/pilots/{pilot.id}/steps/6#gate", "See who")]


def of_measures(pilot: Pilot, made: Made, asked: Sequence[str]) -> list[Ask]:
    if not made.measures:
        return [Ask("At least one measure", False, f"/pilots/{pilot.id}/measures/new", "Add one")]
    gaps = [
        Ask(
            f"“{measure.name}” does not say: {in_words(lacks)}",
            False,
            f"/pilots/{pilot.id}/measures/{measure.id}",
            "Write it",
        )
        for measure in made.measures
        if (lacks := lacking(measure, asked))
    ]
    return gaps or [Ask(f"{in_words(asked).capitalize()} per measure", True)]


def lacking(measure: Measure, asked: Sequence[str]) -> list[str]:
    return [name for name in asked if getattr(measure, name) is None]


def of_money(pilot: Pilot) -> list[Ask]:
    money = f"/pilots/{pilot.id}/money"
    return [
        Ask("Budget", True) if pilot.budget is not None else Ask("A budget", False, money, "Set it"),
        Ask("Spend", True)
        if pilot.entries
        else Ask("What was spent, if only that it was nothing", False, money, "Enter it"),
    ]
