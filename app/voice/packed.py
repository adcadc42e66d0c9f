"""What one response's three columns of bytes hold. Ratings: see importing.packing.

outcomes   one float64 an outcome, little end first, NaN where it was not answered; higher is better
segments   one uint16 a segment, little end first: the place of the label, 65535 where there is none
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NO_LABEL = 65_535
MOST_LABELS = 5_000


def pack_outcomes(values: Sequence[Floats], n: int) -> NDArray[np.uint8]:
    """One array of n values an outcome as n rows of bytes."""
    table = np.column_stack(values).astype("<f8") if values else np.empty((n, 0), dtype="<f8")
    return np.ascontiguousarray(table).view(np.uint8).reshape(n, -1)


def unpack_outcomes(data: bytes, outcomes: int) -> Floats:
    """Concatenated rows back as responses x outcomes."""
    return np.frombuffer(data, dtype="<f8").reshape(-1, outcomes).astype(np.float64)


def labelled(labels: Sequence[str | None]) -> tuple[list[str], NDArray[np.uint16]]:
    """The labels of a segment in order, and of each response the place of its own."""
    known = sorted({label for label in labels if label})
    places = {label: place for place, label in enumerate(known)}
    return known, np.array([places[label] if label else NO_LABEL for label in labels], dtype="<u2")


def pack_segments(places: Sequence[NDArray[np.uint16]], n: int) -> NDArray[np.uint8]:
    table = np.column_stack(places).astype("<u2") if places else np.empty((n, 0), dtype="<u2")
    return np.ascontiguousarray(table).view(np.uint8).reshape(n, -1)


def unpack_segments(data: bytes, segments: int) -> NDArray[np.int32]:
    """Concatenated rows back as responses x segments, -1 where there is no label."""
    places = np.frombuffer(data, dtype="<u2").reshape(-1, segments).astype(np.int32)
    places[places == NO_LABEL] = -1
    return places
