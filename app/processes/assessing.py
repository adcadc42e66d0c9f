"""Performance and impact of processes from a source's answers: worked out once for each question and kept."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid
from app.processes.drivers import Method
from app.processes.models import Process, ProcessTouchpoint
from app.processes.priority import Assessment, Item, Rule, Survey, assess
from app.voice.answers import Answers, answers
from app.voice.models import Source
from app.voice.packed import Floats
from app.voice.showing import without_small

KEPT = 40


@dataclass(frozen=True)
class Question:
    """What `processes show` and the page ask. drivers: names, in their order; none means all."""

    source_id: int
    outcome: str
    impact: Method = Method.CORRELATION
    rule: str = "means"
    weighted: bool = False
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Driver:
    """A process with its touchpoints in a source, as (column, weight); or a touchpoint that stands for itself."""

    name: str
    parts: tuple[tuple[int, float], ...]
    process_id: int | None = None
    touchpoint_id: int | None = None


@dataclass(frozen=True)
class Standing:
    item: Item
    driver: Driver

    @property
    def process_id(self) -> int | None:
        return self.driver.process_id


@dataclass(frozen=True)
class Picture:
    """An answered question. `standings` are in the order of the drivers."""

    question: Question
    found: Assessment
    standings: tuple[Standing, ...]

    def of(self, process_id: int) -> Standing | None:
        return next((one for one in self.standings if one.process_id == process_id), None)


Key = tuple[str, int, Question, tuple[Driver, ...]]
cache: OrderedDict[Key, Picture] = OrderedDict()
guard = Lock()


def picture(db: Session, question: Question) -> Picture:
    """The answer, from memory where the same drivers were asked about before.

    The drivers are part of the key, so that a changed register is never answered from before, and so is the version of
    the source. Takes about half a second otherwise: ask from a route that is `slow`.
    """
    told = answers(db, question.source_id)
    drivers = chosen(all_drivers(db, told), told, question.drivers)
    key = str(db.get_bind().engine.url), told.version, question, drivers
    with guard:
        if key in cache:
            cache.move_to_end(key)
            return cache[key]
    found = worked_out(told, question, drivers, smallest_cell(db, question.source_id))
    with guard:
        cache[key] = found
        while len(cache) > KEPT:
            cache.popitem(last=False)
    return found


def smallest_cell(db: Session, source_id: int) -> int:
    return db.scalars(select(col(Source.minimum_cell)).where(col(Source.id) == source_id)).one()


def all_drivers(db: Session, told: Answers) -> tuple[Driver, ...]:
    """Processes by name, then the touchpoints that belong to none."""
    place = {touchpoint: column for column, touchpoint in enumerate(told.touchpoint_ids)}
    query = (
        select(col(Process.id), col(Process.name), col(ProcessTouchpoint.touchpoint_id), col(ProcessTouchpoint.weight))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.process_id) == col(Process.id))
        .order_by(col(Process.name), col(Process.id), col(ProcessTouchpoint.touchpoint_id))
    )
    parts: dict[tuple[int, str], list[tuple[int, float]]] = {}
    for process_id, name, touchpoint_id, weight in db.execute(query):
        if touchpoint_id in place:
            parts.setdefault((process_id, name), []).append((place[touchpoint_id], weight))
    processes = [Driver(name, tuple(own), process_id=number) for (number, name), own in parts.items()]
    taken = {column for driver in processes for column, _ in driver.parts}
    return (*processes, *(alone(told, column) for column in range(len(told.touchpoint_ids)) if column not in taken))


def alone(told: Answers, column: int) -> Driver:
    return Driver(told.touchpoint_names[column], ((column, 1.0),), touchpoint_id=told.touchpoint_ids[column])


def chosen(drivers: Sequence[Driver], told: Answers, names: Sequence[str]) -> tuple[Driver, ...]:
    """The named ones: processes and lone touchpoints first, then touchpoints inside a process."""
    if not names:
        return tuple(drivers)
    inside = [alone(told, column) for column in range(len(told.touchpoint_ids))]
    known = {driver.name.casefold(): driver for driver in (*reversed(inside), *reversed(drivers))}
    wanted = list(dict.fromkeys(name.strip().casefold() for name in names if name.strip()))
    if unknown := [name for name in wanted if name not in known]:
        raise Invalid(f"This source has no driver {unknown[0]}.")
    return tuple(known[name] for name in wanted)


def worked_out(told: Answers, question: Question, drivers: tuple[Driver, ...], smallest: int) -> Picture:
    told = without_small(told, smallest)
    weights = told.weights if question.weighted else None
    if question.weighted and weights is None:
        raise Invalid("This source has no weights.")
    survey = Survey(
        told.outcome(question.outcome),
        combined(told, drivers),
        [driver.name for driver in drivers],
        {},
        weights,
    )
    try:
        found = assess(survey, question.impact, Rule.read(question.rule))
    except ValueError as error:
        raise Invalid(str(error)) from error
    items = [withheld(item, smallest) for item in found.items]
    pairs = zip(items, drivers, strict=True)
    return Picture(question, replace(found, items=tuple(items)), tuple(Standing(*pair) for pair in pairs))


def combined(told: Answers, drivers: Sequence[Driver]) -> Floats:
    """What each respondent said of each driver, shape (n, drivers): the weighted mean of what they answered."""
    shares = np.zeros((told.percent.shape[1], len(drivers)))
    for place, driver in enumerate(drivers):
        for column, weight in driver.parts:
            shares[column, place] = weight
    there = ~np.isnan(told.percent)
    total, answered = np.nan_to_num(told.percent) @ shares, there @ shares
    return np.asarray(np.divide(total, answered, out=np.full(total.shape, np.nan), where=answered > 0))


def withheld(item: Item, smallest: int) -> Item:
    """What fewer than the source's smallest cell have said is not shown."""
    if item.n >= smallest:
        return item
    return replace(
        item,
        performance=None,
        performance_low=None,
        performance_high=None,
        impact=None,
        impact_low=None,
        impact_high=None,
        share=None,
    )


def as_json(found: Picture) -> Mapping[str, object]:
    """The fields of `processes show --json`, numbers unrounded; also the evidence that a round keeps."""
    told = found.found
    names = ("name", "performance", "performance_low", "performance_high", "impact", "impact_low", "impact_high")
    more = ("share", "vital", "vital_probability", "n")
    return {
        "rule": told.rule,
        "impact": told.impact.value,
        "outcome": found.question.outcome,
        "weighted": told.weighted,
        "n": told.n,
        "r2": told.r2,
        "performance_cut": told.performance_cut,
        "impact_cut": told.impact_cut,
        "resampling": told.resampling,
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
