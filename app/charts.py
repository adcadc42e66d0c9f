"""Geometry of our own SVG charts: numbers in, places out; templates draw them (see scatter too)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Literal
from unicodedata import combining, east_asian_width, normalize

WHOLE = 1000.0
NARROW_LETTERS, SLIM_LETTERS, WIDE_LETTERS = "ijl.,:;'!/|()[]", "ftr-I\\{}", "mwMW@%"


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to places; `start` may lie beyond `end`, as upwards in SVG."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def held(self, value: float) -> float:
        """The place of a value, kept between the ends."""
        return self.at(min(max(value, self.low), self.high))


@dataclass(frozen=True, slots=True)
class Tick:
    value: float
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure on a line of 0..1000: its dot, its interval, a reference, last wave's figure.

    `cut_low` and `cut_high` say that the interval goes on beyond the line. What is not known is None.
    """

    point: float | None
    low: float | None
    high: float | None
    reference: float | None
    was: float | None
    cut_low: bool
    cut_high: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage of a pipeline: `length` of 0..1000 against the longest, `kept` against the stage before."""

    name: str
    n: int
    length: float
    kept: float | None


@dataclass(frozen=True, slots=True)
class Station:
    """A stop on the small trail, and the stretch that leads to it."""

    x: float
    state: Literal["behind", "here", "ahead"]
    stretch: tuple[float, float] | None


def ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most `most` round values (steps of 1, 2 or 5 times a power of ten) from low to high, both included.

    Refuses (ValueError) a range that does not run upwards.
    """
    if not (isfinite(low) and isfinite(high) and low < high) or most < 1:
        raise ValueError("Ticks need a range that runs upwards.")
    power = 10.0 ** floor(log10((high - low) / most))
    for step in (power * times for times in (1, 2, 5, 10, 20, 50)):
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first < most:
            return tuple(round(i * step, 12) + 0.0 for i in range(first, last + 1))
    return ()


def axis(scale: Scale, most: int) -> tuple[Tick, ...]:
    """Ticks with their places and with as many digits as their step needs."""
    values = ticks(scale.low, scale.high, most)
    digits = next(d for d in range(13) if all(abs(round(v, d) - v) < 1e-9 * max(1, abs(v)) for v in values))
    return tuple(Tick(value, scale.at(value), f"{value:.{digits}f}") for value in values)


def span(values: Iterable[float | None], most: int = 6) -> tuple[float, float]:
    """Round ends that hold all the values, for the rows of a table to share; 0 to 1 without values."""
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if low == high:
        low, high = low - 0.5, high + 0.5
    marks = ticks(low, high, most)
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    return round(floor(low / step + 1e-9) * step, 12), round(ceil(high / step - 1e-9) * step, 12)


def interval(
    ends: tuple[float, float],
    value: float | None,
    low: float | None,
    high: float | None,
    reference: float | None = None,
    was: float | None = None,
) -> Interval:
    """A figure's line from `ends`; what lies beyond is drawn at the end, a reference beyond is left out."""
    scale = Scale(*ends, 0.0, WHOLE)

    def held(figure: float | None) -> float | None:
        return None if figure is None else round(scale.held(figure), 1)

    inside = reference is not None and ends[0] <= reference <= ends[1]
    return Interval(
        held(value),
        held(low),
        held(high),
        held(reference) if inside else None,
        held(was),
        low is not None and low < ends[0],
        high is not None and high > ends[1],
    )


def bars(stages: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    """A pipeline from (stage, how many): the longest fills the line, none at all is no bar."""
    most = max((n for _, n in stages), default=0)
    before = [None, *(n for _, n in stages)]
    return tuple(
        Bar(name, n, round(WHOLE * n / most, 1) if most else 0.0, n / earlier if earlier else None)
        for (name, n), earlier in zip(stages, before, strict=False)
    )


def trail(stops: int, here: int | None, gap: float = 12.0, edge: float = 4.0) -> tuple[Station, ...]:
    """The small trail of a list: `here` counts from 0; None when everything lies behind."""
    now = stops if here is None else here

    def state(stop: int) -> Literal["behind", "here", "ahead"]:
        return "behind" if stop < now else "here" if stop == now else "ahead"

    places = [edge + gap * stop for stop in range(stops)]
    return tuple(Station(x, state(stop), (places[stop - 1], x) if stop else None) for stop, x in enumerate(places))


def text_width(text: str, size: float) -> float:
    """About how wide a text is drawn, and not less than in the page's own sans."""
    return size * sum(_letter(letter) for letter in normalize("NFD", text))


def _letter(letter: str) -> float:
    if combining(letter):
        return 0.0
    if letter in NARROW_LETTERS or letter == " ":
        return 0.33
    if letter in SLIM_LETTERS:
        return 0.42
    if letter in WIDE_LETTERS:
        return 0.93
    if east_asian_width(letter) in "WF":
        return 1.0
    return 0.61 if letter.isascii() and (letter.islower() or letter.isdigit()) else 0.7
