"""The processes of a server: stopped, replaced and killed while people use it."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from app.db import Database
from tests.conftest import ROOT
from tests.robust.serving import Client, Process, a_token, process, until, wait_for_line


class Load:
    """People who ask all the time, half of them over one connection each, half over a new one for each request."""

    def __init__(self, port: int, token: str, people: int = 6) -> None:
        self.port, self.token = port, token
        self.answered, self.failed = 0, []  # type: ignore[var-annotated]
        self.over = False
        self.people = [threading.Thread(target=self.ask, args=(place % 2 == 0,)) for place in range(people)]

    def ask(self, stays: bool) -> None:
        client = Client(self.port, self.token)
        while not self.over:
            try:
                answer = client.get("/test/read")
                self.answered += 1
                if answer.status != 200:
                    self.failed.append(answer.status)
            except (OSError, HTTPException) as error:
                self.failed.append(repr(error))
            if not stays:
                client.close()
        client.close()


@contextmanager
def load(server: Process, database: Database) -> Iterator[Load]:
    load = Load(server.port, a_token(database))
    for person in load.people:
        person.start()
    try:
        yield load
    finally:
        load.over = True
        for person in load.people:
            person.join()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_one_process_starts_anew_in_its_place_and_no_request_fails(database: Database) -> None:
    with process(database.url) as server, load(server, database) as people:
        assert server.process
        for _ in range(2):
            before = people.answered
            server.signal(signal.SIGHUP)
            wait_for_line(server.process, "served on")
            until(lambda before=before: people.answered > before + 20)
        assert server.process.poll() is None
    assert people.failed == []


def test_several_processes_are_replaced_and_no_request_fails(database: Database) -> None:
    """One by one at SIGHUP, at once when one dies; and none outlives its parent."""
    with process(database.url, workers=2) as server:
        assert server.process
        parent = server.process.pid
        first = children(parent)
        assert len(first) == 2
        with load(server, database) as people:
            server.signal(signal.SIGHUP)
            until(lambda: len(children(parent)) == 2 and not set(first) & set(children(parent)), 60)
            before = people.answered
            until(lambda: people.answered > before + 20)
        assert people.failed == []
        dead = children(parent)[0]
        os.kill(dead, signal.SIGKILL)
        until(lambda: len(children(parent)) == 2 and dead not in children(parent))
        client = Client(server.port)
        assert client.get("/healthz").status == 200
        client.close()
        orphans = children(parent)
        server.kill()
        until(lambda: not any(alive(orphan) for orphan in orphans))


def alive(pid: int) -> bool:
    """A process that has ended but that nobody has asked about is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_stop_lets_a_request_end_and_takes_no_longer(database: Database) -> None:
    with process(database.url) as server:
        answers: list[int] = []
        client = Client(server.port, a_token(database))
        asking = threading.Thread(target=lambda: answers.append(client.get("/test/slow").status))
        asking.start()
        time.sleep(0.7)
        begun = time.monotonic()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        asking.join()
        client.close()
        assert answers == [200]
        assert time.monotonic() - begun < 5


def test_a_port_that_is_taken_is_one_sentence(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        other = Process(database.url)
        port = taken.getsockname()[1]
        other.environment["PILOTAGE_PORT"] = str(port)
        done = subprocess.run(other.command, cwd=ROOT, env=other.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"Cannot listen on 127.0.0.1 port {port}: Address already in use.\n"
