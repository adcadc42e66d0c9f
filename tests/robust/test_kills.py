"""The server killed under writers, again and again: what it acknowledged is there, once, and the record verifies."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException

from sqlalchemy import select, text
from sqlmodel import col

from app.db import Database
from app.outbox import Job
from app.record.models import Entry
from app.record.queries import verify
from tests.robust.serving import Client, Forked, Process, a_token

KILLS, WRITERS = 25, 4


@dataclass
class Writer:
    """Sends each number until it is acknowledged, as someone does who presses the button again; keeps a journal."""

    place: int
    port: int
    token: str
    acknowledged: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    over: bool = False

    def write(self) -> None:
        client, number = Client(self.port, self.token), self.place * 1_000_000
        while not self.over:
            try:
                status = client.post("/test/write", key=f"key-{number}", number=number, why="Because ünïcode").status
            except (OSError, HTTPException):
                time.sleep(0.02)
                continue
            if status == 303:
                self.acknowledged.append(number)
                number += 1
            else:
                self.strange.append(status)
        client.close()


def test_nothing_acknowledged_is_lost_and_nothing_doubled(database: Database) -> None:
    server = Forked(database.url)
    writers = [Writer(place, server.port, a_token(database)) for place in range(WRITERS)]
    threads = [threading.Thread(target=writer.write) for writer in writers]
    chance = random.Random(25)
    server.start()
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            until_written(writers, chance.randrange(1, 12))
            time.sleep(chance.uniform(0, 0.02))
            server.kill()
            server.start()
        until_written(writers, 5)
    finally:
        for writer in writers:
            writer.over = True
        for thread in threads:
            thread.join()
        server.end()
    assert [writer.strange for writer in writers] == [[]] * WRITERS
    assert_all_there(database, [number for writer in writers for number in writer.acknowledged])


def until_written(writers: list[Writer], more: int) -> None:
    """So many more acknowledged than now: each kill falls among writes, however busy the machine is."""
    wanted = sum(len(writer.acknowledged) for writer in writers) + more
    end = time.monotonic() + 30
    while sum(len(writer.acknowledged) for writer in writers) < wanted:
        assert time.monotonic() < end, "nobody can write any more"
        time.sleep(0.002)


def test_a_killed_server_is_up_again_within_three_seconds(database: Database) -> None:
    """Of the processor's time, since others may use the machine; a first start fills the cache of compiled modules."""
    server, token = Process(database.url), a_token(database)
    for _ in range(2):
        server.start()
        used = server.cpu()
        client = Client(server.port, token)
        assert client.post("/test/write", key=str(used), number=1, why="").status == 303
        client.close()
        server.kill()
    assert used < 3


def assert_all_there(database: Database, acknowledged: list[int]) -> None:
    with database.reading() as db:
        entries = Counter(db.scalars(select(col(Entry.ref)).where(col(Entry.move) == "test")))
        jobs = Counter(db.scalars(select(col(Job.payload)).where(col(Job.kind) == "test")))
        assert db.scalar(text("PRAGMA integrity_check")) == "ok"
        assert verify(db, database.known["record_keys"]).intact
    assert set(entries.values()) == set(jobs.values()) == {1}
    assert len(jobs) == len(entries)
    assert {f"idea:{number}" for number in acknowledged} <= entries.keys()
    assert len(entries) - len(acknowledged) <= WRITERS
