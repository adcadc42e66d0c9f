"""What pages say of a pilot: the title's question and its answer, the staircase, canvases, rows of effects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace as Row
from typing import Any

from app.charts import span
from app.estimates import Estimate
from app.pilots.artefacts import Made, Thing
from app.pilots.checklist import Ask, in_words, missing
from app.pilots.forms import BOXES
from app.pilots.measuring import Told, standing
from app.pilots.models import Compare, Measure, Pilot, PilotStage, StepStage, Success
from app.pilots.roadmap import ROADMAP, Slot
from app.web.rendering import day_words, number_words

COUNTED = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
CAME_OF_IT = {
    PilotStage.SCALED: "It is rolled out further",
    PilotStage.ADOPTED: "The process owner runs it from now on",
    PilotStage.STOPPED: "It was stopped",
}


def many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def heading(pilot: Pilot, made: Made, names: Mapping[int, str]) -> tuple[str, str]:
    """The title as a question, and what the data answers."""
    step = pilot.now
    if not pilot.running:
        ended = f", {day_words(pilot.ended_at.date())}" if pilot.ended_at else ""
        return f"What came of “{pilot.name}”?", f"{CAME_OF_IT[pilot.stage]}{ended}.{effect_words(made)}"
    if step.stage is StepStage.ASKED:
        keepers = in_words_as_they_are([names.get(who, "") for who in pilot.keepers_of(step.number)])
        since = f" since {day_words(step.asked_at.date())}" if step.asked_at else ""
        return f"Does “{pilot.name}” pass gate {step.number}?", f"It waits for {keepers}{since}."
    if step.number == len(ROADMAP) and (told := effect_words(made)):
        return f"Does “{pilot.name}” work?", told.strip()
    return f"What does “{pilot.name}” need to pass gate {step.number}?", needs(missing(pilot, step.number, made))


def step_heading(pilot: Pilot, number: int, made: Made, names: Mapping[int, str], day: date) -> tuple[str, str]:
    """The title of one step's page: what its gate asks for, or when it was passed."""
    step, name = pilot.at(number), ROADMAP[number - 1].name
    match step.stage:
        case StepStage.PASSED:
            passed = f" on {day_words(step.passed_at.date())}" if step.passed_at else ""
            return f"What came out of step {number}, {name}?", f"{capital(summary(number, made, day))}. Passed{passed}."
        case StepStage.AHEAD:
            before = number - 1
            return f"When does step {number}, {name}, begin?", f"When gate {before} is passed. Then: {asked(number)}"
        case StepStage.ASKED:
            keepers = in_words_as_they_are([names.get(who, "") for who in pilot.keepers_of(number)])
            since = f" since {day_words(step.asked_at.date())}" if step.asked_at else ""
            return f"Is step {number}, {name}, done?", f"Its team says so: it waits for {keepers}{since}."
        case StepStage.STOPPED:
            return f"Why did it end at step {number}, {name}?", "Its keepers stopped it here."
        case _:
            return f"What does step {number}, {name}, still need?", needs(missing(pilot, number, made))


def capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}" if words else "Nothing is written here"


def asked(number: int) -> str:
    stair = ROADMAP[number - 1]
    return f"{stair.does[0].lower()}{stair.does[1:]}."


def needs(gaps: Sequence[Ask]) -> str:
    if not gaps:
        return "Nothing more: its team can ask for the gate."
    if len(gaps) < 3:
        listed = in_words([gap.words for gap in gaps])
        return f"{listed[0].upper()}{listed[1:]}."
    counted = COUNTED[len(gaps)] if len(gaps) < len(COUNTED) else str(len(gaps))
    first = gaps[0].words
    return f"{counted} things; first, {first[0].lower()}{first[1:]}."


def in_words_as_they_are(parts: Sequence[str]) -> str:
    if not parts:
        return "a keeper, and none is named"
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def effect_words(made: Made) -> str:
    """A sentence on the effect that decides, else on the first there is; empty before there is one."""
    by_weight = sorted(made.measures, key=lambda measure: not measure.decides)
    measured = [measure for measure in by_weight if measure.change is not None]
    if not measured:
        return ""
    measure = measured[0]
    by, worth = number_words(measure.change, 1, sign=True), number_words(measure.worth, 1)
    if measure.change_low is None or measure.change_high is None:
        return f" {measure.name}: {by}, typed by hand." if measure.verdict == "typed by hand" else ""
    reach = f"{number_words(measure.change_low, 1, sign=True)} to {number_words(measure.change_high, 1, sign=True)}"
    match kind_of(measure):
        case "worth_having":
            return f" It does: {by} in {measure.name}, surely more than the {worth} worth having."
        case "some":
            return f" Somewhat: {by} in {measure.name}, surely better than before, perhaps by less than {worth}."
        case "good":
            return f" It does: {by} in {measure.name}, surely better than before."
        case "harm":
            return f" It hurts: {by} in {measure.name}, surely worse than before."
        case "small":
            return f" Hardly: {by} in {measure.name}, surely less than the {worth} worth having."
        case _ if measure.verdict == "too little data":
            return f" Too few answered to say: {by} in {measure.name}, anywhere from {reach}."
        case _:
            return f" It cannot be said yet: {by} in {measure.name}, anywhere from {reach}."


