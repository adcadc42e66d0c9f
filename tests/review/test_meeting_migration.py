"""The tables of meetings go down and up again with rows in them, on both databases."""

from sqlalchemy import text

from app import schema
from app.db import Database
from tests.review.meeting_makers import a_motion, close, running, say, told


def test_up_down_up_with_rows(both: Database) -> None:
    story = told(both)
    with both.writing() as db:
        meeting = running(db, story.cast, story.first, story.second)
        motion = a_motion(db, story.cast, story.round, story.first, meeting)
        say(db, motion, yes=(story.cast.sami, story.cast.dina))
        close(db, story.cast, motion)
        say(db, a_motion(db, story.cast, story.round, story.second, meeting, secret="on"), no=story.cast.noor)
    schema.back(both, "decisions")
    with both.reading() as db:
        assert db.execute(text("SELECT name FROM meeting")).all() == [("December",)]
    schema.migrate(both)
    assert schema.differences(both) == []
    with both.reading() as db:
        assert db.execute(text("SELECT minutes, beat FROM meeting")).all() == [(90, 0)]
        assert db.execute(text("SELECT count(*) FROM motion")).scalar() == 0
