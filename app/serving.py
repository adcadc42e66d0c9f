"""Starting and stopping: what is refused before the first request, and how one process serves.

One process is the whole server; SIGHUP starts it anew in its own place, on the same listening socket, so that new
connections wait a moment instead of failing. Several processes are run by app/workers.py.
"""

import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from app import schema
from app.errors import Trouble
from app.main import all_tasks, all_watches, create_app, open_database
from app.outbox import Worker
from app.people.actions import set_up_link
from app.server import Server, open_many_files
from app.settings import Settings, load
from app.workers import Crew

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
