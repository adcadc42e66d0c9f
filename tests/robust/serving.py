"""The real server for these tests: as a process of its own, or in a thread with deadlines of a test.

To the product's routes it adds one that does what every form of the product does: a one-shot key, a change, an entry
in the record and a job, in the request's one transaction. Tests then need no feature to be as it is today.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, StreamingResponse

from app import serving, web, workers
from app.__main__ import main as command
from app.columns import now
from app.db import Database, Db
from app.errors import Trouble
from app.main import Pilotage, create_app
from app.once import once
from app.outbox import later
from app.people.actor import Employee
from app.people.sessions import begin
from app.record import actions as record
from app.server import Server
from app.settings import Settings
from app.web import Request, Response, Typed, slow
from tests.conftest import RECORD_KEY, ROOT
from tests.makers import a_person

routes = web.router()


@routes.post("/test/write")
def write(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    number = int(fields.get("number"))
    record.write(
        db, actor.id, "test", f"idea:{number}", figures={"number": number}, words={"reason": fields.get("why")}
    )
    later(db, "test", due=now() + timedelta(days=1), number=number)
    return once_.see(f"/test/{number}", "Kept.")


@routes.get("/test/read")
def read(request: Request, db: Db, actor: Employee) -> Response:
    return PlainTextResponse(actor.name)


@routes.get("/test/slow")
@slow
def slow_page(request: Request, actor: Employee) -> Response:
    time.sleep(1.5)
    return PlainTextResponse("at last")


@routes.get("/test/long")
async def long_page(request: Request, actor: Employee) -> Response:
    async def lines() -> Any:
        for _ in range(2000):
            yield "x" * 65536

    return StreamingResponse(lines())


def made(settings: Settings, database: Database | None = None, **options: Any) -> Pilotage:
    app = create_app(settings, database, **options)
    app.router.routes[0:0] = routes.routes
    return app


def main() -> None:
    """`python -m app serve`, with the route for tests."""
    serving.create_app = workers.create_app = made  # type: ignore[attr-defined]
    workers.WORKER = __spec__.name  # type: ignore[name-defined]
    if len(sys.argv) == 1:
        workers.main()
        return
    if sys.argv[1] == "nursery":
        nursery()
    try:
        command()
    except Trouble as trouble:
        sys.exit(str(trouble))


def nursery() -> None:
    """Fork a server for each line read: what costs most of a start, reading the modules, is paid once."""
    sys.argv[1:] = ["serve"]
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            return
        print(child, flush=True)
        os.waitpid(child, 0)
    sys.exit()


class Client:
    """One person's browser over a real socket, kept open as a browser keeps it."""

    def __init__(self, port: int, token: str = "", timeout: float = 15) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {"Cookie": f"pilotage={token}", "Origin": f"http://127.0.0.1:{port}"}

    @property
    def cookie(self) -> bytes:
        return self.headers["Cookie"].encode()

    def close(self) -> None:
        self.http.close()

    def ask(self, method: str, address: str, body: bytes | None = None, **headers: str) -> HTTPResponse:
        try:
            self.http.request(method, address, body, self.headers | headers)
            answer = self.http.getresponse()
            answer.text = answer.read()  # type: ignore[attr-defined]
        except BaseException:
            self.http.close()
            raise
        return answer

    def get(self, address: str) -> HTTPResponse:
        return self.ask("GET", address)

    def post(self, address: str, **fields: Any) -> HTTPResponse:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", address, urlencode(fields).encode(), **form)


def a_token(database: Database) -> str:
    with database.writing() as db:
        return begin(db, a_person(db).id)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(come_about: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not come_about():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def wait_for_line(process: "subprocess.Popen[str]", words: str) -> list[str]:
    """All lines up to the one with these words."""
    assert process.stdout
    said: list[str] = []
    while not any(words in line for line in said):
        said.append(process.stdout.readline())
        assert said[-1], f"the server ended; it said {said}"
    return said


class Process:
    """`serve` on a port that stays the same from one start to the next."""

    def __init__(self, url: str, workers: int = 1, module: str = "tests.robust.serving") -> None:
        self.port = free_port()
        caches = Path(gettempdir()) / f"pilotage-tests-{os.getuid()}"
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = environment | {
            "PYTHONPYCACHEPREFIX": str(caches),
            "PILOTAGE_DATABASE_URL": url,
            "PILOTAGE_RECORD_KEY": RECORD_KEY,
            "PILOTAGE_HOST": "127.0.0.1",
            "PILOTAGE_PORT": str(self.port),
            "PILOTAGE_WORKERS": str(workers),
            "PILOTAGE_UNSAFE_DATABASE": "1",
        }
        self.command = [sys.executable, "-m", module, "serve"]
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Until the line that says that it serves."""
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stdout
        wait_for_line(self.process, f"served on http://127.0.0.1:{self.port}")

    def cpu(self) -> float:
        """Seconds of the processor that it has used so far."""
        assert self.process
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, kind: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(kind)

    def wait(self) -> int:
        assert self.process
        code = self.process.wait(30)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()


class Forked(Process):
    """The same, forked from a process that has read all modules."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.command[-1] = "nursery"
        self.pid = 0

    def start(self) -> None:
        if not self.process:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("start\n")
        self.process.stdin.flush()
        said = wait_for_line(self.process, f"served on http://127.0.0.1:{self.port}")
        (self.pid,) = (int(line) for line in said if line.strip().isdigit())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        self.kill()
        assert self.process
        assert self.process.stdin
        self.process.stdin.close()
        self.wait()


@contextmanager
def process(url: str, **options: Any) -> Iterator[Process]:
    server = Process(url, **options)
    server.start()
    try:
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.signal(signal.SIGTERM)
            server.wait()


@contextmanager
def thread(app: Pilotage) -> Iterator[int]:
    """The same server inside the test: its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = int(listening.getsockname()[1])
    app.guard.origin = f"http://127.0.0.1:{port}"
    up = threading.Event()
    server = Server(app.state.settings, app, up.set)
    running = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    running.start()
    try:
        assert up.wait(10)
        yield port
    finally:
        server.should_exit = True
        running.join(20)
        assert not running.is_alive()


if __name__ == "__main__":
    main()