def kind_of(measure: Measure) -> str:
    return verdict(measure)[1]


def verdict(measure: Measure) -> tuple[str, str]:
    return standing(measure.verdict, measure.change, measure.change_low, measure.change_high, measure.worth)


STATES = {
    StepStage.PASSED: "passed",
    StepStage.OPEN: "now",
    StepStage.ASKED: "now",
    StepStage.AHEAD: "ahead",
    StepStage.STOPPED: "stopped",
}
GATES = {
    StepStage.PASSED: ("Gate {} passed", "gate_passed"),
    StepStage.OPEN: ("Gate {}", "gate_open"),
    StepStage.ASKED: ("Gate {} asked for", "gate_asked"),
    StepStage.AHEAD: ("Gate {}", "gate_ahead"),
    StepStage.STOPPED: ("Stopped here", "gate_stopped"),
}


def staircase(pilot: Pilot, made: Made, shown: int, root: str, day: date) -> list[Row]:
    """The six steps as `ui.ladder` draws them."""
    return [
        Row(
            number=step.number,
            name=ROADMAP[step.number - 1].name,
            sub=summary(step.number, made, day) or ROADMAP[step.number - 1].does,
            href=f"{root}/pilots/{pilot.id}/steps/{step.number}",
            state=STATES[step.stage],
            open=step.number == shown,
            gate=GATES[step.stage][0].format(step.number),
            gate_kind=GATES[step.stage][1],
            gate_date=gate_day(step.passed_at.date() if step.passed_at else step.due),
        )
        for step in pilot.steps
    ]


def gate_day(day: date | None) -> str | None:
    return f"{day.day} {day:%b}" if day else None


def summary(number: int, made: Made, day: date) -> str:
    """What is made in a step, counted."""
    match number:
        case 1:
            return of_barriers(made)
        case 2:
            parts = ["statement"] if made.only(Slot.CHALLENGE) else []
            drawn = made.only(Slot.MAP)
            return ", ".join(parts + ([drawn.kind.one] if drawn else []))
        case 3:
            counted = [(made.of("scenario"), "scenario", "scenarios"), (made.of("opportunity"), "area", "areas")]
            return ", ".join(many(len(things), one, more) for things, one, more in counted if things)
        case 4:
            concepts = made.of("concept")
            words = many(len(concepts), "concept", "concepts") if concepts else ""
            return f"{words}, one chosen" if words and made.only(Slot.CHOSEN) else words
        case 5:
            moments = made.of("moment")
            guards = sum(1 for moment in moments if moment.data["guard"])
            return f"{many(len(moments), 'moment', 'moments')}, {many(guards, 'guard', 'guards')}" if moments else ""
        case _:
            return of_trial(made, day)


def of_barriers(made: Made) -> str:
    barriers = made.of("barrier")
    if not barriers:
        return ""
    past = sum(1 for barrier in barriers if barrier.data["way"])
    way = "all with a way past" if past == len(barriers) else f"{past} with a way past"
    return f"{many(len(barriers), 'barrier', 'barriers')}, {way}"


def of_trial(made: Made, day: date) -> str:
    trial = made.only(Slot.TRIAL)
    if trial is None or not trial.data["begins"] or not trial.data["ends"]:
        return many(len(made.measures), "measure", "measures") if made.measures else ""
    begins, ends = trial.data["begins"], trial.data["ends"]
    if day < begins:
        return f"begins {day_words(begins)}"
    weeks = ((ends - begins).days + 7) // 7
    week = (day - begins).days // 7 + 1
    return f"running, week {week} of {weeks}" if day <= ends else f"ran until {day_words(ends)}"


def cells(thing: Thing) -> list[dict[str, Any]]:
    """A map as the boxes of a canvas: key, name, items."""
    if thing.kind.name == "mind":
        return branches(str(thing.data["branches"]))
    if thing.kind.name == "own":
        numbers = [number for number in range(1, BOXES + 1) if thing.data[f"box_{number}"]]
        return [{"key": str(n), "name": thing.data[f"box_{n}"], "items": thing.lines(f"in_{n}")} for n in numbers]
    boxes = [name for name in thing.kind.fields if name != "job"]
    return [{"key": name, "name": thing.kind.label(name), "items": thing.lines(name)} for name in boxes]


