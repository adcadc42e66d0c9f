"""The tables of imports: up, down and up again with rows, on both databases; ideas, votes and talk stay."""

from pathlib import Path

from sqlalchemy import text

from app import schema
from app.db import Database
from tests.cast import the_cast
from tests.ideas.imports import imported, written

COUNTS = ("idea", "vote", "comment", "person", "record")


def test_down_and_up_again_with_rows(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        the_cast(db)
    imported(both, written(tmp_path / "in"))
    before = counts(both)
    schema.back(both, "comments")
    assert counts(both) == before
    schema.migrate(both)
    assert schema.differences(both) == []
    assert counts(both) == before
    with both.reading() as db:
        assert db.scalar(text("select count(*) from idea_import")) == 0
        assert db.scalar(text("select count(*) from comment where orphan")) == 0
    assert imported(both, written(tmp_path / "in"))["ideas"] == 3


def counts(database: Database) -> list[int]:
    with database.reading() as db:
        return [db.scalar(text(f"select count(*) from {table}")) or 0 for table in COUNTS]
