"""Where labels of marks can stand: clear of marks, whiskers, captions and each other, or a number of a key.

Each label tries the places beside its mark, then places further off with a leader, then a number. Those that
matter most choose first. The same marks give the same places.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from math import cos, hypot, pi, sin
from typing import Literal

from app.boxes import Box, Segment
from app.charts import text_width

Anchor = Literal["start", "middle", "end"]
_Spot = tuple[float, float, Anchor, bool]

CLEAR_OF_MARKS = 2.0
CLEAR_OF_LABELS = 3.0
ASCENT, HEIGHT, LEADING = 0.82, 1.06, 1.15
LEADERS = (16.0, 26.0, 38.0, 52.0, 68.0, 88.0)
OFF_WHISKER = 4.0
DIRECTIONS = 16
LONGEST_LINE = 14
NUMBER = "88"
NUMBER_SIZE = 12.0
GRID = 12.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot with its two whiskers, and what it would like to say: a name, and a note on a line of its own."""

    x: float
    y: float
    r: float
    across: Segment
    upright: Segment
    name: str
    note: str = ""
    first: bool = False
    size: float = 13.0

    @property
    def ball(self) -> Box:
        return Box(self.x - self.r, self.y - self.r, self.x + self.r, self.y + self.r)

    def distance(self, box: Box) -> float:
        return box.distance(self.x, self.y) - self.r

    def covered_by(self, other: "Mark") -> bool:
        return hypot(self.x - other.x, self.y - other.y) < self.r + other.r + 2


@dataclass(frozen=True, slots=True)
class Label:
    """Lines with their baselines, at one x by their anchor. A `number` stands for the name: see the key."""

    lines: tuple[str, ...]
    x: float
    baselines: tuple[float, ...]
    anchor: Anchor
    box: Box
    leader: Segment | None = None
    number: int | None = None


Around = Callable[[Mark, float, float], Iterator[_Spot]]


