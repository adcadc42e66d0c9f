"""Which cells of a table are not shown, so that none can be worked out from its margins.

A table is an array of counts with one axis a segment; what is shown beside it is every margin: sums over any axes, the
total too. Every line (the cells along one axis, and their sum) is an equation between figures that are shown or
withheld. Withheld is each figure of fewer answers than the smallest cell; then, until nothing changes, the next
smallest of a line with one withheld figure alone, or whose withheld figures together stay below the smallest cell; and
of a line with a figure that follows from all the equations together. Figures of nobody are no secret and hide nothing.
(Cox, "Suppression methodology and statistical disclosure control", JASA 75, 1980: complementary suppression.)
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Hidden = NDArray[np.bool_]
Place = tuple[int, ...]
Line = list[Place]


def extended(counts: Counts) -> Counts:
    """With a margin at the end of every axis."""
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    return counts


def withheld(counts: Counts, smallest: int) -> Hidden:
    """Of the extended table, what is not shown."""
    whole = extended(np.asarray(counts, dtype=np.int64))
    hidden = (whole > 0) & (whole < smallest)
    if not hidden.any():
        return hidden
    known = list(lines(whole.shape))
    while hide_more(whole, hidden, known, smallest) or hide_what_follows(whole, hidden, known):
        pass
    return hidden


def lines(shape: tuple[int, ...]) -> Iterator[Line]:
    """The places along every axis; the last of each line is the sum of the others."""
    for axis, length in enumerate(shape):
        for rest in product(*(range(size) for other, size in enumerate(shape) if other != axis)):
            yield [(*rest[:axis], at, *rest[axis:]) for at in range(length)]


def hide_more(whole: Counts, hidden: Hidden, known: list[Line], smallest: int) -> bool:
    """What one line alone gives away; whether something was hidden."""
    found = False
    for line in known:
        gone = [place for place in line if hidden[place]]
        if not gone:
            continue
        told_sum = line[-1] not in gone and sum(int(whole[place]) for place in gone) < smallest
        if (len(gone) < 2 or told_sum) and (place := next_smallest(whole, hidden, line)):
            hidden[place] = found = True
    return found


def next_smallest(whole: Counts, hidden: Hidden, line: Line) -> Place | None:
    """Of what is shown in a line; its sum last."""
    shown = [place for place in line if not hidden[place] and whole[place] > 0]
    order = sorted(shown, key=lambda place: (place == line[-1], margins(place, whole.shape), whole[place], place))
    return order[0] if order else None


def margins(place: Place, shape: tuple[int, ...]) -> int:
    return sum(at == size - 1 for at, size in zip(place, shape, strict=True))


def hide_what_follows(whole: Counts, hidden: Hidden, known: list[Line]) -> bool:
    """A figure that the equations determine, although no single line does."""
    places = [tuple(int(at) for at in place) for place in np.argwhere(hidden)]
    number = {place: at for at, place in enumerate(places)}
    rows = [row for line in known if (row := equation(line, number)).any()]
    if not rows:
        return False
    inverse = np.linalg.pinv(np.array(rows)) @ np.array(rows)
    for place in (place for place, at in number.items() if inverse[at, at] > 1 - 1e-9):
        for line in known:
            if place in line and (other := next_smallest(whole, hidden, line)):
                hidden[other] = True
                return True
    return False


def equation(line: Line, number: dict[Place, int]) -> NDArray[np.float64]:
    row = np.zeros(len(number))
    for place in line[:-1]:
        if place in number:
            row[number[place]] = 1
    if line[-1] in number:
        row[number[line[-1]]] = -1
    return row
