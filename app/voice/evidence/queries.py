"""Reading what is no survey: series of counts by touchpoint, findings, and both beside the ratings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.estimates import Estimate
from app.people.actor import Actor
from app.people.models import Person
from app.refs import Kind
from app.voice.evidence import poisson
from app.voice.evidence.models import COUNTED, FOUND, OTHER, EventCount, Finding
from app.voice.evidence.periods import months, words_of
from app.voice.models import Source, SourceKind, Touchpoint
from app.voice.queries import comments_visible_to, visible_to
from app.voice.touchpoints.queries import Rating, latest_ratings, names_of
from app.voice.touchpoints.queries import visible_to as touchpoints_visible_to

PER = (100, 1_000, 10_000, 100_000, 1_000_000)  # rates are per the first of these that makes the usual one at least 1
PAGE = 25


def findings_visible_to(actor: Actor) -> ColumnElement[bool]:
    """A finding stands with its source's figures; a withdrawn one for nobody but its own page's keepers."""
    seen = select(col(Source.id)).where(visible_to(actor))
    return and_(col(Finding.withdrawn_at).is_(None), col(Finding.source_id).in_(seen))


def every_finding_visible_to(actor: Actor) -> ColumnElement[bool]:
    """With those that were withdrawn: for a finding's own page."""
    return col(Finding.source_id).in_(select(col(Source.id)).where(visible_to(actor)))


kinds = [
    Kind(
        "finding",
        Finding,
        every_finding_visible_to,
        func.substr(col(Finding.words), 1, 80),
        lambda number: f"/voice/evidence/findings/{number}",
    )
]


@dataclass(frozen=True)
class Point:
    """One period. `count` is None where it is withheld; `figure` is a rate (see Series.per), or the count itself.

    open: the period is not over.
    """

    first_day: date
    last_day: date
    count: int | None
    exposure: float | None
    figure: Estimate | None
    amount: Estimate | None
    open: bool = False

    @property
    def words(self) -> str:
        return words_of(self.first_day, self.last_day)

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class Change:
    """A period's rate against another one's. tone: more of these events hurts."""

    ratio: poisson.Ratio
    since: str

    @property
    def percent(self) -> float | None:
        return None if self.ratio.ratio is None else 100 * (self.ratio.ratio - 1)

    @property
    def tone(self) -> str:
        if not self.ratio.beyond_chance:
            return "quiet"
        return "hurt" if self.ratio.low >= 1 else "good"


@dataclass(frozen=True)
class Series:
    """What one source counted of one touchpoint, oldest first."""

    source_id: int
    source: str
    kind: SourceKind
    unit: str
    touchpoint_id: int
    touchpoint: str
    points: Sequence[Point]
    per: int = 1

    @property
    def is_rate(self) -> bool:
        return all(point.exposure for point in self.points)

    @property
    def timed(self) -> bool:
        """Of waits what counts is how long."""
        return self.kind is SourceKind.WAITING and any(point.amount for point in self.points)

    @property
    def whole(self) -> Sequence[Point]:
        return [point for point in self.points if not point.open] or self.points

    @property
    def latest(self) -> Point:
        return self.whole[-1]

    @property
    def change(self) -> Change | None:
        """The latest whole period since the one before it."""
        return self.against(self.whole[-2]) if len(self.whole) > 1 else None

    @property
    def year_change(self) -> Change | None:
        """The latest whole period since the same one a year before."""
        first, last = self.latest.first_day, self.latest.last_day
        wanted = next((one for one in self.whole if same_a_year_before(one, first, last)), None)
        return self.against(wanted) if wanted else None

    @property
    def rise(self) -> Change | None:
        """A rise beyond chance: since the period before, else since the year before."""
        return next((one for one in (self.change, self.year_change) if one and one.tone == "hurt"), None)

    def against(self, before: Point) -> Change | None:
        """By the exposure where all periods have one, else by the days; None where either is withheld."""
        after = self.latest
        if before.count is None or after.count is None or self.timed:
            return None
        one, other = (point.exposure if self.is_rate else None for point in (before, after))
        ratio = poisson.compare(before.count, one or float(before.days), after.count, other or float(after.days))
        return Change(ratio, before.words)


