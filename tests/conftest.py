import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The real data beside the checkout; missing, it is a failure and not a skip."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PILOTAGE_TEST_DATA", beside))
    assert folder.is_dir(), f"no data in {folder}; set PILOTAGE_TEST_DATA"
    return folder
