"""Answers that arrive one by one while the server is killed: what it acknowledged is there, once, and counted."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from sqlalchemy import select, text
from sqlmodel import col

from app.db import Database
from app.record.queries import verify
from app.voice.asking.survey import respondent_of
from app.voice.models import Response
from tests.cast import Cast
from tests.robust.serving import Forked
from tests.voice.asking import SEND, a_survey, a_token, answer, source_of
from tests.voice.test_asking_api import figures_are_of_all

KILLS = 5
TOGETHER = 5
Request = tuple[str, bytes, dict[str, str]]


@dataclass
class Sender:
    """Sends each number until it is acknowledged, as a program or a person does who saw no answer."""

    port: int
    request: Callable[[int], Request]
    wanted: int
    acknowledged: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    over: bool = False

    def run(self) -> None:
        number, unsure = 0, False
        while unsure or not self.over:
            address, body, headers = self.request(number)
            try:
                line = HTTPConnection("127.0.0.1", self.port, timeout=15)
                line.request("POST", address, body, headers)
                status = line.getresponse().status
                line.close()
            except (OSError, HTTPException):
                unsure = True
                time.sleep(0.02)
                continue
            unsure = False
            if status == self.wanted:
                self.acknowledged.append(number)
                number += 1
            else:
                self.strange.append(status)
                time.sleep(0.05)


def test_what_was_acknowledged_is_stored_once_and_counted(database: Database, cast: Cast) -> None:
    asking, link = a_survey(database, cast.noor, segments=["Terminal"])
    token = a_token(database, cast.noor)
    source = source_of(database, asking)

    def batch(number: int) -> Request:
        responses = [answer(f"b{number}-{place}", weight=1 + place) for place in range(TOGETHER)]
        headers = {"authorization": f"Bearer {token}", "idempotency-key": f"batch {number}"}
        return SEND, json.dumps({"source": source.id, "responses": responses}).encode(), headers

    def sheet(number: int) -> Request:
        body = urlencode({"key": f"{number:020}", "lang": "es", "o0": number % 11, "t0": 1 + number % 5})
        return link, body.encode(), {"content-type": "application/x-www-form-urlencoded"}

    server = Forked(database.url)
    senders = [Sender(server.port, batch, 200), Sender(server.port, sheet, 303)]
    kill_under(server, senders)
    assert [sender.strange for sender in senders] == [[], []]
    with database.reading() as db:
        assert db.scalar(text("PRAGMA integrity_check")) == "ok"
        assert verify(db, database.known["record_keys"]).intact
        kept = db.scalars(select(col(Response.respondent))).all()
    batches, sheets = (sender.acknowledged for sender in senders)
    wanted = [f"b{number}-{place}" for number in batches for place in range(TOGETHER)]
    assert Counter(kept) == Counter([*wanted, *(respondent_of(f"{number:020}") for number in sheets)])
    assert figures_are_of_all(database, source.id)[0] == len(kept)


def kill_under(server: Forked, senders: list[Sender]) -> None:
    threads = [threading.Thread(target=sender.run) for sender in senders]
    chance = random.Random(8)
    server.start()
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            until_more(senders, chance.randrange(1, 8))
            time.sleep(chance.uniform(0, 0.02))
            server.kill()
            server.start()
        until_more(senders, 3)
    finally:
        for sender in senders:
            sender.over = True
        for thread in threads:
            thread.join()
        server.end()


def until_more(senders: list[Sender], more: int) -> None:
    wanted = [len(sender.acknowledged) + more for sender in senders]
    end = time.monotonic() + 40
    while any(len(sender.acknowledged) < most for sender, most in zip(senders, wanted, strict=True)):
        assert time.monotonic() < end, ("nobody can send any more", [sender.strange[-3:] for sender in senders])
        time.sleep(0.002)
