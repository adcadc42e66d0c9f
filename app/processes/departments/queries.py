"""Which departments share a process, and which hold evidence that the others have not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.people.actor import Actor
from app.people.models import Department, Person
from app.processes.models import Process, ProcessDepartment, ProcessTouchpoint
from app.processes.queries import headline_picture
from app.voice.models import Audience, Source, Touchpoint, Use
from app.voice.queries import visible_to as sources_visible_to
from app.voice.readings.models import SourceReading
from app.voice.showing import use_estimate


@dataclass(frozen=True)
class Met:
    """A touchpoint of a process, with the figure of the latest source that asked."""

    id: int
    name: str
    estimate: Estimate | None
    asked: bool


@dataclass(frozen=True)
class Work:
    """A process: who owns it and who is involved, by department, and its figure among all."""

    id: int
    name: str
    owner: int | None
    involved: frozenset[int]
    met: Sequence[Met]
    performance: Estimate | None = None
    verdict: str = ""
    vital: bool = False

    @property
    def departments(self) -> frozenset[int]:
        return self.involved | ({self.owner} if self.owner else frozenset())

    @property
    def worst(self) -> float:
        return self.performance.value if self.performance and self.performance.value is not None else 101.0


@dataclass(frozen=True)
class Pair:
    """Two departments and the processes that they share, worst first."""

    one: int
    other: int
    shared: Sequence[Work]

    @property
    def vital(self) -> int:
        return sum(work.vital for work in self.shared)

    @property
    def order(self) -> tuple[int, int, float]:
        return (-self.vital, -len(self.shared), min((work.worst for work in self.shared), default=101.0))


@dataclass(frozen=True)
class Unseen:
    """A source of one department about a process of another that cannot see all of it, or has not opened it."""

    source: Source
    keeper: int
    other: int
    works: Sequence[Work]
    closed: Sequence[str]  # of figures, comments, rows: what its audience keeps from the other department
    opened: bool


@dataclass(frozen=True)
class Told:
    names: Mapping[int, str]
    works: Sequence[Work]
    pairs: Sequence[Pair] = ()
    unseen: Sequence[Unseen] = ()
    columns: Sequence[int] = field(default_factory=tuple)


def told(db: Session, actor: Actor, *, vital: bool = False, department: int | None = None) -> Told:
    """The whole picture, or of vital processes, or of those of one department. Seven statements, whatever the rows."""
    names: dict[int, str] = dict(db.execute(select(col(Department.id), col(Department.name))).all())
    works = works_of(db, actor)
    works = [work for work in works if (work.vital or not vital)]
    if department is not None:
        works = [work for work in works if department in work.departments]
    present = sorted({number for work in works for number in work.departments}, key=lambda number: names[number])
    pairs = [pair for pair in pairs_of(works) if department in (None, pair.one, pair.other)]
    unseen = [one for one in unseen_of(db, actor, works) if department in (None, one.keeper, one.other)]
    return Told(names, works, pairs, unseen, present)


def works_of(db: Session, actor: Actor) -> list[Work]:
    """Processes with a department, those that serve customers worst first."""
    owners = select(Process, col(Person.department_id)).join(Person, col(Person.id) == col(Process.owner_id))
    involved: dict[int, set[int]] = {}
    for number, department in db.execute(
        select(col(ProcessDepartment.process_id), col(ProcessDepartment.department_id))
    ):
        involved.setdefault(number, set()).add(department)
    met = met_by(db, actor)
    picture = headline_picture(db)
    found = []
    for process, owner in db.execute(owners.order_by(col(Process.name))):
        standing = picture.of(process.id) if picture else None
        work = Work(process.id, process.name, owner, frozenset(involved.get(process.id, ())), met.get(process.id, ()))
        if standing:
            item = standing.item
            figure = Estimate(item.performance, item.performance_low, item.performance_high, item.n)
            known = figure if item.performance is not None else None
            work = replace(work, performance=known, verdict=item.verdict.value, vital=bool(item.vital))
        if work.departments:
            found.append(work)
    return sorted(found, key=lambda work: work.worst)


def met_by(db: Session, actor: Actor) -> dict[int, list[Met]]:
    """The touchpoints of each process; figures of the sources that this person may see, the latest that asked."""
    latest: dict[int, Estimate | None] = {}
    uses = (
        select(Use, col(Source.minimum_cell))
        .join(Source, col(Source.id) == col(Use.source_id))
        .where(sources_visible_to(actor), col(Use.n) > 0)
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
    )
    for use, smallest in db.execute(uses):
        latest.setdefault(use.touchpoint_id, use_estimate(use, smallest))
    parts = (
        select(col(ProcessTouchpoint.process_id), col(Touchpoint.id), col(Touchpoint.name))
        .join(Touchpoint, col(Touchpoint.id) == col(ProcessTouchpoint.touchpoint_id))
        .order_by(col(Touchpoint.name))
    )
    found: dict[int, list[Met]] = {}
    for process, number, name in db.execute(parts):
        found.setdefault(process, []).append(Met(number, name, latest.get(number), number in latest))
    return found


def pairs_of(works: Sequence[Work]) -> list[Pair]:
    shared: dict[tuple[int, int], list[Work]] = {}
    for work in works:
        for one, other in combinations(sorted(work.departments), 2):
            shared.setdefault((one, other), []).append(work)
    return sorted((Pair(one, other, own) for (one, other), own in shared.items()), key=lambda pair: pair.order)


def unseen_of(db: Session, actor: Actor, works: Sequence[Work]) -> list[Unseen]:
    """Of each series the latest source: what its keeper knows of others' processes and they do not."""
    by_touchpoint: dict[int, list[Work]] = {}
    for work in works:
        for met in work.met:
            by_touchpoint.setdefault(met.id, []).append(work)
    asks = (
        select(Source, col(Use.touchpoint_id))
        .join(Use, col(Use.source_id) == col(Source.id))
        .where(sources_visible_to(actor), col(Source.department_id).is_not(None))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
    )
    sources: dict[int, Source] = {}
    about: dict[int, dict[int, Work]] = {}
    series: dict[int, int] = {}
    for source, touchpoint in db.execute(asks):
        if source.series_id and series.setdefault(source.series_id, source.id) != source.id:
            continue
        sources[source.id] = source
        for work in by_touchpoint.get(touchpoint, ()):
            about.setdefault(source.id, {})[work.id] = work
    opened = {
        (source, department)
        for source, department in db.execute(select(col(SourceReading.source_id), col(SourceReading.department_id)))
    }
    found = [
        one
        for number, source in sources.items()
        for one in unseen_in(source, list(about.get(number, {}).values()), opened)
    ]
    return sorted(found, key=lambda one: (one.opened, -sum(work.vital for work in one.works), -len(one.works)))


def unseen_in(source: Source, works: Sequence[Work], opened: set[tuple[int, int]]) -> list[Unseen]:
    keeper = source.department_id or 0
    audiences = (("figures", source.figures_for), ("comments", source.comments_for), ("rows", source.rows_for))
    closed = [word for word, audience in audiences if audience is not Audience.EMPLOYEES]
    others: dict[int, list[Work]] = {}
    for work in works:
        for department in work.departments - {keeper}:
            others.setdefault(department, []).append(work)
    told = (Unseen(source, keeper, other, own, closed, (source.id, other) in opened) for other, own in others.items())
    return [one for one in told if one.closed or not one.opened]
