"""A process over its waves, as geometry: one small chart for performance and one for impact, drawn in templates."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.charts import Scale, Tick, axis, span
from app.estimates import Estimate

WIDTH, HEIGHT = 340.0, 168.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 18.0, 22.0, 26.0


@dataclass(frozen=True)
class Mark:
    """One wave's figure; `low` and `high` are None where it has no interval."""

    x: float
    y: float
    low: float | None
    high: float | None
    value: str
    label: str
    vital: bool


@dataclass(frozen=True)
class Trend:
    title: str
    marks: Sequence[Mark]
    ticks: Sequence[Tick]
    line: str
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True)
class At:
    """What is drawn of one wave."""

    label: str
    estimate: Estimate
    vital: bool


def trend(title: str, points: Sequence[At], digits: int) -> Trend | None:
    """Oldest first, evenly spaced; None below two waves, which a table says better."""
    known = [point for point in points if point.estimate.value is not None]
    if len(known) < 2:
        return None
    ends = span([end for one in known for end in (one.estimate.value, one.estimate.low, one.estimate.high)], 4)
    up = Scale(*ends, HEIGHT - BOTTOM, TOP)
    across = Scale(0, len(known) - 1, LEFT + 22, WIDTH - RIGHT - 22)
    marks = [mark(point, across.at(place), up, digits) for place, point in enumerate(known)]
    line = "M" + "L".join(f"{one.x:.1f} {one.y:.1f}" for one in marks)
    return Trend(title, marks, axis(up, 4), line)


def mark(point: At, x: float, up: Scale, digits: int) -> Mark:
    estimate = point.estimate
    assert estimate.value is not None
    return Mark(
        round(x, 1),
        round(up.at(estimate.value), 1),
        None if estimate.low is None else round(up.at(estimate.low), 1),
        None if estimate.high is None else round(up.at(estimate.high), 1),
        f"{estimate.value:.{digits}f}",
        point.label,
        point.vital,
    )