@dataclass(slots=True)
class _Room:
    """What is taken: by the drawing for good, and by labels as they come."""

    area: Box
    marks: Sequence[Mark]
    captions: Sequence[Box]
    lines: Sequence[Segment]
    fixed: list[Box] = field(init=False)
    balls: list[Box] = field(init=False)
    labels: dict[int, Label] = field(default_factory=dict)
    found: dict[tuple[int, Around, bool], list[Label]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whiskers = [whisker.box() for mark in self.marks for whisker in (mark.across, mark.upright)]
        self.fixed = [box.grown(CLEAR_OF_MARKS) for box in (*whiskers, *self.captions)]
        self.balls = [mark.ball.grown(1) for mark in self.marks]

    def names(self, own: int, around: Around, struck: bool) -> list[Label]:
        """Places for a mark's name that only other labels could take, its note first if it has one.

        `struck` are those that a line of the drawing runs through.
        """
        key = own, around, struck
        if key not in self.found:
            sorted_out = {False: list[Label](), True: list[Label]()}
            for form in _forms(self.marks[own]):
                for label in _labels(self, own, self.marks[own], form, around):
                    sorted_out[any(line.crosses(label.box) for line in self.lines)].append(label)
            self.found.update({(own, around, which): labels for which, labels in sorted_out.items()})
        return self.found[key]

    def clear(self, box: Box) -> bool:
        """Inside, and off all that is drawn; labels apart."""
        return (
            self.area.holds(box)
            and not any(fixed.meets(box) for fixed in self.fixed)
            and not any(mark.distance(box) < CLEAR_OF_MARKS for mark in self.marks)
        )

    def plain(self, box: Box, own: int) -> bool:
        """Whether a label needs no leader to say whose it is: no other mark is as near."""
        reach = self.marks[own].distance(box)
        return all(mark.distance(box) > reach for i, mark in enumerate(self.marks) if i != own)

    def open(self, leader: Segment, own: int) -> bool:
        """Whether a leader runs over no caption and no mark, but for marks that cover its own."""
        mark = self.marks[own]
        others = [self.balls[i] for i, other in enumerate(self.marks) if not mark.covered_by(other)]
        return not any(leader.crosses(box) for box in (*others, *self.captions))

    def unlabelled(self) -> list[int]:
        return [i for i in range(len(self.marks)) if i not in self.labels]

    def clashes(self, label: Label, own: int) -> list[int]:
        return [i for i, other in self.labels.items() if i != own and _clash(label, other)]

    def take(self, own: int, places: Iterable[Label]) -> bool:
        """The first of the places that no label has taken."""
        free = next((label for label in places if not self.clashes(label, own)), None)
        if free:
            self.labels[own] = free
        return free is not None

    def make_way(self, own: int, places: Iterable[Label]) -> None:
        """Take a place that one other label stands in, if that one has another, be it as a number."""
        for label in places:
            in_the_way = self.clashes(label, own)
            if len(in_the_way) == 1:
                self.labels[own] = label
                if self.take(in_the_way[0], self.elsewhere(in_the_way[0], label)):
                    return
                del self.labels[own]

    def elsewhere(self, own: int, wanted: Label) -> Iterator[Label]:
        """Other places of a label; as a number only for another number."""
        for way in WAYS:
            yield from self.names(own, *way)
        if wanted.number is not None:
            yield from _numbers(self, own)


def place(
    marks: Sequence[Mark], area: Box, captions: Sequence[Box] = (), lines: Sequence[Segment] = ()
) -> tuple[Label | None, ...]:
    """A label for every mark, in their order, within the area and off the captions.

    Lines are avoided if there is a choice. A number of the key where no name fits, None where not even that.
    """
    room = _Room(area, marks, captions, lines)
    for around, struck in WAYS:
        wanting = room.unlabelled()
        places = {i: room.names(i, around, struck) for i in wanting}
        for i in sorted(wanting, key=lambda i: (not marks[i].first, len(places[i]), i)):
            room.take(i, places[i])
    for i in room.unlabelled():
        room.make_way(i, [label for way in WAYS for label in room.names(i, *way)])
    for i in room.unlabelled():
        room.take(i, _numbers(room, i))
    for i in room.unlabelled():
        room.make_way(i, _numbers(room, i))
    return _numbered(room)


def _numbers(room: _Room, own: int) -> Iterator[Label]:
    mark = replace(room.marks[own], size=NUMBER_SIZE, note="")
    for around in (_beside, _away, partial(_anywhere, room.area)):
        for label in _labels(room, own, mark, (NUMBER,), around):
            yield replace(label, number=0)


def _forms(mark: Mark) -> Iterator[tuple[str, ...]]:
    if mark.note:
        yield mark.name, mark.note
    yield (mark.name,)
    words = mark.name.split()
    if len(mark.name) > LONGEST_LINE and len(words) > 1:
        cuts = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
        yield min(cuts, key=lambda cut: max(map(len, cut)))


def _labels(room: _Room, own: int, mark: Mark, form: tuple[str, ...], around: Around) -> Iterator[Label]:
    """Labels in the places around a mark that only other labels could take."""
    width = max(text_width(line, mark.size) for line in form)
    height = mark.size * (HEIGHT + LEADING * (len(form) - 1))
    for left, top, anchor, joined in around(mark, width, height):
        box = Box(left, top, left + width, top + height)
        if not room.clear(box) or not (joined or room.plain(box, own)):
            continue
        leader = _leader(mark, box) if joined else None
        if leader and not room.open(leader, own):
            continue
        x = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[anchor]
        baselines = tuple(top + mark.size * (ASCENT + LEADING * i) for i in range(len(form)))
        yield Label(form, x, baselines, anchor, box, leader)


def _beside(mark: Mark, width: float, height: float) -> Iterator[_Spot]:
    """The four corners between the whiskers, then the four ends of the whiskers."""
    gap = CLEAR_OF_MARKS + 1
    for reach in (mark.r * 0.6 + gap, mark.r + gap):
        right, left, above, below = (
            mark.x + reach,
            mark.x - reach - width,
            mark.y - reach - height,
            mark.y + reach,
        )
        yield from ((right, above, "start", False), (left, above, "end", False))
        yield from ((right, below, "start", False), (left, below, "end", False))
    middle, centre = mark.y - height / 2, mark.x - width / 2
    yield max(mark.across.x2, mark.x + mark.r) + gap, middle, "start", False
    yield min(mark.across.x1, mark.x - mark.r) - gap - width, middle, "end", False
    yield centre, min(mark.upright.y1, mark.y - mark.r) - gap - height, "middle", False
    yield centre, max(mark.upright.y2, mark.y + mark.r) + gap, "middle", False


def _away(mark: Mark, width: float, height: float) -> Iterator[_Spot]:
    """Rings around the mark, with a leader back to it."""
    for reach, turn in product(LEADERS, range(DIRECTIONS)):
        across, up = cos(2 * pi * (turn + 0.5) / DIRECTIONS), -sin(2 * pi * (turn + 0.5) / DIRECTIONS)
        centre, middle = (
            mark.x + across * (mark.r + reach + width / 2),
            mark.y + up * (mark.r + reach + height / 2),
        )
        anchor: Anchor = "start" if across > 0 else "end"
        yield centre - width / 2, middle - height / 2, anchor, True


def _anywhere(area: Box, mark: Mark, width: float, height: float) -> Iterator[_Spot]:
    """Every place of a grid, the nearest first."""
    columns, rows = int((area.right - area.left) // GRID), int((area.bottom - area.top) // GRID)
    corners = [(area.left + GRID * i, area.top + GRID * j) for i, j in product(range(columns), range(rows))]
    for left, top in sorted(corners, key=lambda at: hypot(at[0] - mark.x, at[1] - mark.y)):
        yield left, top, "start", True


def _leader(mark: Mark, box: Box) -> Segment:
    """From the mark's rim to the nearest corner or middle of a side of its label that is off the whiskers.

    A leader along a whisker would look like a longer interval.
    """
    sides = box.grown(1)
    ends = product((sides.left, (sides.left + sides.right) / 2, sides.right), (sides.top, sides.bottom))
    edges = ((sides.left, (sides.top + sides.bottom) / 2), (sides.right, (sides.top + sides.bottom) / 2))

    def badness(end: tuple[float, float]) -> tuple[bool, float]:
        dx, dy = abs(end[0] - mark.x), abs(end[1] - mark.y)
        return min(dx, dy) < OFF_WHISKER, hypot(dx, dy)

    x, y = min((*ends, *edges), key=badness)
    far = hypot(x - mark.x, y - mark.y) or 1.0
    return Segment(mark.x + (x - mark.x) * mark.r / far, mark.y + (y - mark.y) * mark.r / far, x, y)


def _clash(one: Label, other: Label) -> bool:
    apart = one.box.grown(CLEAR_OF_LABELS)
    if apart.meets(other.box):
        return True
    if one.leader and one.leader.crosses(other.box.grown(1)):
        return True
    return bool(other.leader and other.leader.crosses(one.box.grown(1)))


WAYS: tuple[tuple[Around, bool], ...] = ((_beside, False), (_away, False), (_beside, True), (_away, True))


def _numbered(room: _Room) -> tuple[Label | None, ...]:
    """Numbers from 1 in the order in which they are read: from the top, then from the left."""
    read = sorted(
        (i for i, label in room.labels.items() if label.number is not None),
        key=lambda i: (room.labels[i].box.top, room.labels[i].box.left, i),
    )
    for number, i in enumerate(read, start=1):
        room.labels[i] = replace(room.labels[i], lines=(str(number),), number=number)
    return tuple(room.labels.get(i) for i in range(len(room.marks)))
