"""What tests of processes share."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from app.main import Pilotage


@pytest.fixture
def statements(app: Pilotage) -> Callable[[Callable[[], Any]], int]:
    """How many statements a page asks of the database."""

    def count(call: Callable[[], Any]) -> int:
        told: list[str] = []

        def hook(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
            told.append(statement)

        engine = app.state.database.reads
        event.listen(engine, "before_cursor_execute", hook)
        try:
            assert call().status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", hook)
        return len([one for one in told if not one.startswith(("BEGIN", "PRAGMA"))])

    return count
