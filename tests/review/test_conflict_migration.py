"""The tables of conflicts go down and up again with rows in them, on both databases."""

from sqlalchemy import select
from sqlmodel import col

from app import schema
from app.db import Database
from app.ideas.models import Conflict, ConflictKind
from app.people.actor import find_actor
from app.review import conflicts
from tests.cast import the_cast
from tests.review.makers import admitted, open_round, review_by


def test_up_down_up_with_rows(both: Database) -> None:
    """What is live stays; of what has ended an older release would say that it holds, so it is left out there."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        open_round(db, cast, idea, blind="")
        review_by(db, cast.dina, idea)
        sami, noor = find_actor(db, cast.sami.id), find_actor(db, cast.noor.id)
        made = conflicts.declare(db, sami, idea, "By mistake")
        conflicts.end(db, noor, idea, made.id, "It was one")
        conflicts.declare(db, sami, idea, "Now it is one")
        conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.omar.id], "We fell out")
        conflicts.confirm(db, noor, idea, [cast.omar.id], "True")
    schema.back(both, "search")
    schema.migrate(both)
    with both.reading() as db:
        rows = db.execute(
            select(col(Conflict.person_id), col(Conflict.reason), col(Conflict.kind), col(Conflict.ended_at))
        )
        assert sorted(map(tuple, rows)) == [
            (cast.sami.id, "Now it is one", ConflictKind.DECLARED, None),
            (cast.omar.id, "True", ConflictKind.DECLARED, None),
        ]
    assert schema.differences(both) == []
