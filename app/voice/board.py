"""What the pages of the voice show: waves beside each other, a source's figures beside those of the wave before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import floor

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.charts import span
from app.columns import now
from app.estimates import Estimate
from app.people.models import Department, Person
from app.voice.breaks import outcome_break, use_break
from app.voice.distributions import t95
from app.voice.indices import Change, Measured, change
from app.voice.models import Outcome, OutcomeKind, Series, Source, Touchpoint, Use
from app.voice.queries import TAKEN
from app.voice.showing import estimate_of, unrated, use_estimate

OLD = timedelta(days=400)


@dataclass(frozen=True)
class Line:
    """One row of a table that is a chart. `was` is the wave before's figure, `since` what it did since then."""

    key: str
    name: str
    estimate: Estimate | None
    ends: tuple[float, float]
    was: float | None = None
    since: Change | None = None
    digits: int = 1
    signed: bool = False
    source_id: int = 0
    note: str = ""
    broken: str = ""  # what was asked otherwise before: then no change is certain

    @property
    def tone(self) -> str:
        """Better or worse where the whole interval of the change lies on one side of 0, of the same question."""
        if self.broken or self.since is None or self.since.low <= 0 <= self.since.high:
            return "quiet"
        return "good" if self.since.low > 0 else "hurt"


@dataclass(frozen=True)
class TouchpointLine:
    """A touchpoint as one source asked about it; `line` on 0 to 100, `mean` on its own scale."""

    line: Line
    mean: float | None
    scale: str
    not_applicable: int | None  # None where it is withheld
    missing: int | None
    factor: str
    where: str
    moment: bool = False  # a moment of truth


@dataclass(frozen=True)
class Wave:
    source: Source
    outcome: Outcome | None
    line: Line | None


@dataclass(frozen=True)
class SeriesBoard:
    name: str
    waves: Sequence[Wave]


@dataclass(frozen=True)
class Keeping:
    """Who keeps a source, in words."""

    series: str | None
    department: str | None
    person: str | None


def measured(outcome: Outcome) -> Measured | None:
    """An outcome's figure with its standard error, from what was rolled up."""
    if outcome.value is None or outcome.low is None or outcome.high is None or outcome.n < 2:
        return None
    if outcome.error is not None and outcome.accounts is not None:
        return Measured(outcome.value, outcome.error, outcome.n, outcome.accounts - 1)
    if outcome.kind is OutcomeKind.NPS:
        up, down = (outcome.promoters or 0) / outcome.n, (outcome.detractors or 0) / outcome.n
        return Measured(outcome.value, 100 * ((up + down - (up - down) ** 2) / outcome.n) ** 0.5, outcome.n)
    return Measured(outcome.value, (outcome.high - outcome.low) / 2 / t95(outcome.n - 1), outcome.n)


def moved(before: Measured | None, after: Measured | None) -> Change | None:
    if before is None or after is None or not before.error + after.error:
        return None
    return change(before, after)


def scale_ends(outcome: Outcome) -> tuple[float, float]:
    if outcome.kind is OutcomeKind.NPS:
        return -100.0, 100.0
    return min(outcome.worst, outcome.best), max(outcome.worst, outcome.best)


def outcome_line(outcome: Outcome, smallest: int, before: Outcome | None = None, before_smallest: int = 1) -> Line:
    """An outcome's row. A share is drawn in percent, NPS with its sign."""
    estimate = estimate_of(outcome, smallest)
    was = estimate_of(before, before_smallest) if before else None
    comparable = before is not None and was is not None and estimate is not None and before.kind is outcome.kind
    line = Line(
        str(outcome.id),
        outcome.name,
        estimate,
        scale_ends(outcome),
        was.value if was and comparable else None,
        moved(measured(before), measured(outcome)) if before and comparable else None,
        1 if outcome.kind in (OutcomeKind.NPS, OutcomeKind.YESNO) else 2,
        outcome.kind is OutcomeKind.NPS,
        outcome.source_id,
        broken=outcome_break(before, outcome),
    )
    return in_percent(line) if outcome.kind is OutcomeKind.YESNO else line


