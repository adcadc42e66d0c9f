"""A process's story: its waves, touchpoints, rounds, causes and experience, the same for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.estimates import Estimate
from app.lately import lately
from app.people.models import Department, Person
from app.processes.causes.models import Cause, Strength
from app.processes.experience.queries import Past, history
from app.processes.models import LeftOut, Prioritisation, Process, ProcessDepartment, ProcessTouchpoint
from app.processes.priority import Item, Verdict
from app.processes.queries import past_priorities
from app.processes.standing.actions import worked_out
from app.processes.standing.models import Reading
from app.processes.standing.queries import Wave, readings, standing, standing_priorities, waves
from app.processes.standing.rules import Standing
from app.processes.trend import At, Trend, trend
from app.voice.board import TouchpointLine, touchpoint_lines
from app.voice.distributions import Z95
from app.voice.indices import Change, Measured, change
from app.voice.models import Touchpoint, Use

ON_THE_SPOT = 20_000  # answers of a wave that a page may work out itself, before the background has read it


@dataclass(frozen=True)
class WaveLine:
    """What one wave said. `since`: what performance did since the wave before it."""

    source_id: int
    name: str
    last_day: date
    outcome: str
    verdict: Verdict
    performance: Estimate
    impact: Estimate
    chance: float | None
    since: Change | None = None

    @property
    def vital(self) -> bool:
        return self.verdict in (Verdict.VITAL, Verdict.PERHAPS)

    @property
    def kind(self) -> str:
        return {Verdict.VITAL: "vital", Verdict.PERHAPS: "vital_perhaps"}.get(self.verdict, "not_vital")

    @property
    def tone(self) -> str:
        if self.since is None or self.since.low <= 0 <= self.since.high:
            return "quiet"
        return "good" if self.since.low > 0 else "hurt"


@dataclass(frozen=True)
class Part:
    touchpoint_id: int
    name: str
    weight: float
    line: TouchpointLine | None


@dataclass(frozen=True)
class Told:
    """A published round, as it was for this process: chosen with a rank, or left out."""

    round_id: int
    name: str
    published_at: datetime
    rank: int | None
    reason: str
    on_judgement: bool = False
    vital: bool = False


@dataclass(frozen=True)
class Why:
    """A cause in the order of the tree."""

    id: int
    words: str
    kind: str
    strength: Strength
    depth: int


@dataclass(frozen=True)
class Story:
    owner: str
    departments: Sequence[str]
    waves: Sequence[WaveLine]  # latest first
    asked: int  # how many waves there are at all
    unread: int  # how many of them are large, and still being read in the background
    performance: Trend | None
    impact: Trend | None
    parts: Sequence[Part]
    rounds: Sequence[Told]
    standing: Standing
    causes: Sequence[Why]
    experience: Past | None

    @property
    def latest(self) -> WaveLine | None:
        return next(iter(self.waves), None)


def story(db: Session, process: Process) -> Story:
    """Kept until something of it changes: what it is made of is read in a fixed number of statements."""
    key = (process.id, counts(db, "voice", "processes", "people"))
    return lately(db, "stories of processes", 60).or_made(key, lambda: read(db, process))


def read(db: Session, process: Process) -> Story:
    told = waves(db)
    found, unread = wave_lines(db, told, process)
    causes = causes_of(db, process.id)
    experienced = history(db, process.id)
    return Story(
        db.get_one(Person, process.owner_id).name,
        departments_of(db, process),
        found,
        len(told),
        unread,
        drawn("Performance, 0 to 100", found, "performance", 0),
        drawn("Impact", found, "impact", 2),
        parts_of(db, process, told),
        rounds_of(db, process.id),
        own_standing(db, process, told, found),
        causes,
        experienced[0] if experienced else None,
    )


def drawn(title: str, lines: Sequence[WaveLine], what: str, digits: int) -> Trend | None:
    points = [At(f"{one.last_day:%b %Y}", getattr(one, what), one.vital) for one in reversed(lines)]
    return trend(title, points, digits)


def wave_lines(db: Session, told: Sequence[Wave], process: Process) -> tuple[list[WaveLine], int]:
    """From what was kept of each wave; a small one that was not read yet is worked out here."""
    kept, asking = readings(db, told), asked_in(db, process)
    found: list[WaveLine] = []
    unread = 0
    for wave in told:
        own: Reading | Item | None = None
        if wave.source.id in kept:
            own = kept[wave.source.id].get(process.id)
        elif wave.source.id not in asking:
            continue
        elif wave.source.responses > ON_THE_SPOT:
            unread += 1
        elif picture := worked_out(db, wave):
            known = picture.of(process.id)
            own = known.item if known else None
        if own is not None:
            found.append(a_wave(wave, own))
    pairs = zip(found, [*found[1:], None], strict=False)
    return [with_since(one, before) for one, before in pairs], unread


def asked_in(db: Session, process: Process) -> set[int]:
    """The sources that asked about one of its touchpoints."""
    query = select(col(Use.source_id)).join(
        ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Use.touchpoint_id)
    )
    return set(db.scalars(query.where(col(ProcessTouchpoint.process_id) == process.id)))


def a_wave(wave: Wave, own: Reading | Item) -> WaveLine:
    return WaveLine(
        wave.source.id,
        wave.source.name,
        wave.source.last_day,
        wave.outcome,
        own.verdict,
        Estimate(own.performance, own.performance_low, own.performance_high, own.n),
        Estimate(own.impact, own.impact_low, own.impact_high, own.n),
        own.vital_probability,
    )


def with_since(one: WaveLine, before: WaveLine | None) -> WaveLine:
    was, now = (measured(before.performance) if before else None), measured(one.performance)
    if was is None or now is None or not was.error + now.error:
        return one
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return WaveLine(**values | {"since": change(was, now)})


def measured(estimate: Estimate) -> Measured | None:
    """With the standard error that its interval tells."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return Measured(estimate.value, (estimate.high - estimate.low) / 2 / Z95, estimate.n)


