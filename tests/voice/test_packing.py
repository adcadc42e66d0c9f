"""Ratings go into bytes and come back."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.voice.importing.packing import (
    MISSING,
    NOT_APPLICABLE,
    Scale,
    pack,
    row_bytes,
    unpack,
    unpack_indices,
)

SCALES = (Scale(1, 5), Scale(5, 1), Scale(0, 10, 0.5), Scale(0, 253), Scale(0, 254), Scale(1000, -1000))


def test_one_byte_where_the_scale_allows() -> None:
    assert [scale.width for scale in SCALES] == [1, 1, 1, 1, 2, 2]
    assert row_bytes(SCALES) == 8


def test_the_layout_is_the_documented_one() -> None:
    indices = np.array([[0, NOT_APPLICABLE], [4, 300], [MISSING, MISSING], [NOT_APPLICABLE, 0]], dtype=np.int32)
    packed = pack(indices, (Scale(1, 5), Scale(0, 500)))
    assert [row.tobytes() for row in packed] == [
        b"\x00\xfe\xff",
        b"\x04\x2c\x01",
        b"\xff\xff\xff",
        b"\xfe\x00\x00",
    ]


@pytest.mark.parametrize(
    ("scale", "value", "index"),
    [
        (Scale(1, 5), 1, 0),
        (Scale(5, 1), 1, 4),
        (Scale(5, 1), 5, 0),
        (Scale(0, 10, 0.5), 4.5, 9),
        (Scale(1, 5), 4.5, None),
        (Scale(1, 5), 0, None),
        (Scale(5, 1), 6, None),
        (Scale(1, 5), 1e300, None),
        (Scale(0, 1, 0.1), 0.3, 3),
    ],
)
def test_where_an_answer_stands_on_its_scale(scale: Scale, value: float, index: int | None) -> None:
    assert scale.index(value) == index
    if index is not None:
        assert scale.value(index) == pytest.approx(value)


def test_unpacked_values_are_turned_so_that_higher_is_better() -> None:
    packed = pack(np.array([[4, 4, 9], [0, 0, MISSING]], dtype=np.int32), SCALES[:3])
    values = unpack(packed.tobytes(), SCALES[:3])
    np.testing.assert_array_equal(values, [[5, 5, 4.5], [1, 1, np.nan]])
    np.testing.assert_array_equal(unpack(packed.tobytes(), SCALES[:3], only=[2]), [[4.5], [np.nan]])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*(st.integers(-2, scale.values - 1) for scale in SCALES)), max_size=20))
def test_what_is_packed_comes_back(rows: list[tuple[int, ...]]) -> None:
    indices = np.array(rows, dtype=np.int32).reshape(-1, len(SCALES))
    packed = b"".join(row.tobytes() for row in pack(indices, SCALES))
    np.testing.assert_array_equal(unpack_indices(packed, SCALES), indices)


def test_half_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        unpack(b"\x00\x00\x00", SCALES[:2])


def test_a_million_responses_unpack_fast() -> None:
    scales = (Scale(1, 5),) * 24
    data = np.random.default_rng(7).integers(0, 5, (1_000_000, 24), dtype=np.uint8).tobytes()
    start = time.process_time()
    assert unpack(data, scales).shape == (1_000_000, 24)
    assert time.process_time() - start < 5
