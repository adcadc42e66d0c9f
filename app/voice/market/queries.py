"""Reading the market. Benchmarks were published by others: every employee sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.people.actor import Actor
from app.refs import Kind
from app.voice.board import measured, measured_use
from app.voice.distributions import Z95
from app.voice.market.comparing import Difference, difference, error_of
from app.voice.market.models import INDICES, NPS, SCORE, TCS, TOP_TWO, Benchmark
from app.voice.models import Outcome, OutcomeKind, Source, Touchpoint, Use
from app.voice.queries import ON_THE_SIDE
from app.voice.queries import visible_to as sources_visible_to
from app.voice.showing import use_estimate
from app.voice.touchpoints.queries import visible_to as touchpoints_visible_to

FARTHEST = 183  # days between our figure and the market's, from one's end to the other's beginning


@dataclass(frozen=True)
class Market:
    """The market's figure for an index: the latest known. `low` and `high` are None where nobody says them."""

    value: float
    low: float | None
    high: float | None
    name: str
    period: str


IN_FORCE: ColumnElement[bool] = col(Benchmark.withdrawn_at).is_(None)


def latest_benchmarks(db: Session, indices: Iterable[str]) -> dict[str, Market]:
    """The latest figure of the market for each index ("NPS", "TCS mean", "TCS top two") that has one, in one statement.

    NPS is on -100 to 100, all others on 0 to 100 (TCS: the mean answer turned to 0 to 100, or a share in percent).
    """
    mine = (IN_FORCE, col(Benchmark.touchpoint_id).is_(None), col(Benchmark.index).in_(set(indices)))
    query = select(Benchmark).where(*mine).order_by(col(Benchmark.last_day), col(Benchmark.id))
    return {one.index: Market(one.value, one.low, one.high, one.name, one.period) for one in db.scalars(query)}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees what the market says of the whole; of a touchpoint, whoever may know of the touchpoint."""
    if actor.guest:
        return false()
    known = select(col(Touchpoint.id)).where(touchpoints_visible_to(actor))
    return and_(IN_FORCE, or_(col(Benchmark.touchpoint_id).is_(None), col(Benchmark.touchpoint_id).in_(known)))


kinds = [Kind("benchmark", Benchmark, visible_to, Benchmark.name, lambda number: f"/voice/market#b{number}")]


@dataclass(frozen=True)
class Ours:
    """Our figure for an index, from one source that this person may see."""

    source_id: int
    source: str
    first_day: date
    last_day: date
    estimate: Estimate
    error: float | None


@dataclass(frozen=True)
class Pair:
    """A benchmark beside our figure of the same period; None where we have none near it."""

    benchmark: Benchmark
    market: Estimate
    ours: Ours | None
    difference: Difference | None


@dataclass(frozen=True)
class Compared:
    """One index: its pairs, latest first, and all of our own figures."""

    index: str
    touchpoint_id: int | None
    touchpoint: str
    pairs: Sequence[Pair]
    ours: Sequence[Ours]

    @property
    def name(self) -> str:
        return f"{self.touchpoint}, score" if self.touchpoint else self.index

    @property
    def ends(self) -> tuple[float, float]:
        """Zero in the middle, wide enough for every interval."""
        told = [pair.difference for pair in self.pairs if pair.difference]
        reach = max((abs(end) for one in told for end in (one.low, one.high, one.value) if end is not None), default=1)
        return -1.1 * (reach or 1.0), 1.1 * (reach or 1.0)


def compared(db: Session, actor: Actor) -> list[Compared]:
    """Every index that has a benchmark, with ours beside it. Three statements."""
    query = (
        select(Benchmark, col(Touchpoint.name))
        .outerjoin(Touchpoint, col(Touchpoint.id) == col(Benchmark.touchpoint_id))
        .where(visible_to(actor))
        .order_by(col(Benchmark.last_day).desc(), col(Benchmark.id).desc())
    )
    groups: dict[tuple[str, int | None], list[tuple[Benchmark, str]]] = {}
    for benchmark, name in db.execute(query):
        groups.setdefault((benchmark.index, benchmark.touchpoint_id), []).append((benchmark, name or ""))
    own = our_figures(db, actor, [touchpoint for _, touchpoint in groups if touchpoint])
    keys = sorted(groups, key=lambda key: (INDICES.index(key[0]), groups[key][0][1]))
    return [one_index(key, groups[key], own.get(key, [])) for key in keys]


def one_index(key: tuple[str, int | None], rows: Sequence[tuple[Benchmark, str]], ours: Sequence[Ours]) -> Compared:
    return Compared(*key, rows[0][1], [paired(benchmark, nearest(benchmark, ours)) for benchmark, _ in rows], ours)


def nearest(benchmark: Benchmark, ours: Sequence[Ours]) -> Ours | None:
    """The figure of ours whose days lie nearest to the benchmark's, at most half a year apart."""

    def apart(one: Ours) -> tuple[int, int]:
        gap = max((one.first_day - benchmark.last_day).days, (benchmark.first_day - one.last_day).days, 0)
        return gap, abs((one.last_day - benchmark.last_day).days)

    near = min(ours, key=apart, default=None)
    return near if near and apart(near)[0] <= FARTHEST else None


