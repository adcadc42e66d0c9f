"""Ratings of one response in one row of bytes.

A wave has an ordered list of touchpoints, each with its scale, and that order is the layout of every response
of the wave: touchpoint after touchpoint, one byte each where the scale has up to 254 values, else two (little
end first).

    byte   two bytes   meaning
    0      0           the worst answer of the scale
    1      1           the next better one, and so on to the best
    254    65534       not applicable
    255    65535       no answer

Because 0 is always the worst, a scale that runs backwards needs no care after the import: `unpack` gives
values on the original range, turned so that higher is better (on [5, 1] the answer 1 reads as 5.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOT_APPLICABLE = -1
MISSING = -2
NARROW = 254
WIDE = 65_534


@dataclass(frozen=True)
class Scale:
    """From the worst answer to the best, in steps: Scale(1, 5), Scale(5, 1), Scale(0, 10, 0.5)."""

    worst: float
    best: float
    step: float = 1.0

    @property
    def values(self) -> int:
        return round(abs(self.best - self.worst) / self.step) + 1

    @property
    def width(self) -> int:
        return 1 if self.values <= NARROW else 2

    @property
    def low(self) -> float:
        return min(self.worst, self.best)

    def index(self, value: float) -> int | None:
        """How many steps the answer is better than the worst; None when it is not on the scale."""
        steps = (value - self.worst) / self.step * (1 if self.best > self.worst else -1)
        index = round(steps) if abs(steps) < WIDE else -1
        return index if 0 <= index < self.values and abs(steps - index) < 1e-9 else None

    def value(self, index: int) -> float:
        """The answer as it was written, from its index."""
        return self.worst + index * self.step * (1 if self.best > self.worst else -1)


def row_bytes(scales: Sequence[Scale]) -> int:
    return sum(scale.width for scale in scales)


def pack(indices: NDArray[np.int32], scales: Sequence[Scale]) -> NDArray[np.uint8]:
    """Responses x touchpoints (index on the scale, NOT_APPLICABLE or MISSING) as responses x row_bytes.

    One response is `packed[row].tobytes()`.
    """
    packed = np.empty((len(indices), row_bytes(scales)), dtype=np.uint8)
    for column, part in enumerate(parts(packed, scales)):
        pack_into(part, indices[:, column])
    return packed


def parts(packed: NDArray[np.uint8], scales: Sequence[Scale]) -> list[NDArray[np.uint8]]:
    """Of responses x row_bytes the bytes of each touchpoint, responses x width, as views."""
    starts = np.concatenate([[0], np.cumsum([scale.width for scale in scales])]).astype(int)
    return [packed[:, start : start + scale.width] for start, scale in zip(starts, scales, strict=False)]


def pack_into(part: NDArray[np.uint8], indices: NDArray[np.int32]) -> None:
    """Write one touchpoint's indices into its bytes, shape (responses, width)."""
    tail = np.where(indices == NOT_APPLICABLE, -2, -1)
    code = np.where(indices < 0, (1 << (8 * part.shape[1])) + tail, indices)
    part[:, 0] = code & 255
    if part.shape[1] == 2:
        part[:, 1] = code >> 8


def indices_in(part: NDArray[np.uint8]) -> NDArray[np.int32]:
    """One touchpoint's bytes, shape (responses, width), back as indices, NOT_APPLICABLE and MISSING."""
    code = part[:, 0].astype(np.int32)
    if part.shape[1] == 2:
        code |= part[:, 1].astype(np.int32) << 8
    top = 1 << (8 * part.shape[1])
    code[code == top - 2] = NOT_APPLICABLE
    code[code == top - 1] = MISSING
    return code


def unpack_indices(data: bytes, scales: Sequence[Scale], only: Sequence[int] | None = None) -> NDArray[np.int32]:
    """Concatenated rows back as responses x touchpoints of indices, NOT_APPLICABLE and MISSING.

    `only` names the touchpoints wanted, by their place in the layout. Raises ValueError when the data is not
    a whole number of rows.
    """
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, max(row_bytes(scales), 1))
    told = parts(rows, scales)
    wanted = range(len(scales)) if only is None else only
    indices = np.empty((len(rows), len(wanted)), dtype=np.int32, order="F")
    for column, which in enumerate(wanted):
        indices[:, column] = indices_in(told[which])
    return indices


def unpack(data: bytes, scales: Sequence[Scale], only: Sequence[int] | None = None) -> NDArray[np.float64]:
    """Concatenated rows as responses x touchpoints of values, higher better, NaN where there is no answer."""
    wanted = range(len(scales)) if only is None else only
    indices = unpack_indices(data, scales, wanted)
    values = np.empty(indices.shape, dtype=np.float64, order="F")
    for column, which in enumerate(wanted):
        values[:, column] = values_of(scales[which])[indices[:, column]]
    return values


def values_of(scale: Scale) -> NDArray[np.float64]:
    """The value of each index; as negative places NOT_APPLICABLE and MISSING find the two NaN at the end."""
    return np.concatenate([scale.low + np.arange(scale.values) * scale.step, [np.nan, np.nan]])
