"""Indices and cross-tables by the web."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.db import Database
from app.voice.models import Audience
from tests.cast import Cast
from tests.client import Browser
from tests.voice.sources import a_map, a_source, answers

As = Callable[..., Browser]


@pytest.fixture
def two_waves(database: Database, cast: Cast, tmp_path: Path) -> list[int]:
    """Two waves, ten at least to a cell; gate C has three."""
    first = a_source(database, tmp_path, a_map("Visitors 2024", 2024, 10), rows=answers(80, 2))
    second = a_source(
        database, tmp_path, a_map("Visitors 2025", 2025, 10), rows=answers(90), rows_for=Audience.EMPLOYEES
    )
    return [first, second]


def test_nothing_yet(as_: As, cast: Cast) -> None:
    for address in ("/voice/indices", "/voice/tables", "/voice/recodes"):
        assert "Nothing to count" in as_(cast.zaid).get(address).text
    assert as_(cast.zaid).get("/voice/indices.zip").status_code == 404
    assert as_(cast.gita).get("/voice/indices").status_code == 404


def test_indices(as_: As, cast: Cast, two_waves: list[int]) -> None:
    page = as_(cast.zaid).get("/voice/indices")
    assert page.status_code == 200, page.text
    assert "Visitors 2025" in page.text
    assert '<svg class="plot trend wide"' in page.text
    parted = as_(cast.zaid).get("/voice/indices?segment=Gate&label=A").text
    assert "withheld" in parted


def test_tables(as_: As, cast: Cast, two_waves: list[int]) -> None:
    page = as_(cast.zaid).get("/voice/tables?rows=Gate")
    assert page.status_code == 200, page.text
    assert "withheld" in page.text
    assert "2 comparisons" in page.text or "comparison" in page.text
