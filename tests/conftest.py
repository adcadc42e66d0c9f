"""What every test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """Real data that nobody here wrote: beside the checkout, or where PILOTAGE_TEST_DATA says."""
    folder = Path(os.environ.get("PILOTAGE_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.fail(f"The test data is not in {folder}; PILOTAGE_TEST_DATA says where it is.")
    return folder
