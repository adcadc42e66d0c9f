"""Performance by impact as a drawing: axes, two lines, and a labelled dot with whiskers a process."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from app.boxes import Box, Segment
from app.charts import Scale, Tick, axis, text_width
from app.labels import Anchor, Label, Mark, place

PAD = 0.04
BEYOND = 0.6


@dataclass(frozen=True, slots=True)
class Frame:
    """A size of the drawing: the plot inside it, the largest dot, and how many ticks an axis takes."""

    width: float
    height: float
    plot: Box
    dot: float
    least: float
    ticks: int
    text: float
    vital_text: float
    caption: float


WIDE = Frame(840, 560, Box(46, 28, 826, 516), 9, 3.5, 6, 13, 14, 12)
NARROW = Frame(360, 400, Box(28, 24, 356, 360), 7, 3, 5, 13, 14, 12)


@dataclass(frozen=True, slots=True)
class Point:
    """One process: its name as this drawing shows it, performance on x, impact on y, and its answers."""

    key: str
    name: str
    x: float
    x_low: float | None
    x_high: float | None
    y: float
    y_low: float | None
    y_high: float | None
    n: int
    vital: bool = False
    perhaps: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written inside the plot: what the axis of impact means, and the rule on each of its lines."""

    impact: str = ""
    x_line: str = ""
    y_line: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    text: str
    x: float
    y: float
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Dot:
    """A process as drawn: its mark, and its label, a number of the key, or none where neither fits."""

    point: Point
    mark: Mark
    label: Label | None


@dataclass(frozen=True, slots=True)
class Scatter:
    """All that a template needs. `zone` is the vital corner; `key` explains the numbers, in their order."""

    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zone: Box
    x_line: Segment
    y_line: Segment
    captions: tuple[Caption, ...]
    dots: tuple[Dot, ...]
    key: tuple[tuple[int, Point], ...]
    unlabelled: tuple[Point, ...]


def scatter(
    points: Sequence[Point], x_cut: float, y_cut: float, words: Words | None = None, frame: Frame = WIDE
) -> Scatter:
    """The drawing of at least one process, between the cuts. Whiskers end at the plot's edge."""
    words, plot = words or Words(), frame.plot
    field = Box(plot.left, plot.top, plot.right, plot.bottom - 2.7 * frame.caption)
    x = _scale(points, "x", x_cut, field.left + frame.dot, field.right - frame.dot)
    y = _scale(points, "y", y_cut, field.bottom - frame.dot, field.top + frame.dot)
    marks = [_mark(point, x, y, frame, max(each.n for each in points)) for point in points]
    x_line = Segment(x.at(x_cut), plot.top, x.at(x_cut), plot.bottom - 1.4 * frame.caption)
    y_line = Segment(plot.left, y.at(y_cut), plot.right, y.at(y_cut))
    captions = _captions(words, frame, x_line, y_line, marks)
    taken = [_box(caption, frame.caption) for caption in captions]
    labels = place(marks, field, taken, (x_line, y_line))
    dots = tuple(Dot(*each) for each in zip(points, marks, labels, strict=True))
    numbered = [(dot.label.number, dot.point) for dot in dots if dot.label and dot.label.number]
    return Scatter(
        frame,
        _ticks(x, plot.left, plot.right, frame.ticks),
        _ticks(y, plot.bottom, plot.top, frame.ticks),
        Box(plot.left, plot.top, x_line.x1, y_line.y1),
        x_line,
        y_line,
        captions,
        dots,
        tuple(sorted(numbered, key=lambda entry: entry[0])),
        tuple(dot.point for dot in dots if not dot.label),
    )


def _scale(points: Sequence[Point], name: str, cut: float, start: float, end: float) -> Scale:
    """Holds dots and line; whiskers lengthen it by 60 % of that at most, so that none flattens the rest."""
    values = [cut, *(getattr(point, name) for point in points)]
    low, high = min(values), max(values)
    room = (high - low) or abs(high) or 1.0
    lows = [reach for point in points if (reach := getattr(point, f"{name}_low")) is not None]
    highs = [reach for point in points if (reach := getattr(point, f"{name}_high")) is not None]
    low, high = max(min([low, *lows]), low - BEYOND * room), min(max([high, *highs]), high + BEYOND * room)
    pad = PAD * (high - low) or 0.5 * room
    return Scale(low - pad, high + pad, start, end)


def _ticks(scale: Scale, start: float, end: float, most: int) -> tuple[Tick, ...]:
    """Ticks over the whole plot, which is a little wider than the scale of its dots."""
    step = (scale.high - scale.low) / (scale.end - scale.start)
    low, high = scale.low + (start - scale.start) * step, scale.low + (end - scale.start) * step
    return axis(Scale(low, high, start, end), most)


def _mark(point: Point, x: Scale, y: Scale, frame: Frame, most: int) -> Mark:
    across, up = x.at(point.x), y.at(point.y)
    low, high = (x.held(point.x if end is None else end) for end in (point.x_low, point.x_high))
    bottom, top = (y.held(point.y if end is None else end) for end in (point.y_low, point.y_high))
    return Mark(
        across,
        up,
        max(frame.least, frame.dot * sqrt(point.n / most)) if most else frame.least,
        Segment(low, up, high, up),
        Segment(across, top, across, bottom),
        point.name,
        point.note if point.vital else "",
        point.vital,
        frame.vital_text if point.vital else frame.text,
    )


def _captions(
    words: Words, frame: Frame, x_line: Segment, y_line: Segment, marks: Sequence[Mark]
) -> tuple[Caption, ...]:
    """The meaning of impact on the lowest row, and above it the rule of performance beside its line.

    The rule of impact stands along its line where that is free, else at the far end of the other's row.
    """
    plot, size = frame.plot, frame.caption
    row = plot.bottom - 1.75 * size
    rightwards = x_line.x1 + 5 + text_width(words.x_line, size) <= plot.right
    beside = Caption(words.x_line, x_line.x1 + (5 if rightwards else -5), row, "start" if rightwards else "end")
    drawn = [box for mark in marks for box in (mark.ball, mark.across.box(), mark.upright.box())]
    far: Caption = (
        Caption(words.y_line, plot.left + 6, row, "start")
        if x_line.x1 > (plot.left + plot.right) / 2
        else Caption(words.y_line, plot.right - 2, row, "end")
    )
    along = next(
        (
            caption
            for caption in _along(words.y_line, plot, y_line.y1, size)
            if not any(box.grown(2).meets(_box(caption, size)) for box in [*drawn, x_line.box()])
        ),
        far,
    )
    lowest = Caption(words.impact, plot.left + 6, plot.bottom - 0.5 * size, "start")
    return tuple(caption for caption in (lowest, beside, along) if caption.text)


def _along(text: str, plot: Box, y: float, size: float) -> list[Caption]:
    steps = range(int((plot.right - plot.left - text_width(text, size)) // 8))
    return [
        Caption(text, plot.right - 2 - 8 * step, baseline, "end")
        for step in steps
        for baseline in (y - 5, y + size + 1)
        if plot.top + size < baseline < plot.bottom - 3 * size
    ]


def _box(caption: Caption, size: float) -> Box:
    width = text_width(caption.text, size)
    left = caption.x if caption.anchor == "start" else caption.x - width
    return Box(left, caption.y - 0.82 * size, left + width, caption.y + 0.24 * size)
