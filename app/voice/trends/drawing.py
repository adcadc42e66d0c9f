"""The picture of a trend: where its points, intervals, breaks and words stand. SVG's way round: y grows downwards."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from app.charts import Scale, Tick, axis, span, text_width
from app.voice.trends.trend import Point, Trend

SMALL = 12.0


@dataclass(frozen=True)
class Mark:
    """One point. `hollow` is where the figure with the other weights stands."""

    x: float
    y: float
    low: float | None
    high: float | None
    hollow: float | None
    words: str


@dataclass(frozen=True)
class Break:
    x: float
    words: str


@dataclass(frozen=True)
class Drawn:
    """A line: its marks, the strokes between those that can be compared, and its name at the end."""

    name: str
    marks: tuple[Mark, ...]
    strokes: tuple[tuple[Mark, Mark, bool], ...]
    quiet: bool
    name_at: tuple[float, float] | None


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    lines: tuple[Drawn, ...]
    breaks: tuple[Break, ...]
    y_ticks: tuple[Tick, ...]
    x_words: tuple[tuple[float, str, str], ...]


def picture(trends: Sequence[Trend], width: float, height: float, digits: int, unit: str) -> Picture | None:
    """None where nothing can be drawn."""
    points = [point for trend in trends for point in trend.points if point.figure]
    if not points:
        return None
    left, right, top, bottom = 46.0, width - 16.0, 14.0, height - 44.0
    low, high = span(figures(points), 5)
    scale = Scale(low, high, bottom, top)
    places = across(trends[0].points, left + 24, right - (96 if len(trends) > 1 else 24))
    lines = tuple(
        drawn(trend, scale, places, digits, unit, number < len(trends) - 1) for number, trend in enumerate(trends)
    )
    names = part_names(lines)
    return Picture(
        width,
        height,
        left,
        right,
        top,
        bottom,
        names if len(trends) > 1 else lines,
        tuple(breaks_of(trends, places)),
        axis(scale, 5),
        tuple(words_below(trends[0].points, places)),
    )


def figures(points: Sequence[Point]) -> list[float | None]:
    found: list[float | None] = []
    for point in points:
        for figure in (point.figure, point.other):
            if figure:
                found += [figure.estimate.value]
        if point.figure:
            found += [point.figure.estimate.low, point.figure.estimate.high]
    return found


def across(points: Sequence[Point], start: float, end: float) -> dict[str, float]:
    """Each point at its time, where that leaves room for each; else in equal steps."""
    days = [point.on.toordinal() for point in points]
    if len(days) < 2 or days[0] == days[-1]:
        return {point.key: (start + end) / 2 for point in points}
    by_time = Scale(days[0], days[-1], start, end)
    places = [by_time.at(day) for day in days]
    if min(b - a for a, b in itertools.pairwise(places)) < 20:
        even = Scale(0, len(days) - 1, start, end)
        places = [even.at(number) for number in range(len(days))]
    return {point.key: place for point, place in zip(points, places, strict=True)}


def drawn(trend: Trend, scale: Scale, places: dict[str, float], digits: int, unit: str, quiet: bool) -> Drawn:
    marks: list[tuple[Point, Mark]] = [
        (point, mark(point, scale, places[point.key] - (6 if quiet else 0), digits, unit))
        for point in trend.points
        if point.figure and point.value is not None and point.key in places
    ]
    strokes = []
    for (_, before), (point, after) in itertools.pairwise(marks):
        if not point.broken:
            strokes.append((before, after, bool(point.since and point.since.certain)))
    last = marks[-1][1] if marks else None
    return Drawn(
        trend.name, tuple(one for _, one in marks), tuple(strokes), quiet, (last.x + 12, last.y + 4) if last else None
    )


def mark(point: Point, scale: Scale, x: float, digits: int, unit: str) -> Mark:
    assert point.figure is not None
    estimate, other = point.figure.estimate, point.other.estimate.value if point.other else None

    def at(value: float | None) -> float | None:
        return None if value is None else scale.held(value)

    words = f"{point.name}: {estimate.value:.{digits}f}{unit}"
    return Mark(x, scale.held(estimate.value or 0.0), at(estimate.low), at(estimate.high), at(other), words)


def part_names(lines: tuple[Drawn, ...]) -> tuple[Drawn, ...]:
    """The names at the ends of two lines, moved apart where they would touch."""
    one, other = lines[0], lines[-1]
    if not one.name_at or not other.name_at:
        return lines
    (x, y), (x2, y2) = one.name_at, other.name_at
    x = x2 = max(x, x2) + 6
    if abs(y - y2) < 15:
        middle, up = (y + y2) / 2, y <= y2
        y, y2 = (middle - 8, middle + 8) if up else (middle + 8, middle - 8)
    return (
        Drawn(one.name, one.marks, one.strokes, one.quiet, (x, y)),
        Drawn(other.name, other.marks, other.strokes, other.quiet, (x2, y2)),
    )


def breaks_of(trends: Sequence[Trend], places: dict[str, float]) -> list[Break]:
    """Between the two points that cannot be compared."""
    points = trends[0].points
    return [
        Break((places[before.key] + places[after.key]) / 2, after.broken)
        for before, after in itertools.pairwise(points)
        if after.broken
    ]


def words_below(points: Sequence[Point], places: dict[str, float]) -> list[tuple[float, str, str]]:
    """When each was asked, left out where it would touch the one before."""
    found: list[tuple[float, str, str]] = []
    end = -1e9
    for point in points:
        first = point.name if point.key == point.name else f"{point.on:%b %Y}"
        second = f"n {point.n:,}" if point.figure else "withheld"
        half = max(text_width(first, SMALL), text_width(second, SMALL)) / 2
        if places[point.key] - half > end + 6:
            found.append((places[point.key], first, second))
            end = places[point.key] + half
    return found


@dataclass(frozen=True)
class Spark:
    """A small line of 0 to 1000 by 0 to 100: strokes between points, and the points."""

    strokes: tuple[tuple[float, float, float, float], ...]
    points: tuple[tuple[float, float], ...]
    bars: tuple[tuple[float, float, float], ...]


def spark(trend: Trend, ends: tuple[float, float]) -> Spark:
    told = [point for point in trend.points if point.figure and point.value is not None]
    scale = Scale(*ends, 92.0, 8.0)
    places = across(trend.points, 40.0, 960.0)
    at = [(places[point.key], scale.held(point.value or 0.0)) for point in told]
    strokes = [
        (*before, *after) for before, after, point in zip(at, at[1:], told[1:], strict=False) if not point.broken
    ]
    bars = [
        (places[point.key], scale.held(point.figure.estimate.low), scale.held(point.figure.estimate.high))
        for point in told
        if point.figure and point.figure.estimate.low is not None and point.figure.estimate.high is not None
    ]
    return Spark(tuple(strokes), tuple(at), tuple(bars))
