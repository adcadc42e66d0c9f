"""One figure over the waves of a series, or over the periods of one source, and the test of each change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from app.voice.breaks import broken
from app.voice.cells import Cells, cells
from app.voice.comparing import Difference, difference
from app.voice.distributions import holm
from app.voice.scopes import Scope, Wave, What
from app.voice.tallies import Figure, Measure
from app.voice.withholding import withheld


@dataclass(frozen=True)
class Point:
    """A figure at its time; None where it is withheld. `other` is the weighted one, or the unweighted beside it.

    `since` is what it did since the point before, where that can be told; `broken` why it cannot.
    """

    key: str
    name: str
    on: date
    wave: Wave
    n: int
    figure: Figure | None
    other: Figure | None = None
    since: Difference | None = None
    broken: str = ""

    @property
    def value(self) -> float | None:
        return self.figure.estimate.value if self.figure else None


@dataclass(frozen=True)
class Trend:
    """A line: everybody's, or that of one label. `tests` is how many changes were tested and corrected together."""

    name: str
    points: tuple[Point, ...]
    tests: int = 0

    @property
    def latest(self) -> Point | None:
        return next((point for point in reversed(self.points) if point.figure), None)


@dataclass(frozen=True)
class Asked:
    """What a reader chose, and the same of everybody beside it."""

    scope: Scope
    what: What
    measure: Measure
    weighted: bool = False
    segment: str = ""
    label: str = ""
    unit: str = "wave"


@dataclass(frozen=True)
class Told:
    """One wave's or period's cells, `other` with the other weights; which places of `axis` are its figure's."""

    name: str
    key: str
    on: date
    wave: Wave
    cells: Cells
    other: Cells | None
    groups: tuple[int, ...]
    hidden: bool


def over_waves(db: Session, asked: Asked) -> list[Trend]:
    """Everybody's line, and where a label is chosen that label's."""
    told = [(wave, both(db, asked, wave, ())) for wave in asked.scope.waves if asked.what.asked_in(wave)]
    every = [at_wave(wave, pair, None) for wave, pair in told if pair]
    lines = [line(db, asked, "Everybody", every)]
    if asked.segment and asked.label:
        parted = [(wave, both(db, asked, wave, (asked.segment,))) for wave, pair in told if pair]
        own = [at_wave(wave, pair, asked.label) for wave, pair in parted if pair and asked.label in pair[0].axes[0]]
        lines.append(line(db, asked, asked.label, own))
    return lines


def both(db: Session, asked: Asked, wave: Wave, keys: Sequence[str]) -> tuple[Cells, Cells | None] | None:
    """The chosen figures, and those with the other weights beside them."""
    other = cells(db, asked.scope, wave, asked.what, asked.measure, keys, weighted=True)
    plain = cells(db, asked.scope, wave, asked.what, asked.measure, keys)
    if plain is None:
        return None
    return (other, plain) if asked.weighted and other else (plain, other)


def at_wave(wave: Wave, pair: tuple[Cells, Cells | None], label: str | None) -> Told:
    source, (told, other) = wave.source, pair
    if label is None:
        hidden = 0 < int(told.counts.sum()) < source.minimum_cell
        return Told(source.name, str(source.id), source.last_day, wave, told, other, tuple(told.groups()), hidden)
    place = told.axes[0].index(label)
    gone = bool(withheld(told.counts, source.minimum_cell)[place])
    return Told(source.name, str(source.id), source.last_day, wave, told, other, (place,), gone)


def inside(db: Session, asked: Asked, wave: Wave) -> list[Trend]:
    """By week, month or quarter of the answers' days in one source; nothing where it has no days."""
    period = f"period:{asked.unit}"
    pair = both(db, asked, wave, (period,))
    if pair is None:
        return []
    lines = [line(db, asked, "Everybody", in_periods(wave, pair, None))]
    parted = both(db, asked, wave, (period, asked.segment)) if asked.segment and asked.label else None
    if parted and asked.label in parted[0].axes[1]:
        lines.append(line(db, asked, asked.label, in_periods(wave, parted, asked.label)))
    return lines


