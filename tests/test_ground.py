"""The ground every feature stands on: closed pages, the record's chain, ETags, errors in words."""

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import schema
from app.db import Database
from app.people.actor import find_actor
from app.record.actions import forget, write
from app.record.queries import verify
from app.settings import TOP
from tests.cast import the_cast


def test_the_schema_is_what_the_code_says(both: Database) -> None:
    assert schema.is_current(both)
    assert schema.differences(both) == []


def test_the_migrations_files_say_what_alembic_finds_in_them() -> None:
    assert schema.heads() == tuple(ScriptDirectory.from_config(schema.config()).get_heads())


def test_a_server_that_is_up_to_date_loads_nothing_of_alembic(sqlite_url: str) -> None:
    lines = (
        "import sys",
        "from app.serving import prepare",
        "from app.main import create_app",
        "from app.settings import load",
        f"settings = load(database_url={sqlite_url!r}, record_key='00' * 32)",
        "prepare(settings), create_app(settings)",
        "assert 'alembic' not in sys.modules",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=TOP, check=True, timeout=60)


def test_an_actor_is_found_with_all_roles(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    with both.reading() as db:
        noor, amal, layla = (find_actor(db, person.id) for person in (cast.noor, cast.amal, cast.layla))
    assert noor.chairs(cast.committee.id)
    assert amal.teams == amal.leads == {cast.team.id}
    assert (layla.leader, amal.leader) == (True, False)


def test_the_record_verifies_and_names_the_first_broken_entry(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        for number in range(5):
            write(db, cast.amal.id, "submit", f"idea:{number}", after="submitted", words={"reason": "Because ünïcode"})
    keys = both.known["record_keys"]
    with both.reading() as db:
        assert verify(db, keys).intact
    with both.writing() as db:
        forget(db, cast.amal.id)
    with both.reading() as db:
        assert verify(db, keys).intact
    with pytest.raises(DBAPIError, match="append-only"), both.writing() as db:
        db.execute(text("UPDATE record SET move = 'approve' WHERE number = 3"))