def branches(text: str) -> list[dict[str, Any]]:
    """An indented list: what stands furthest left is a branch, all below it its twigs."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        words = line.strip().lstrip("-*•").strip()
        if not words:
            continue
        if line[0] not in " \t" or not found:
            found.append({"key": str(len(found)), "name": words, "items": []})
        else:
            deeper = (len(line.expandtabs(2)) - len(line.expandtabs(2).lstrip())) // 2 - 1
            found[-1]["items"].append("– " * max(deeper, 0) + words)
    return found


@dataclass(frozen=True)
class Forest:
    """Effects on one scale: rows for `ui.forest`, its ends, and the smallest effect worth having."""

    outcome: str
    rows: Sequence[Row]
    low: float
    high: float
    worth: float
    measure: Measure | None = None


def forests(measures: Sequence[Measure]) -> list[Forest]:
    """Measures of one outcome share a scale; figures typed by hand have no interval and stand elsewhere."""
    groups: dict[tuple[str, float], list[Measure]] = {}
    for measure in measures:
        if measure.change is not None and measure.change_low is not None:
            groups.setdefault((measure.outcome, measure.worth), []).append(measure)
    return [forest(outcome, worth, group) for (outcome, worth), group in groups.items()]


def forest(outcome: str, worth: float, group: Sequence[Measure]) -> Forest:
    low, high = span([0, worth, *(m.change_low for m in group), *(m.change_high for m in group)])
    return Forest(outcome, [effect_row(measure) for measure in group], low, high, worth)


def effect_row(measure: Measure) -> Row:
    word, kind = verdict(measure)
    return Row(
        name=measure.name,
        estimate=Estimate(measure.change, measure.change_low, measure.change_high, measure.n_before + measure.n_after),
        sizes=f"{measure.n_before:,} / {measure.n_after:,}",
        word=word,
        kind=kind,
        total=False,
    )


def forests_of(told: Sequence[Told]) -> list[Forest]:
    """As `forests`, worked out anew: the decisive effect, and what it is made of in the rows beneath."""
    found = []
    for one in told:
        if one.effect is None or one.estimate.low is None:
            continue
        rows = parts_of(one)
        ends = span([0, one.measure.worth, *(r.estimate.low for r in rows), *(r.estimate.high for r in rows)])
        found.append(Forest(one.measure.name, rows, ends[0], ends[1], one.measure.worth, one.measure))
    return found


def rule_of(told: Sequence[Told]) -> str:
    """What was planned to decide, in words, and whether it is met; empty without a plan."""
    one = next((one for one in told if one.measure.decides), None)
    if one is None:
        return ""
    measure = one.measure
    against = "the change there less the change in the comparison" if one.against else "the change from before to after"
    if one.effect is None and not measure.before_id:
        against = "the figures typed by hand, without an interval"
    goal = f"at least {number_words(measure.worth, 1)}" if measure.success is Success.WORTH else "more than 0"
    return f"{measure.name} decides, by {against}: a success if the whole 95 % interval is {goal}. {met(one)}"


def met(one: Told) -> str:
    low, high, goal = one.estimate.low, one.estimate.high, one.measure.worth
    bar = goal if one.measure.success is Success.WORTH else 0.0
    if low is None or high is None or (one.effect and one.effect.verdict == "too little data"):
        return "That cannot be said yet."
    if low >= bar and low > 0:
        return "It is."
    return "It is not." if high < bar or high <= 0 else "It is not sure."


def parts_of(one: Told) -> list[Row]:
    effect = one.effect
    assert effect is not None
    word, kind = standing(effect.verdict, one.estimate.value, one.estimate.low, one.estimate.high, one.measure.worth)
    there = Estimate(effect.change, effect.low, effect.high, effect.n_before + effect.n_after)
    against, rest = effect.difference_in_differences, effect.comparison
    sizes = f"{effect.n_before:,} / {effect.n_after:,}"
    if against is None or rest is None:
        return [part("Everybody", there, sizes, word, kind, total=True)]
    elsewhere = Estimate(rest.change, rest.low, rest.high, rest.n_before + rest.n_after)
    return [
        part(f"{one.measure.segment}: {one.measure.label}", there, sizes, "where it ran", "quiet"),
        part(compared_with(one.measure), elsewhere, f"{rest.n_before:,} / {rest.n_after:,}", "comparison", "quiet"),
        part("The difference", one.estimate, f"{one.estimate.n + elsewhere.n:,} in all", word, kind, total=True),
    ]


def compared_with(measure: Measure) -> str:
    return ", ".join(measure.against.splitlines()) if measure.compare is Compare.NAMED else "Everywhere else"


def part(name: str, estimate: Estimate, sizes: str, word: str, kind: str, *, total: bool = False) -> Row:
    return Row(name=name, estimate=estimate, sizes=sizes, word=word, kind=kind, total=total)


def baseline(pilot: Pilot) -> dict[str, Any] | None:
    """The process's evidence of the day of the charter; None where nobody had been asked about it."""
    if not pilot.baseline:
        return None
    told: dict[str, Any] = json.loads(pilot.baseline)
    return told | {"on": date.fromisoformat(told["on"])}
