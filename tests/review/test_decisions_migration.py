"""The tables of decisions go down and up again with rows in them, on both databases; and what keeps them is back."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app import schema
from app.db import Database
from app.ideas.actions import make
from app.ideas.models import Idea
from app.ideas.reconsidering.models import Reconsideration
from app.people.actor import find_actor
from app.review import owners
from app.review.models import Decision, Order, OrderStage
from tests.cast import the_cast
from tests.review.makers import SOON, admitted, closed_round, decide, move

BEFORE = "committees"
OLD = "id, idea_id, revision, round_id, verdict, reason, decided_by, quorum, defer_to, due, superseded_by"


def test_up_down_up_with_rows(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        found = [admitted(db, cast, cast.zaid) for _ in range(3)]
        round_ = closed_round(db, cast, *found)
        first = decide(db, cast, round_, found[0], condition_1="No lane is closed.")
        decide(db, cast, round_, found[0], "decline", instead_of=first.id)
        decide(db, cast, round_, found[1], "do it now", day=SOON.isoformat())
        decide(db, cast, round_, found[2], "defer", day=SOON.isoformat())
        move(db, cast, round_, "publish")
        order = db.scalars(select(Order)).one()
        owners.move(db, find_actor(db, cast.huda.id), order, "cannot", "The wall is listed.", None)
        make(db, find_actor(db, cast.zaid.id), found[0], "reconsider", "The belts were bought meanwhile.")
        asked = found[0].id

    def told() -> list[tuple[object, ...]]:
        with both.reading() as db:
            decisions = [tuple(row) for row in db.execute(text(f"SELECT {OLD} FROM decision ORDER BY id"))]
            present = [tuple(row) for row in db.execute(text("SELECT * FROM decision_present ORDER BY 1, 2"))]
            facts = [
                (one.idea_id, one.revision, one.facts, one.asked_by) for one in db.scalars(select(Reconsideration))
            ]
            return [*decisions, *present, *facts]

    before = told()
    schema.back(both, BEFORE)
    with both.writing() as db:
        assert db.execute(text("SELECT stage FROM to_do")).scalar() == "accepted"
    schema.migrate(both)
    assert told() == before
    assert schema.differences(both) == []
    with both.reading() as db:
        assert db.get_one(Reconsideration, asked).facts == "The belts were bought meanwhile."
        assert db.scalars(select(Order)).one().stage is OrderStage.ACCEPTED
        assert set(db.scalars(select(col(Decision.known)))) == {""}
        assert db.get_one(Idea, asked).reconsidered
    for statement in ("UPDATE decision SET reason = 'No.'", "DELETE FROM decision", "DELETE FROM reconsideration"):
        with pytest.raises(DBAPIError), both.writing() as db:
            db.execute(text(statement))


def test_every_trigger_that_keeps_decisions_stands(both: Database) -> None:
    """A table that is built anew on SQLite loses them: whoever does so makes them again."""
    asked = {
        True: "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
        False: "SELECT event_object_table, trigger_name FROM information_schema.triggers",
    }
    with both.reading() as db:
        found = {(row[0], row[1]) for row in db.execute(text(asked[both.embedded]))}
    tables = ("decision", "decision_present", "decision_condition", "letter", "letter_to", "reconsideration")
    wanted = {(table, f"{table}_no_change") for table in tables}
    if both.embedded:
        wanted |= {(table, f"{table}_no_delete") for table in tables}
        wanted |= {("decision", "decision_no_begin"), ("decision", "decision_no_follow")}
    assert wanted <= found