def paired(benchmark: Benchmark, ours: Ours | None) -> Pair:
    ends = None if benchmark.low is None or benchmark.high is None else (benchmark.low, benchmark.high)
    nps = benchmark.index == NPS
    error, at_most = error_of(benchmark.value, nps=nps, error=benchmark.error, ends=ends, n=benchmark.n)
    low, high = ends or (
        (None, None) if error is None else (benchmark.value - Z95 * error, benchmark.value + Z95 * error)
    )
    market = Estimate(benchmark.value, low, high, benchmark.n or 0)
    if ours is None or ours.estimate.value is None:
        return Pair(benchmark, market, None, None)
    told = difference(ours.estimate.value, ours.error, benchmark.value, error)
    return Pair(benchmark, market, ours, replace(told, at_most=at_most))


def our_figures(db: Session, actor: Actor, touchpoint_ids: Sequence[int]) -> dict[tuple[str, int | None], list[Ours]]:
    """By index, latest first. TCS is the first rating of a source, on 0 to 100 or as a share in percent."""
    found: dict[tuple[str, int | None], list[Ours]] = {}
    query = (
        select(Outcome, Source)
        .join(Source, col(Source.id) == col(Outcome.source_id))
        .where(sources_visible_to(actor), ~ON_THE_SIDE, col(Outcome.kind).in_((OutcomeKind.NPS, OutcomeKind.RATING)))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc(), col(Outcome.place))
    )
    seen: set[tuple[int, str]] = set()
    for outcome, source in db.execute(query):
        if (source.id, outcome.kind) in seen or outcome.n < source.minimum_cell:
            continue
        seen.add((source.id, outcome.kind))
        for index, estimate, error in as_indices(outcome):
            found.setdefault((index, None), []).append(ours_of(source, estimate, error))
    asked = select(Use, Source).join(Source, col(Source.id) == col(Use.source_id))
    asked = asked.where(sources_visible_to(actor), ~ON_THE_SIDE, col(Use.touchpoint_id).in_(touchpoint_ids))
    for use, source in db.execute(asked.order_by(col(Source.last_day).desc(), col(Source.id).desc())):
        rated, told = use_estimate(use, source.minimum_cell), measured_use(use)
        if rated and rated.value is not None:
            one = ours_of(source, rated, told.error if told else None)
            found.setdefault((SCORE, use.touchpoint_id), []).append(one)
    return found


def ours_of(source: Source, estimate: Estimate, error: float | None) -> Ours:
    return Ours(source.id, source.name, source.first_day, source.last_day, estimate, error)


def as_indices(outcome: Outcome) -> list[tuple[str, Estimate, float | None]]:
    """An outcome as the indices that it is."""
    told = measured(outcome)
    if outcome.value is None:
        return []
    if outcome.kind is OutcomeKind.NPS:
        estimate = Estimate(outcome.value, outcome.low, outcome.high, outcome.n)
        return [(NPS, estimate, told.error if told else None)]
    low, high = sorted((outcome.worst, outcome.best))

    def percent(value: float | None) -> float | None:
        return None if value is None else 100 * (value - low) / (high - low)

    mean = Estimate(percent(outcome.value), percent(outcome.low), percent(outcome.high), outcome.n)
    error = 100 * told.error / (high - low) if told else None
    found: list[tuple[str, Estimate, float | None]] = [(TCS, mean, error)]
    if outcome.top_two is not None and outcome.n:
        share = 100 * outcome.top_two
        error, _ = error_of(share, nps=False, n=outcome.n)
        reach = Z95 * (error or 0.0)
        found.append((TOP_TWO, Estimate(share, max(0.0, share - reach), min(100.0, share + reach), outcome.n), error))
    return found