def parts_of(db: Session, process: Process, told: Sequence[Wave]) -> list[Part]:
    """Each touchpoint with its weight and what the latest wave said of it, worst first."""
    query = (
        select(col(Touchpoint.id), col(Touchpoint.name), col(ProcessTouchpoint.weight))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Touchpoint.id))
        .where(col(ProcessTouchpoint.process_id) == process.id)
        .order_by(col(Touchpoint.name))
    )
    own = db.execute(query).all()
    lines: dict[str, TouchpointLine] = {}
    if told and own:
        before = told[1].source if len(told) > 1 else None
        lines = {one.line.key: one for one in touchpoint_lines(db, told[0].source, before)}
    parts = [Part(number, name, weight, lines.get(str(number))) for number, name, weight in own]
    return sorted(parts, key=worst)


def worst(part: Part) -> float:
    estimate = part.line.line.estimate if part.line else None
    return 101.0 if estimate is None or estimate.value is None else estimate.value


def departments_of(db: Session, process: Process) -> list[str]:
    query = (
        select(col(Department.name))
        .join(ProcessDepartment, col(ProcessDepartment.department_id) == col(Department.id))
        .where(col(ProcessDepartment.process_id) == process.id)
        .order_by(col(Department.name))
    )
    return list(db.scalars(query))


def rounds_of(db: Session, process_id: int) -> list[Told]:
    """All published rounds that chose it, or left it out with a word; latest first."""
    chosen = [
        Told(round_.id, round_.name, at, one.rank, one.reason, one.on_judgement)
        for one, round_ in past_priorities(db, process_id)
        if (at := round_.published_at)
    ]
    query = (
        select(LeftOut, Prioritisation)
        .join(Prioritisation, col(Prioritisation.id) == col(LeftOut.round_id))
        .where(col(LeftOut.process_id) == process_id)
    )
    left = [
        Told(round_.id, round_.name, at, None, one.reason, vital=one.vital)
        for one, round_ in db.execute(query)
        if (at := round_.published_at)
    ]
    return sorted([*chosen, *left], key=lambda one: one.published_at, reverse=True)


def own_standing(db: Session, process: Process, told: Sequence[Wave], found: Sequence[WaveLine]) -> Standing:
    """From the figures at hand, which are the latest even before the background has read them."""
    if not process.prioritised or not told:
        return Standing()
    now = next((Now.of(one) for one in found if one.source_id == told[0].source.id), None)
    latest = {process.id: now} if now else {}
    for priority, round_ in standing_priorities(db):
        if priority.process_id == process.id:
            return standing(priority, round_, told, latest)
    return Standing()


@dataclass(frozen=True)
class Now:
    performance: float | None
    vital: bool
    enough: bool

    @classmethod
    def of(cls, line: WaveLine) -> "Now":
        return cls(line.performance.value, line.vital, line.verdict is not Verdict.TOO_LITTLE)


def causes_of(db: Session, process_id: int) -> list[Why]:
    """The tree without its evidence, in reading order."""
    query = select(Cause).where(col(Cause.process_id) == process_id, col(Cause.withdrawn_at).is_(None))
    below: dict[int, list[Cause]] = {}
    for cause in db.scalars(query.order_by(col(Cause.id))):
        below.setdefault(cause.parent_id or 0, []).append(cause)
    found: list[Why] = []
    ahead = [(cause, 1) for cause in reversed(below.get(0, []))]
    while ahead:
        cause, depth = ahead.pop()
        found.append(Why(cause.id, cause.words, cause.kind.value, cause.strength, depth))
        ahead += [(one, depth + 1) for one in reversed(below.get(cause.id, []))]
    return found
