"""A journey as a curve: places for its marks, wide with stages as columns, and downwards for a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from app.charts import Scale, Tick, axis, text_width
from app.voice.journeys.queries import Point

WIDTH, LEFT, RIGHT, TOP, DEEP, FOOT = 1000.0, 72.0, 20.0, 44.0, 250.0, 128.0
TALL, SIDE, FROM, ROW, HEAD = 360.0, 12.0, 158.0, 42.0, 30.0
SMALL, LETTERS = 12.0, 26


@dataclass(frozen=True, slots=True)
class Mark:
    """One touchpoint: (x, y) is its figure's place, None where there is none; low to high runs along the scale."""

    point: Point
    x: float
    y: float
    known: bool
    low: float | None
    high: float | None
    other: float | None
    deepest: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A stage: from start to end along the journey, its name in lines."""

    lines: tuple[str, ...]
    start: float
    end: float
    shaded: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """curve and other are SVG paths, broken where nobody asks; bridges cross such gaps as dots."""

    width: float
    height: float
    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    near: float
    far: float
    curve: str
    bridges: str
    other: str


def valleys(points: Sequence[Point], most: int = 2) -> list[Point]:
    """Where the curve is no higher than just before and just after, and not above its own mean; deepest first.

    Beyond a place that nobody asks about there is no neighbour.
    """
    known = [one.value for one in points if one.value is not None]
    if not known:
        return []
    middle = sum(known) / len(known)
    heights = [float("inf") if one.value is None else one.value for one in points]
    around = zip(points, [float("inf"), *heights], [*heights[1:], float("inf")], strict=False)
    low = [one for one, before, after in around if one.value is not None and one.value <= min(before, after, middle)]
    return sorted(low, key=lambda one: one.value or 0)[:most]


def ends_of(points: Sequence[Point]) -> tuple[float, float]:
    return next((one.line.ends for one in points if one.line), (0.0, 100.0))


def stages_of(points: Sequence[Point]) -> list[tuple[str, list[Point]]]:
    return [(own[0].placed.stage, own) for own in (list(group) for _, group in groupby(points, stage_id))]


def stage_id(one: Point) -> int:
    return one.placed.stage_id


def wide(points: Sequence[Point]) -> Curve:
    low, high = ends_of(points)
    scale = Scale(low, high, TOP + DEEP, TOP + 8)
    stages = stages_of(points)
    shares = [max(len(own), 1.6) for _, own in stages]
    unit = (WIDTH - LEFT - RIGHT) / (sum(shares) or 1)
    columns, marks, at, deepest = [], [], LEFT, valleys(points)
    for number, ((name, own), share) in enumerate(zip(stages, shares, strict=True)):
        columns.append(Column(wrapped(name, share * unit - 10, 13), at, at + share * unit, number % 2 == 1))
        for place, one in enumerate(own):
            x = at + share * unit * (place + 0.5) / len(own)
            marks.append(mark(one, scale, deepest, across=x))
        at += share * unit
    paths = joined([(m.x, m.y) if m.known else None for m in marks], across=True)
    other = joined([(m.x, m.other) if m.other is not None else None for m in marks], across=True)
    ticks = axis(scale, 6)
    return Curve(WIDTH, TOP + DEEP + FOOT, tuple(columns), tuple(marks), ticks, LEFT, WIDTH - RIGHT, *paths, other[0])


def tall(points: Sequence[Point]) -> Curve:
    low, high = ends_of(points)
    scale = Scale(low, high, FROM, TALL - SIDE)
    columns, marks, at, deepest = [], [], HEAD, valleys(points)
    for number, (name, own) in enumerate(stages_of(points)):
        deep = HEAD + ROW * len(own)
        columns.append(Column(wrapped(name, TALL - 20, 13)[:1], at, at + deep, number % 2 == 1))
        for place, one in enumerate(own):
            marks.append(mark(one, scale, deepest, down=at + HEAD + ROW * (place + 0.5)))
        at += deep
    paths = joined([(m.x, m.y) if m.known else None for m in marks], across=False)
    other = joined([(m.other, m.y) if m.other is not None else None for m in marks], across=False)
    return Curve(TALL, at + 8, tuple(columns), tuple(marks), axis(scale, 4), FROM, TALL - SIDE, *paths, other[0])


def mark(one: Point, scale: Scale, deepest: Sequence[Point], across: float | None = None, down: float = 0.0) -> Mark:
    """A touchpoint's place: its figure goes upwards where it stands `across`, else to the right."""
    estimate = one.line.estimate if one.line else None
    known = estimate is not None and estimate.value is not None
    value = estimate.value if estimate else None
    at = scale.held(value) if value is not None else scale.start
    low = scale.held(estimate.low) if estimate and estimate.low is not None else None
    high = scale.held(estimate.high) if estimate and estimate.high is not None else None
    was = one.line.was if one.line else None
    other = scale.held(was) if was is not None else None
    x, y = (across, at) if across is not None else (at, down)
    lines = (shortened(one.placed.name, 23),) if across is not None else wrapped(one.placed.name, FROM - 26, 12)
    return Mark(one, x, y, known, low, high, other, any(one is low_ for low_ in deepest), lines)


def joined(places: Sequence[tuple[float, float] | None], *, across: bool) -> tuple[str, str]:
    """A smooth line through neighbours that never passes beyond either; and dotted bridges over what is not known."""
    line, bridges, pen, last = "", "", False, None
    for before, here in pairwise([None, *places]):
        if here is None:
            pen = False
        elif before is not None and pen:
            line += bend(before, here, across=across)
        else:
            if last is not None:
                bridges += f"M{last[0]:.1f} {last[1]:.1f}L{here[0]:.1f} {here[1]:.1f}"
            line += f"M{here[0]:.1f} {here[1]:.1f}"
            pen = True
        last = here or last
    return line, bridges


def bend(one: tuple[float, float], two: tuple[float, float], *, across: bool) -> str:
    middle = (one[0] + two[0]) / 2 if across else (one[1] + two[1]) / 2
    first = (middle, one[1]) if across else (one[0], middle)
    second = (middle, two[1]) if across else (two[0], middle)
    return "C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in (first, second, two))


def shortened(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def wrapped(name: str, width: float, size: float) -> tuple[str, ...]:
    """At most two lines of this width; what is longer ends in dots."""
    lines: list[str] = []
    for word in name.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    letters = max(4, int(width / (size * 0.58)))
    kept = lines[:2] if len(lines) <= 2 else [lines[0], f"{lines[1]} …"]
    return tuple(shortened(line, letters) for line in kept)