def same_a_year_before(point: Point, first: date, last: date) -> bool:
    def shifted(day: date) -> date:
        return date(day.year - 1, day.month, min(day.day, months(day.year - 1, day.month, 1)[1].day))

    return (point.first_day, point.last_day) == (shifted(first), shifted(last)) or (
        point.first_day == shifted(first) and point.last_day == months(last.year - 1, last.month, 1)[1]
    )


def usual_rate(rows: Sequence[EventCount], smallest: int) -> int:
    """Per how many a source's rates are told, the same for all its touchpoints."""
    rates = sorted(row.count / row.exposure for row in rows if row.exposure and row.count >= smallest)
    middle = rates[len(rates) // 2] if rates else 1.0
    return next((per for per in PER if per * middle >= 1), PER[-1])


def withheld(rows: Sequence[EventCount], smallest: int) -> set[int]:
    """The ids of counts that are not shown: from 1 to below the smallest cell; and those of periods that such a one
    lies in, since a quarter without its two other months is the third."""
    few = [row for row in rows if 0 < row.count < smallest]
    return {row.id for row in rows for one in few if row.first_day <= one.last_day and one.first_day <= row.last_day}


def point(row: EventCount, today: date, per: int, *, hidden: bool) -> Point:
    figure = None
    if not hidden:
        low, high = poisson.interval(row.count)
        rate = poisson.rate(row.count, row.exposure, per) if per > 1 and row.exposure else None
        figure = rate or Estimate(float(row.count), low, high, row.count)
    amount = None if hidden or row.amount is None else Estimate(row.amount, row.amount_low, row.amount_high, row.count)
    count = None if hidden else row.count
    exposure = row.exposure
    return Point(row.first_day, row.last_day, count, exposure, figure, amount, row.last_day >= today)


def series(
    db: Session, actor: Actor, touchpoint_ids: Collection[int] | None = None, source_id: int = 0
) -> list[Series]:
    """All series that this person may see, of these touchpoints or of one source. One statement."""
    query = (
        select(EventCount, Source, col(Touchpoint.name))
        .join(Source, col(Source.id) == col(EventCount.source_id))
        .join(Touchpoint, col(Touchpoint.id) == col(EventCount.touchpoint_id))
        .where(visible_to(actor))
        .order_by(col(Source.name), col(Touchpoint.name), col(EventCount.first_day), col(EventCount.last_day))
    )
    if touchpoint_ids is not None:
        query = query.where(col(EventCount.touchpoint_id).in_(touchpoint_ids))
    if source_id:
        query = query.where(col(EventCount.source_id) == source_id)
    grouped: dict[tuple[int, int], list[tuple[EventCount, Source, str]]] = {}
    for row, source, name in db.execute(query):
        grouped.setdefault((source.id, row.touchpoint_id), []).append((row, source, name))
    by_source: dict[int, list[EventCount]] = {}
    smallest: dict[int, int] = {}
    for (number, _), rows in grouped.items():
        by_source.setdefault(number, []).extend(row for row, _, _ in rows)
        smallest[number] = max(1, rows[0][1].minimum_cell)
    per = {number: usual_rate(rows, smallest[number]) for number, rows in by_source.items()}
    return [one_series(rows, per[number]) for (number, _), rows in grouped.items()]


def one_series(rows: Sequence[tuple[EventCount, Source, str]], per: int) -> Series:
    """A rate where every period has an exposure, else counts."""
    source, name, today = rows[0][1], rows[0][2], now().date()
    per = per if all(row.exposure for row, _, _ in rows) else 1
    hidden = withheld([row for row, _, _ in rows], source.minimum_cell)
    points = [point(row, today, per, hidden=row.id in hidden) for row, _, _ in rows]
    return Series(source.id, source.name, source.kind, source.unit, rows[0][0].touchpoint_id, name, points, per)


def worst_first(told: Sequence[Series]) -> list[Series]:
    """What has risen beyond chance, then by how many there were."""

    def key(one: Series) -> tuple[bool, int]:
        return one.rise is None, -(one.latest.count or 0)

    return sorted(told, key=key)


@dataclass(frozen=True)
class FindingLine:
    finding: Finding
    source: str
    kind: SourceKind
    touchpoint: str
    author: str | None
    quotes: bool  # this person may read what people said


def findings(
    db: Session,
    actor: Actor,
    touchpoint_ids: Collection[int] | None = None,
    source_id: int = 0,
    *,
    withdrawn: bool = False,
    only: int = 0,
) -> list[FindingLine]:
    """Findings by touchpoint, the strongest and latest first. One statement."""
    query = (
        select(Finding, Source, col(Touchpoint.name), col(Person.name), comments_visible_to(actor))
        .join(Source, col(Source.id) == col(Finding.source_id))
        .outerjoin(Touchpoint, col(Touchpoint.id) == col(Finding.touchpoint_id))
        .outerjoin(Person, col(Person.id) == col(Finding.person_id))
        .where(every_finding_visible_to(actor) if withdrawn else findings_visible_to(actor))
        .order_by(col(Touchpoint.name), col(Finding.on).desc(), col(Finding.id).desc())
    )
    if touchpoint_ids is not None:
        query = query.where(col(Finding.touchpoint_id).in_(touchpoint_ids))
    if source_id:
        query = query.where(col(Finding.source_id) == source_id)
    if only:
        query = query.where(col(Finding.id) == only)
    return [
        FindingLine(one, source.name, source.kind, touchpoint or "", author, bool(may_read))
        for one, source, touchpoint, author, may_read in db.execute(query)
    ]


@dataclass(frozen=True)
class Beside:
    """What stands beside the rating of one touchpoint."""

    touchpoint_id: int
    touchpoint: str
    moment_of_truth: bool
    rating: Rating | None
    series: Sequence[Series]
    findings: Sequence[FindingLine]


def beside(db: Session, actor: Actor, touchpoint_ids: Iterable[int]) -> dict[int, Beside]:
    """Of each touchpoint that this person may know of: its latest rating, its counts, its findings. Four statements."""
    ids = list(touchpoint_ids)
    if not ids:
        return {}
    known = select(Touchpoint).where(col(Touchpoint.id).in_(ids), touchpoints_visible_to(actor))
    ratings, counts, found = latest_ratings(db, actor, ids), series(db, actor, ids), findings(db, actor, ids)
    return {
        one.id: Beside(
            one.id,
            one.name,
            one.moment_of_truth,
            ratings.get(one.id),
            [own for own in counts if own.touchpoint_id == one.id],
            [own for own in found if own.finding.touchpoint_id == one.id],
        )
        for one in db.scalars(known.order_by(col(Touchpoint.name)))
    }


@dataclass(frozen=True)
class SourceLine:
    """A source that is no survey, with how much is in it."""

    source: Source
    lines: int
    events: int | None
    findings: int


def other_sources(db: Session, actor: Actor, more: ColumnElement[bool] | None = None) -> list[SourceLine]:
    lines = select(func.count()).where(col(EventCount.source_id) == col(Source.id)).correlate(Source).scalar_subquery()
    current = (col(Finding.source_id) == col(Source.id), col(Finding.withdrawn_at).is_(None))
    found = select(func.count()).where(*current).correlate(Source).scalar_subquery()
    query = (
        select(Source, lines, found)
        .where(visible_to(actor), col(Source.kind).in_(OTHER))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
    )
    if more is not None:
        query = query.where(more)
    return [SourceLine(source, count, None, findings) for source, count, findings in db.execute(query)]


def touchpoints_with_more(db: Session, actor: Actor, after: str = "") -> Sequence[Touchpoint]:
    """Touchpoints with a count or a finding, by name, a page and one more."""
    seen = select(col(Source.id)).where(visible_to(actor))
    counted: Any = select(col(EventCount.touchpoint_id)).where(col(EventCount.source_id).in_(seen))
    found = select(col(Finding.touchpoint_id)).where(
        findings_visible_to(actor), col(Finding.touchpoint_id).is_not(None)
    )
    query = select(Touchpoint).where(col(Touchpoint.id).in_(counted.union(found)))
    if after:
        query = query.where(col(Touchpoint.key) > after)
    return db.scalars(query.order_by(col(Touchpoint.key)).limit(PAGE + 1)).all()


__all__ = ["COUNTED", "FOUND", "Beside", "Point", "Series", "beside", "findings", "names_of", "series"]
