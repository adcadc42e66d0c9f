"""What tests of every part share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Server, fresh_database, running

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data sets. Without it the test fails: nothing is skipped."""
    named = os.environ.get("PILOTAGE_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.fail(f"No data sets at {folder}: put them there, or name their folder in PILOTAGE_TEST_DATA.")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """The address of an empty database."""
    return fresh_database(postgres)
