"""A profile: one row an item, levels 1 to 5 along it; places for marks, wide and for a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.charts import Scale
from app.diagnosis.items import Item

WIDTH, FROM, TO, ROW, HEAD = 800.0, 260.0, 776.0, 36.0, 40.0
NARROW, INSET, DEEP = 360.0, 20.0, 58.0
FADED = 3  # how many former profiles are drawn


@dataclass(frozen=True, slots=True)
class Told:
    """What is drawn of one item. Former levels stand latest first, one for each former diagnosis."""

    item: Item
    level: int | None
    former: Sequence[int | None]
    departments: Sequence[float]
    customers: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    told: Told
    y: float
    label: float
    x: float | None
    departments: tuple[float, ...]
    customers: float | None
    former: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A run of rows under a heading, joined by lines: of today's answers, and of each former diagnosis."""

    name: str
    y: float
    marks: tuple[Mark, ...]
    line: str
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    width: float
    height: float
    groups: tuple[Group, ...]
    ticks: Mapping[int, float]
    near: float
    far: float


def profile(groups: Sequence[tuple[str, Sequence[Told]]], *, narrow: bool = False) -> Profile:
    scale = Scale(1, 5, INSET, NARROW - INSET) if narrow else Scale(1, 5, FROM, TO)
    row, at, made = (DEEP if narrow else ROW), 24.0, []
    for name, told in groups:
        marks = tuple(mark(one, scale, at + HEAD + row * place, narrow) for place, one in enumerate(told))
        count = min(FADED, max((len(one.former) for one in told), default=0))
        former = tuple(joined([(m.former[n], m.y) for m in marks if n < len(m.former)]) for n in range(count))
        made.append(Group(name, at + 18, marks, joined([(m.x, m.y) for m in marks]), former))
        at += HEAD + row * len(told)
    ticks = {level: scale.at(level) for level in range(1, 6)}
    ends = (scale.start, scale.end)
    return Profile(NARROW if narrow else WIDTH, at + 4, tuple(made), ticks, *ends)


def mark(one: Told, scale: Scale, top: float, narrow: bool) -> Mark:
    y = top + (34 if narrow else 14)
    places = tuple(scale.at(mean) for mean in one.departments)
    return Mark(
        one,
        y,
        top + 12 if narrow else y + 4,
        None if one.level is None else scale.at(one.level),
        places,
        None if one.customers is None else scale.at(one.customers),
        tuple(None if level is None else scale.at(level) for level in one.former[:FADED]),
    )


def joined(places: Sequence[tuple[float | None, float]]) -> str:
    """A line through what is known, broken where an item has no level."""
    path, pen = "", False
    for x, y in places:
        if x is not None:
            path += f"{'L' if pen else 'M'}{x:.1f} {y:.1f}"
        pen = x is not None
    return path