def in_percent(line: Line) -> Line:
    def times(value: float | None) -> float | None:
        return None if value is None else 100 * value

    estimate, since = line.estimate, line.since
    return replace(
        line,
        estimate=estimate and Estimate(times(estimate.value), times(estimate.low), times(estimate.high), estimate.n),
        ends=(0.0, 100.0),
        was=times(line.was),
        since=since and replace(since, change=100 * since.change, low=100 * since.low, high=100 * since.high),
        note="%",
    )


def boards(db: Session, sources: Sequence[Source]) -> list[SeriesBoard]:
    """All sources by series, each wave beside the one before; those of no series last."""
    query = (
        select(col(Source.id), Series, Outcome)
        .outerjoin(Series, col(Series.id) == col(Source.series_id))
        .outerjoin(Outcome, and_(col(Outcome.source_id) == col(Source.id), col(Outcome.place) == 0))
        .where(TAKEN)
    )
    rows = db.execute(query).all()
    first: dict[int, Outcome] = {source_id: outcome for source_id, _, outcome in rows if outcome}
    names = {series.id: series.name for _, series, _ in rows if series}
    by_series: dict[int | None, list[Source]] = {}
    for source in sources:
        by_series.setdefault(source.series_id, []).append(source)
    known = [SeriesBoard(names[key], waves(own, first)) for key, own in by_series.items() if key is not None]
    alone = [wave for source in by_series.get(None, []) for wave in waves([source], first)]
    return [*known, *([SeriesBoard("", alone)] if alone else [])]


def waves(sources: Sequence[Source], first: dict[int, Outcome]) -> list[Wave]:
    """Latest first, drawn on one scale."""
    told = []
    for source, before in pairwise([*sources, None]):
        assert source is not None
        outcome = first.get(source.id)
        earlier = first.get(before.id) if before else None
        same = earlier if outcome and earlier and earlier.name == outcome.name else None
        smallest = before.minimum_cell if before else 1
        line = outcome_line(outcome, source.minimum_cell, same, smallest) if outcome else None
        told.append(Wave(source, outcome, line))
    ends = shared_ends(wave.line for wave in told)
    return [replace(wave, line=wave.line and replace(wave.line, ends=ends)) for wave in told]


def shared_ends(lines: Iterable[Line | None]) -> tuple[float, float]:
    """Round ends that hold every interval and last wave's figure."""
    values: list[float | None] = []
    for line in lines:
        if line:
            estimate = line.estimate
            values += [line.was, *((estimate.value, estimate.low, estimate.high) if estimate else ())]
    return span(values)


def touchpoint_lines(db: Session, source: Source, before: Source | None) -> list[TouchpointLine]:
    """Every touchpoint of a source, in the order of its questions, beside the wave before."""
    ids = [source.id, *([before.id] if before else [])]
    query = (
        select(Use, Touchpoint)
        .join(Touchpoint, col(Touchpoint.id) == col(Use.touchpoint_id))
        .where(col(Use.source_id).in_(ids))
        .order_by(col(Use.place))
    )
    pairs = db.execute(query).all()
    earlier = {use.touchpoint_id: use for use, _ in pairs if before and use.source_id == before.id}
    smallest = before.minimum_cell if before else 1
    lines = [
        touchpoint_line(use, touchpoint, source.minimum_cell, earlier.get(use.touchpoint_id), smallest)
        for use, touchpoint in pairs
        if use.source_id == source.id
    ]
    ends = shared_ends(one.line for one in lines)
    return [replace(one, line=replace(one.line, ends=ends)) for one in lines]


def touchpoint_line(
    use: Use, touchpoint: Touchpoint, smallest: int, before: Use | None, before_smallest: int
) -> TouchpointLine:
    estimate = use_estimate(use, smallest)
    was = use_estimate(before, before_smallest) if before else None
    both = before is not None and was is not None and estimate is not None
    since = moved(measured_use(before), measured_use(use)) if before and both else None
    rest = unrated(use, smallest)
    line = Line(
        str(touchpoint.id),
        touchpoint.name,
        estimate,
        (0, 100),
        was.value if was else None,
        since,
        source_id=use.source_id,
        broken=use_break(before, use),
    )
    return TouchpointLine(
        line,
        use.mean if estimate else None,
        f"{use.worst:g} to {use.best:g}",
        rest[0] if rest else None,
        rest[1] if rest else None,
        touchpoint.factor.value if touchpoint.factor else "",
        ", ".join(part for part in (touchpoint.journey, touchpoint.stage) if part),
        touchpoint.moment_of_truth,
    )


