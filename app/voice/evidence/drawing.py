"""Series of counts as pictures: small bars beside a rating, and one touchpoint's periods with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.charts import Scale, Tick, axis, span
from app.voice.evidence.queries import Point, Series

WIDE, HIGH, LEFT, FOOT, TOP = 720.0, 220.0, 44.0, 26.0, 10.0
MOST_BARS = 24


@dataclass(frozen=True)
class Bar:
    """A period of 0 to 100 high in a strip 1,000 wide; `state` is latest, open, hidden or ''."""

    x: float
    width: float
    y: float
    height: float
    state: str


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    low: float | None
    high: float | None
    state: str
    label: str


@dataclass(frozen=True)
class Chart:
    width: float
    height: float
    left: float
    base: float
    dots: Sequence[Dot]
    ticks: Sequence[Tick]
    line: str


def value(series: Series, point: Point) -> float | None:
    told = point.amount if series.timed else point.figure
    return told.value if told else None


def state(series: Series, point: Point) -> str:
    if point.open:
        return "open"
    if value(series, point) is None:
        return "hidden"
    return "latest" if point == series.latest else ""


def bars(series: Series) -> list[Bar]:
    """The last two years or so, each bar against the highest."""
    points = series.points[-MOST_BARS:]
    known = [value(series, point) or 0.0 for point in points]
    most, slot = max([*known, 1e-9]), 1000 / len(points)
    return [
        Bar(
            round(at * slot, 1),
            round(slot * 0.7, 1),
            round(100 - 100 * high / most, 1),
            round(100 * high / most, 1),
            how,
        )
        for at, (high, how) in enumerate(zip(known, [state(series, point) for point in points], strict=True))
    ]


def chart(series: Series) -> Chart:
    """Every period as a dot with its interval, from zero."""
    points = series.points[-60:]
    ends: list[float | None] = [0.0]
    for point in points:
        told = point.amount if series.timed else point.figure
        ends += [told.value, told.high] if told else []
    up = Scale(0.0, span(ends)[1], HIGH - FOOT, TOP)
    across = Scale(0, max(len(points) - 1, 1), LEFT + 12, WIDE - 12)
    every = max(1, -(-len(points) // 8))
    dots = []
    for at, point in enumerate(points):
        told = point.amount if series.timed else point.figure
        if told and told.value is not None:
            low, high = (None if end is None else round(up.held(end), 1) for end in (told.low, told.high))
            label = short(point) if (len(points) - 1 - at) % every == 0 else ""
            dots.append(
                Dot(round(across.at(at), 1), round(up.at(told.value), 1), low, high, state(series, point), label)
            )
    line = "M" + "L".join(f"{dot.x} {dot.y}" for dot in dots) if len(dots) > 1 else ""
    return Chart(WIDE, HIGH, LEFT, HIGH - FOOT, dots, axis(up, 5), line)


def short(point: Point) -> str:
    """A period under its dot: "Mar 26", "2 Mar", "14 Mar"."""
    first = point.first_day
    return f"{first:%b} {first:%y}" if point.days > 7 else f"{first.day} {first:%b}"


def finding(series: Series) -> str:
    """What the picture says, as a sentence: its title."""
    change, latest = series.rise or series.change, series.latest
    name, when = series.touchpoint, latest.words
    if value(series, latest) is None:
        return f"{name}: too few in {when} to be shown"
    if series.timed:
        return f"{name}: {value(series, latest):,.1f} {series.unit or 'as told'} in {when}"
    said = f"{latest.count:,} in {when}"
    if change is None or change.percent is None:
        return f"{name}: {said}"
    way = "more" if change.percent > 0 else "fewer"
    by = (
        f"{abs(change.percent):,.0f} % {way} than in {change.since}"
        if round(change.percent)
        else f"as in {change.since}"
    )
    chance = "beyond chance" if change.ratio.beyond_chance else "no more than chance explains"
    return f"{name}: {said}, {by}, {chance}"
