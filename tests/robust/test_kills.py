"""The server killed under writers, again and again: what it acknowledged is there, once, and the record verifies."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage, Vote
from app.outbox import Job
from app.people.sessions import begin
from app.record.models import Entry
from app.record.queries import verify
from app.talk.models import Comment
from tests.cast import Cast
from tests.makers import an_idea
from tests.robust.serving import Client, Forked, Process, a_token

KILLS = 25
Form = tuple[str, Mapping[str, Any]]


@dataclass
class Writer:
    """Sends each number until it is acknowledged, as someone does who presses the button again; keeps a journal."""

    form: Callable[[int], Form]
    port: int
    token: str
    acknowledged: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    over: bool = False

    def write(self) -> None:
        client, number, unsure = Client(self.port, self.token), 1, False
        while unsure or not self.over:
            address, fields = self.form(number)
            try:
                status = client.post(address, **fields).status
            except (OSError, HTTPException):
                unsure = True
                time.sleep(0.02)
                continue
            unsure = False
            if status == 303:
                self.acknowledged.append(number)
                number += 1
            else:
                self.strange.append(status)
        client.close()


@pytest.fixture
def idea(database: Database, cast: Cast) -> int:
    with database.writing() as db:
        return int(an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED).id)


def entries(number: int) -> Form:
    return "/test/write", {"key": f"entry-{number}", "number": number, "why": "Because ünïcode"}


def remarks(idea: int) -> Callable[[int], Form]:
    return lambda number: (f"/talk/idea:{idea}", {"key": f"remark-{number}", "words": f"Remark {number}"})


def votes(idea: int) -> Callable[[int], Form]:
    """On with odd numbers, off with even ones."""
    return lambda number: (f"/ideas/{idea}/vote", {"value": "on" if number % 2 else "off"})


def test_nothing_acknowledged_is_lost_and_nothing_doubled(database: Database, cast: Cast, idea: int) -> None:
    server = Forked(database.url)
    with database.writing() as db:
        tokens = [begin(db, person.id) for person in (cast.badr, cast.zaid, cast.sami, cast.huda)]
    forms = (entries, remarks(idea), votes(idea), votes(idea))
    writers = [Writer(form, server.port, token) for form, token in zip(forms, tokens, strict=True)]
    keep_killing(server, writers)
    assert [writer.strange for writer in writers] == [[]] * 4
    with database.reading() as db:
        assert db.scalar(text("PRAGMA integrity_check")) == "ok"
        assert db.execute(text("PRAGMA foreign_key_check")).all() == []
        assert verify(db, database.known["record_keys"]).intact
        kept = db.scalars(select(col(Entry.ref)).where(col(Entry.move) == "test")).all()
        jobs = db.scalars(select(col(Job.payload)).where(col(Job.kind) == "test")).all()
        said = db.scalars(select(col(Comment.words))).all()
        for voter, writer in zip((cast.sami, cast.huda), writers[2:], strict=True):
            assert (db.get(Vote, (idea, voter.id)) is not None) == (len(writer.acknowledged) % 2 == 1)
        thing = db.get_one(Idea, idea)
        assert (thing.support, thing.talk) == (len(db.scalars(select(Vote)).all()), len(said))
    assert_once({f"idea:{number}" for number in writers[0].acknowledged}, kept)
    assert_once({f"Remark {number}" for number in writers[1].acknowledged}, said)
    assert len(jobs) == len(kept)


def assert_once(acknowledged: set[str], found: Any) -> None:
    """All that was acknowledged, once, and nothing else: in the end everybody has had an answer."""
    assert Counter(found) == Counter(acknowledged)


def keep_killing(server: Forked, writers: list[Writer]) -> None:
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


def until_written(writers: list[Writer], more: int) -> None:
    """So many more acknowledged than now: each kill falls among writes, however busy the machine is."""
    wanted = sum(len(writer.acknowledged) for writer in writers) + more
    end = time.monotonic() + 30
    while sum(len(writer.acknowledged) for writer in writers) < wanted:
        assert time.monotonic() < end, "nobody can write any more"
        time.sleep(0.002)


def test_a_killed_server_is_up_again_soon(database: Database) -> None:
    """A second of the processor where modules are compiled and nobody else works; room for where that is not so."""
    server, token = Process(database.url), a_token(database)
    for _ in range(2):
        server.start()
        used = server.cpu()
        client = Client(server.port, token)
        assert client.post("/test/write", key=str(used), number=1, why="").status == 303
        client.close()
        server.kill()
    assert used < 10


@pytest.mark.parametrize("found", [["a"], ["a", "b", "b"], ["a", "b", "c"]], ids=["lost", "doubled", "made up"])
def test_the_journal_shows_what_is_wrong(found: list[str]) -> None:
    with pytest.raises(AssertionError):
        assert_once({"a", "b"}, found)