def measured_use(use: Use) -> Measured | None:
    if use.score is None or use.score_low is None or use.score_high is None or use.n < 2:
        return None
    if use.error is not None and use.accounts is not None:
        return Measured(use.score, use.error, use.n, use.accounts - 1)
    return Measured(use.score, (use.score_high - use.score_low) / 2 / t95(use.n - 1), use.n)


SORTS = ("question", "lowest", "highest", "answers", "change")


def in_order(lines: Sequence[TouchpointLine], sort: str) -> list[TouchpointLine]:
    """Touchpoints as a reader asked for them; what is withheld last."""

    def value(one: TouchpointLine) -> float:
        return one.line.estimate.value or 0.0 if one.line.estimate else 0.0

    known = [one for one in lines if one.line.estimate]
    hidden = [one for one in lines if not one.line.estimate]
    match sort:
        case "lowest":
            known.sort(key=value)
        case "highest":
            known.sort(key=value, reverse=True)
        case "answers":
            known.sort(key=lambda one: one.line.estimate.n if one.line.estimate else 0, reverse=True)
        case "change":
            known.sort(key=lambda one: one.line.since.change if one.line.since else 0.0)
    return [*known, *hidden]


def keeping(db: Session, source: Source) -> Keeping:
    query = (
        select(col(Series.name), col(Department.name), col(Person.name))
        .select_from(Source)
        .outerjoin(Series, col(Series.id) == col(Source.series_id))
        .outerjoin(Department, col(Department.id) == col(Source.department_id))
        .outerjoin(Person, col(Person.id) == col(Source.imported_by))
        .where(col(Source.id) == source.id)
    )
    return Keeping(*db.execute(query).one())


def gaps(db: Session, told: Sequence[SeriesBoard]) -> list[str]:
    """What is missing from the evidence, as sentences."""
    found = []
    today = now().date()
    for series in told:
        latest = series.waves[0].source
        if series.name and today - latest.last_day > OLD:
            found.append(f"{series.name}: the last wave ended {months_ago(latest.last_day, today)}.")
        for wave in series.waves:
            if wave.outcome is None:
                found.append(f"{wave.source.name} has no outcome, so it says nothing about impact.")
            elif wave.outcome.missing > wave.outcome.n:
                found.append(f"{wave.source.name}: fewer than half answered {wave.outcome.name}.")
    return found + dropped(db, told)


def months_ago(day: date, today: date) -> str:
    months = floor((today - day).days / 30.4)
    return f"{months} months ago" if months < 24 else f"{months // 12} years ago"


def dropped(db: Session, told: Sequence[SeriesBoard]) -> list[str]:
    """Touchpoints that the wave before asked about and the latest one does not."""
    pairs = [(one.waves[0].source, one.waves[1].source) for one in told if one.name and len(one.waves) > 1]
    if not pairs:
        return []
    ids = [source.id for pair in pairs for source in pair]
    query = (
        select(col(Use.source_id), col(Touchpoint.name))
        .join(Touchpoint, col(Touchpoint.id) == col(Use.touchpoint_id))
        .join(Source, col(Source.id) == col(Use.source_id))
        .where(TAKEN, col(Use.source_id).in_(ids))
        .order_by(col(Use.place))
    )
    asked: dict[int, list[str]] = {}
    for source_id, name in db.execute(query):
        asked.setdefault(source_id, []).append(name)
    return [
        f"{latest.name} did not ask about {', '.join(gone)}."
        for latest, before in pairs
        if (gone := [name for name in asked.get(before.id, []) if name not in asked.get(latest.id, [])])
    ]
