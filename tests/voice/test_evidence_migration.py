"""The tables of other evidence: up, down and up again with rows, on both databases; what was there before stays."""

from sqlalchemy import text

from app import schema
from app.db import Database
from app.record.actions import write
from app.voice.models import Source, SourceStage, Touchpoint
from tests.voice.test_evidence import LINES, TODAY, a_counted, put


def test_down_and_up_again_with_rows(both: Database) -> None:
    with both.writing() as db:
        source = Source(name="A wave", stage=SourceStage.TAKEN, first_day=TODAY, last_day=TODAY)
        db.add_all([source, Touchpoint(name="Staff", key="staff", moment_of_truth=True)])
        put(db, a_counted(db), LINES)
        write(db, None, "access", "source:1")
    schema.back(both, "voice_audiences")
    with both.reading() as db:
        assert sorted(db.scalars(text("select name from touchpoint"))) == ["Queue", "Staff"]
        assert sorted(db.scalars(text("select name from source"))) == ["A wave", "Complaints"]
    schema.migrate(both)
    assert schema.differences(both) == []
    with both.reading() as db:
        assert [one.moment_of_truth for one in db.query(Touchpoint)] == [False, False]
        assert db.scalar(text("select count(*) from event_count")) == 0
