"""Starting and stopping: what is refused before the first request, and how one process serves.

One process is the whole server; SIGHUP starts it anew in its own place, on the same listening socket, so that new
connections wait a moment instead of failing. Several processes are run by app/workers.py.
"""

import asyncio
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from app import schema
from app.errors import Trouble
from app.main import all_tasks, all_watches, create_app, open_database
from app.outbox import Worker
from app.people.actions import set_up_link
from app.settings import Settings, load
from app.wire import State, Wire

STOP_WITHIN = 20.0
SOCKET = "PILOTAGE_SOCKET"


def refuse_unsafe(settings: Settings) -> None:
    """A production start says what is wrong instead of running with it."""
    if not settings.local and not settings.https:
        raise Trouble("PILOTAGE_BASE_URL begins with https:// wherever it is not this machine alone.")
    if not is_loopback(settings.host):
        if settings.demo:
            raise Trouble("A demo organisation is served on this machine alone.")
        if not settings.https:
            raise Trouble("PILOTAGE_HOST is open to other machines, so PILOTAGE_BASE_URL begins with https://.")


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def prepare(settings: Settings) -> None:
    """Migrate an embedded database; refuse a server database that is behind or that may forget what it confirmed."""
    refuse_unsafe(settings)
    database = open_database(settings)
    try:
        if not settings.embedded and not settings.unsafe_database:
            database.refuse_forgetful()
        schema.make_ready(database)
    finally:
        database.close()


def show_set_up_link(settings: Settings) -> None:
    """An installation that nobody has set up yet is begun by a link that only its console shows."""
    database = open_database(settings)
    try:
        with database.writing() as db:
            address = set_up_link(db, settings)
    finally:
        database.close()
    if address:
        print(f"Set this place up at {address}", flush=True)  # noqa: T201


def configuration(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How an application is served; the bench's floor is served in the same way."""
    return uvicorn.Config(
        app,
        http=Wire,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or "",
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=12,
    )


class Server(uvicorn.Server):
    """uvicorn with our protocol: says when it serves, and stops in time without dropping a request."""

    def __init__(self, settings: Settings, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(configuration(app, settings))
        self.server_state = State()
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.server_state.stopping = True  # type: ignore[attr-defined]
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """The transactions of a thread that does not end by then are rolled back by its database."""
        last = threading.Timer(STOP_WITHIN - 1, os._exit, (0,))
        last.daemon = True
        last.start()
        super().handle_exit(sig, frame)

    def _stop(self, *_: Any) -> None:
        self.should_exit = True

    def serve_on(self, listening: socket.socket) -> bool:
        """Until a signal says stop. True when it asked to start anew. Returning is a clean end, not a signal's."""
        again = False

        def anew(*_: Any) -> None:
            nonlocal again
            again = self.should_exit = True

        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, self._stop)
        signal.signal(signal.SIGHUP, anew)
        with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
            runner.run(self.serve([listening]))
        return again


def listen(settings: Settings) -> socket.socket:
    """The socket, before anything else is done: a taken port is one sentence. A server that starts anew has its own."""
    if SOCKET in os.environ:
        return socket.socket(fileno=int(os.environ.pop(SOCKET)))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise Trouble(f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.") from error
    return listening


def open_many_files() -> None:
    """As many connections as the machine allows this process, not as few as a shell allows at first."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Serve until stopped; `say` gets one line when the first request can be taken."""
    refuse_unsafe(settings)
    open_many_files()
    listening = listen(settings)
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    prepare(settings)
    show_set_up_link(settings)

    def ready() -> None:
        say(f"Pilotage is served on {settings.address}")
        sys.stdout.flush()

    if settings.workers > 1:
        from app.workers import Crew

        Crew(settings, listening, ready).run()
        return
    kept = listening.dup()
    if Server(settings, create_app(settings), ready).serve_on(listening):
        start_anew(kept)


def start_anew(listening: socket.socket) -> None:
    """This very process with the code and the settings of now."""
    os.set_inheritable(listening.fileno(), True)
    os.environ[SOCKET] = str(listening.fileno())
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def work(settings: Settings) -> None:
    prepare(settings)
    running = Worker(open_database(settings), all_tasks(), all_watches())
    done = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: done.set())
    running.start()
    done.wait()
    running.stop()


def check_migrations() -> str:
    """Up, compare, down, up on an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(load(database_url=f"sqlite:///{Path(folder) / 'check.db'}", record_key="00" * 32))
        schema.migrate(database)
        if differences := schema.differences(database):
            raise Trouble("The migrations do not make what the code says: " + "; ".join(map(str, differences[:5])))
        schema.back(database, "base")
        schema.migrate(database)
        database.close()
    return "Migrations and code agree."
