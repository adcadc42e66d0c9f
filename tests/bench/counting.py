"""How many statements a page takes, counted in this process: what was asked of the database, begin and commit apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engines = (database.reads, database.writes)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", see)
