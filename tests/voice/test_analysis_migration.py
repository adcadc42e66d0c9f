"""The tables of analyses go down and up again with rows in them, on both databases."""

from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from app import schema
from app.db import Database
from app.voice.models import Outcome, Segment, Use
from tests.cast import the_cast
from tests.voice.sources import a_source


def test_up_down_up_with_rows(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        the_cast(db)
    number = a_source(both, tmp_path)

    def told() -> list[tuple[object, ...]]:
        with both.reading() as db:
            uses = db.execute(select(col(Use.place), col(Use.n), col(Use.mean)).order_by(col(Use.place))).all()
            outcomes = db.execute(select(col(Outcome.place), col(Outcome.n), col(Outcome.value))).all()
            parts = db.execute(select(col(Segment.name), col(Segment.part))).all()
            many = db.scalar(select(func.count()).select_from(Use).where(col(Use.source_id) == number))
            return [*map(tuple, uses), *sorted(map(tuple, outcomes)), *map(tuple, parts), (many,)]

    before = told()
    schema.back(both, "voice_audiences")
    schema.migrate(both)
    assert told() == before
    assert schema.differences(both) == []