def in_periods(wave: Wave, pair: tuple[Cells, Cells | None], label: str | None) -> list[Told]:
    told, other = pair
    hidden = withheld(told.counts, wave.source.minimum_cell)
    found = []
    for at, name in enumerate(told.axes[0][:-1]):
        place = () if label is None else (told.axes[1].index(label),)
        groups = tuple(told.groups(at, *place))
        found.append(Told(name, name, first_day(name), wave, told, other, groups, bool(hidden[(at, *place)])))
    return found


def first_day(period: str) -> date:
    """Of 2026-03, 2026-Q1 or 2026-W11."""
    year, _, rest = period.partition("-")
    if rest.startswith("W"):
        return date.fromisocalendar(int(year), int(rest[1:]), 1)
    return date(int(year), 3 * int(rest[1:]) - 2 if rest.startswith("Q") else int(rest), 1)


def line(db: Session, asked: Asked, name: str, told: Sequence[Told]) -> Trend:
    points = [point(one) for one in told]
    points = points[:1] + [changed(db, asked, before, after, point(after)) for before, after in pairwise(told)]
    corrected = holm([one.since.p if one.since else None for one in points])
    points = [
        replace(one, since=one.since and replace(one.since, corrected=p))
        for one, p in zip(points, corrected, strict=True)
    ]
    return Trend(name, tuple(points), sum(p is not None for p in corrected))


def point(told: Told) -> Point:
    n = told.cells.sums(told.groups).n
    shown = None if told.hidden or not n else told.cells.figure(told.groups)
    other = told.other.figure(told.groups) if told.other and shown else None
    return Point(told.key, told.name, told.on, told.wave, n, shown, other)


def changed(db: Session, asked: Asked, before: Told, after: Told, found: Point) -> Point:
    """With what it did since the point before."""
    if before.wave is not after.wave:
        why = breaks(db, after.wave, before.wave).get(asked.what.place_in(after.wave), "")
        if why:
            return replace(found, broken=why)
    if before.hidden or after.hidden:
        return found
    return replace(found, since=between(before, after))


def between(before: Told, after: Told) -> Difference | None:
    return difference(before.cells.sums(before.groups), after.cells.sums(after.groups), after.cells.summed)


def breaks(db: Session, wave: Wave, earlier: Wave) -> Mapping[tuple[str, int], str]:
    """Asked once a request for each two waves."""
    known: dict[tuple[int, int], Mapping[tuple[str, int], str]] = db.info.setdefault("broken", {})
    pair = (wave.source.id, earlier.source.id)
    if pair not in known:
        known[pair] = broken(db, *pair)
    return known[pair]


def of_touchpoints(db: Session, asked: Asked) -> list[tuple[What, Trend]]:
    """Every touchpoint over the waves, among those whom the reader chose; all last changes corrected together."""
    uses = [what for what in asked.scope.everything() if what.touchpoint is not None]
    found = []
    for what in uses:
        one = replace(asked, what=what, measure=Measure.MEAN)
        lines = over_waves(db, one)
        found.append((what, lines[-1] if lines[-1].points else lines[0]))
    last = [trend.points[-1].since if trend.points else None for _, trend in found]
    corrected = holm([since.p if since else None for since in last])
    return [
        (what, replace(trend, points=(*trend.points[:-1], again(trend.points[-1], p))) if trend.points else trend)
        for (what, trend), p in zip(found, corrected, strict=True)
    ]


def again(point: Point, p: float | None) -> Point:
    return replace(point, since=point.since and replace(point.since, corrected=p))


def by_label(db: Session, asked: Asked) -> list[Trend]:
    """Every label of the chosen segment over the waves; the last changes of all corrected together."""
    labels = dict.fromkeys(
        label
        for wave in reversed(asked.scope.waves)
        if asked.what.asked_in(wave)
        for pair in [both(db, asked, wave, (asked.segment,))]
        if pair
        for label, n in zip(pair[0].axes[0], pair[0].counts, strict=True)
        if n
    )
    found = [over_waves(db, replace(asked, label=label))[1] for label in labels]
    corrected = holm([line.points[-1].since.p if line.points and line.points[-1].since else None for line in found])
    return [
        replace(line, points=(*line.points[:-1], again(line.points[-1], p))) if line.points else line
        for line, p in zip(found, corrected, strict=True)
    ]
