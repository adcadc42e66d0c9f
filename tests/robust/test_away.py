"""A PostgreSQL server that goes away and comes back while people use the product."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
from sqlalchemy import text

from app import schema
from app.db import Database
from app.errors import Trouble
from app.main import open_database
from app.record.models import Entry
from app.serving import prepare
from tests.conftest import settings_for
from tests.postgres import OwnServer, fresh_database, own_server
from tests.robust.serving import Client, a_token, made, thread


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_server() as server:
        yield server


@pytest.fixture
def away(server: OwnServer) -> Iterator[Database]:
    database = open_database(settings_for(fresh_database(server)))
    schema.migrate(database)
    yield database
    database.close()


class Person:
    def __init__(self, place: int, port: int, database: Database) -> None:
        self.client, self.number = Client(port, a_token(database)), place * 1_000_000
        self.answers: list[tuple[float, int]] = []
        self.kept = 0
        self.over = False
        self.thread = threading.Thread(target=self.use)

    def use(self) -> None:
        while not self.over:
            answer = self.client.get("/test/read")
            self.note(answer)
            answer = self.client.post("/test/write", key=f"k{self.number}", number=self.number, why="")
            self.note(answer)
            if answer.status == 303:
                self.number, self.kept = self.number + 1, self.kept + 1
        self.client.close()

    def note(self, answer: HTTPResponse) -> None:
        self.answers.append((time.monotonic(), answer.status))
        assert answer.status != 503 or answer.headers["Retry-After"]


def test_an_outage_is_a_pause(server: OwnServer, away: Database) -> None:
    with thread(made(settings_for(away.url), away, run_worker=False)) as port:
        people = [Person(place, port, away) for place in range(6)]
        for person in people:
            person.thread.start()
        time.sleep(1)
        server.stop()
        look = Client(port)
        assert look.get("/healthz").status == 200
        assert look.get("/readyz").status == 503
        time.sleep(2)
        server.start()
        back = time.monotonic()
        time.sleep(2.5)
        for person in people:
            person.over = True
        for person in people:
            person.thread.join()
        assert look.get("/readyz").status == 200
        look.close()
    seen = Counter(status for person in people for _, status in person.answers)
    assert set(seen) == {200, 303, 503}, seen
    assert {status for person in people for when, status in person.answers if when > back + 2} == {200, 303}
    with away.reading() as db:
        assert db.query(Entry).filter_by(move="test").count() == sum(person.kept for person in people)


def test_a_lock_that_is_held_is_not_waited_for_for_long(away: Database) -> None:
    with thread(made(settings_for(away.url), away, run_worker=False)) as port:
        client = Client(port, a_token(away))
        with away.writing() as db:
            db.execute(text("SELECT * FROM record_head FOR UPDATE"))
            begun = time.monotonic()
            assert client.post("/test/write", key="k", number=1, why="").status == 503
            assert time.monotonic() - begun < 4
        assert client.post("/test/write", key="k", number=1, why="").status == 303
        client.close()


def test_a_server_that_may_forget_is_refused(away: Database, tmp_path: Path) -> None:
    settings = settings_for(away.url)
    with pytest.raises(Trouble, match="fsync off"):
        prepare(settings)
    prepare(settings.model_copy(update={"unsafe_database": True}))


def test_a_database_that_is_behind_is_refused(server: OwnServer) -> None:
    with pytest.raises(Trouble, match=r"manage\.py migrate"):
        prepare(settings_for(fresh_database(server)).model_copy(update={"unsafe_database": True}))
