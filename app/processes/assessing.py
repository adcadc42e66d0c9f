"""Performance and impact of processes from a source's answers: worked out once for each question and kept.

What is quick is answered at once and kept in memory. What is not is worked out by a job, stored for all servers, and
raises NotYet until it is there (see app.processes.impact).
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid, Missing
from app.processes.drivers import MOST_SHAPLEY, Method
from app.processes.impact.keeping import Wish, stored
from app.processes.models import Process, ProcessTouchpoint
from app.processes.priority import Assessment, Item, Rule, judge
from app.processes.resampling import MOST_AT_ONCE
from app.processes.study import FEWEST_ANSWERS, Measure, Study
from app.processes.working import Driver, quick, worked_out
from app.voice.answers import Answers, answers, uses_of
from app.voice.models import Outcome, Source
from app.voice.showing import without_small

KEPT = 12


class NotYet(Invalid):
    """It is too much to work out while somebody waits. `wish` says what is to be worked out."""

    title = "Not worked out yet"

    def __init__(self, wish: Wish) -> None:
        super().__init__(
            "This evidence is still being worked out. Look at the page of processes, and come back when it is there."
        )
        self.wish = wish


@dataclass(frozen=True)
class Question:
    """What `processes show` and the page ask. drivers: names, in their order; none means all."""

    source_id: int
    outcome: str
    impact: Method = Method.CORRELATION
    rule: str = "means"
    weighted: bool = False
    drivers: tuple[str, ...] = ()
    performance: Measure = Measure.MEAN


@dataclass(frozen=True)
class Standing:
    item: Item
    driver: Driver

    @property
    def process_id(self) -> int | None:
        return self.driver.process_id


@dataclass(frozen=True)
class Picture:
    """An answered question. `standings` are in the order of the drivers; `fewest` answers place an item.

    `every` driver of the source could have been asked about; `lone` are its touchpoints, each by itself.
    """

    question: Question
    found: Assessment
    standings: tuple[Standing, ...]
    study: Study
    fewest: int = FEWEST_ANSWERS
    every: tuple[Driver, ...] = ()
    lone: tuple[Driver, ...] = ()

    def of(self, process_id: int) -> Standing | None:
        return next((one for one in self.standings if one.process_id == process_id), None)

    @property
    def rule(self) -> Rule:
        return Rule.read(self.question.rule)


cache: OrderedDict[tuple[str, Wish], Study] = OrderedDict()
guard = Lock()


def picture(db: Session, question: Question, *, patient: bool = False) -> Picture:
    """The answer: from memory, from what is stored, or worked out where that is quick; else NotYet.

    What was asked about is part of the key, so that a changed register is never answered from before, and so is the
    version of the source. Takes up to half a second: ask from a route that is `slow`. A `patient` one waits as long as
    it takes.
    """
    try:
        rule = Rule.read(question.rule)
    except ValueError as error:
        raise Invalid(str(error)) from error
    source = db.scalars(select(Source).where(col(Source.id) == question.source_id)).one()
    outcomes = db.scalars(select(col(Outcome.name)).where(col(Outcome.source_id) == source.id)).all()
    if question.outcome not in outcomes:
        raise Missing(f"This source has no outcome {question.outcome}.")
    if question.weighted and not source.weighted:
        raise Invalid("This source has no weights.")
    lone = inside(db, source.id)
    every = together(db, lone)
    drivers = chosen(every, lone, question.drivers)
    if question.impact is Method.SHAPLEY and len(drivers) > MOST_SHAPLEY:
        raise Invalid(f"Shapley takes at most {MOST_SHAPLEY} drivers; use johnson for more.")
    wish = Wish(source.id, source.version, question.impact, question.weighted, drivers)
    study = studied(db, source, wish, len(outcomes), patient=patient)
    fewest = max(source.minimum_cell, FEWEST_ANSWERS)
    found = judge(study, question.outcome, [one.name for one in drivers], rule, question.performance, fewest)
    items = tuple(withheld(item, source.minimum_cell) for item in found.items)
    standings = tuple(Standing(*pair) for pair in zip(items, drivers, strict=True))
    return Picture(question, replace(found, items=items), standings, study, fewest, every, lone)


def studied(db: Session, source: Source, wish: Wish, outcomes: int, *, patient: bool = False) -> Study:
    if found := known(db, wish):
        return found
    if not patient and not quick(source.responses, len(wish.drivers), outcomes, wish.method):
        raise NotYet(wish)
    return remembered(db, wish, worked_out(shown(db, source), wish.drivers, wish.method, weighted=wish.weighted))


def shown(db: Session, source: Source) -> Answers:
    """Its answers as figures may be made of them."""
    return without_small(answers(db, source.id), source.minimum_cell)


def known(db: Session, wish: Wish, place: str = "") -> Study | None:
    """From memory, or from what is stored."""
    key = str(db.get_bind().engine.url) + place, wish
    with guard:
        if key in cache:
            cache.move_to_end(key)
            return cache[key]
    found = stored(db, wish)
    return found and remembered(db, wish, found, place)


def remembered(db: Session, wish: Wish, found: Study, place: str = "") -> Study:
    with guard:
        cache[str(db.get_bind().engine.url) + place, wish] = found
        while len(cache) > KEPT:
            cache.popitem(last=False)
    return found


def stands(db: Session, source: Source) -> tuple[tuple[Driver, ...], Study]:
    """How all processes stand in a source; without resamples where nobody has asked for those."""
    drivers = all_drivers(db, source.id)
    wish = Wish(source.id, source.version, Method.CORRELATION, False, drivers)
    found = known(db, wish, " stands")
    if found is None:
        if source.responses > MOST_AT_ONCE:
            raise NotYet(wish)
        plain = worked_out(shown(db, source), drivers, wish.method, resamples=0)
        found = remembered(db, wish, plain, " stands")
    return drivers, found


def all_drivers(db: Session, source_id: int) -> tuple[Driver, ...]:
    """Processes by name, then the touchpoints that belong to none."""
    return together(db, inside(db, source_id))


def together(db: Session, alone: Sequence[Driver]) -> tuple[Driver, ...]:
    """The touchpoints of a source under the processes of the register."""
    asked = {driver.touchpoint_id for driver in alone}
    query = (
        select(col(Process.id), col(Process.name), col(ProcessTouchpoint.touchpoint_id), col(ProcessTouchpoint.weight))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.process_id) == col(Process.id))
        .order_by(col(Process.name), col(Process.id), col(ProcessTouchpoint.touchpoint_id))
    )
    parts: dict[tuple[int, str], list[tuple[int, float]]] = {}
    for process_id, name, touchpoint_id, weight in db.execute(query):
        if touchpoint_id in asked:
            parts.setdefault((process_id, name), []).append((touchpoint_id, weight))
    processes = [Driver(tuple(own), process_id=number, name=name) for (number, name), own in parts.items()]
    taken = {touchpoint for driver in processes for touchpoint, _ in driver.parts}
    return (*processes, *(driver for driver in alone if driver.touchpoint_id not in taken))


def inside(db: Session, source_id: int) -> tuple[Driver, ...]:
    """Each touchpoint that the source asked about, by itself."""
    return tuple(
        Driver(((use.touchpoint_id, 1.0),), touchpoint_id=use.touchpoint_id, name=name)
        for use, name in uses_of(db, source_id)
    )


def chosen(drivers: Sequence[Driver], lone: Sequence[Driver], names: Sequence[str]) -> tuple[Driver, ...]:
    """The named ones: processes and lone touchpoints first, then touchpoints inside a process."""
    if not names:
        return tuple(drivers)
    known = {driver.name.casefold(): driver for driver in (*reversed(lone), *reversed(drivers))}
    wanted = list(dict.fromkeys(name.strip().casefold() for name in names if name.strip()))
    if unknown := [name for name in wanted if name not in known]:
        raise Invalid(f"This source has no driver {unknown[0]}.")
    return tuple(known[name] for name in wanted)


def withheld(item: Item, smallest: int) -> Item:
    """What fewer than the source's smallest cell have said, or have said together with the outcome, is not shown."""
    if item.n >= smallest and item.pairwise_n >= smallest:
        return item
    if item.n >= smallest:
        return replace(item, impact=None, impact_low=None, impact_high=None, share=None, pairwise=None)
    return replace(
        item,
        performance=None,
        performance_low=None,
        performance_high=None,
        impact=None,
        impact_low=None,
        impact_high=None,
        share=None,
        pairwise=None,
    )


def as_json(found: Picture) -> Mapping[str, object]:
    """The fields of `processes show --json`, numbers unrounded; also the evidence that a round keeps."""
    told, study = found.found, found.study
    tie = study.tie(found.question.outcome)
    names = ("name", "performance", "performance_low", "performance_high", "impact", "impact_low", "impact_high")
    more = ("share", "vital", "vital_probability", "n", "pairwise", "pairwise_n")
    return {
        "rule": told.rule,
        "impact": told.impact.value,
        "performance": told.measure.value,
        "outcome": found.question.outcome,
        "weighted": told.weighted,
        "n": told.n,
        "complete": tie.complete,
        "r2": told.r2,
        "performance_cut": told.performance_cut,
        "impact_cut": told.impact_cut,
        "resampling": told.resampling,
        "resamples": told.resamples,
        "seed": study.seed,
        "accounts": study.units,
        "items": [
            {
                **{name: getattr(one.item, name) for name in (*names, *more)},
                "verdict": one.item.verdict.value,
                "process": one.driver.process_id,
                "touchpoint": one.driver.touchpoint_id,
            }
            for one in found.standings
        ],
    }
