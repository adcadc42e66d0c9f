"""Starting and stopping: what is refused before the first request, and how processes are run."""

import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

import uvicorn

from app import logs, schema
from app.errors import Trouble
from app.main import all_tasks, create_app, open_database
from app.outbox import Worker
from app.settings import Settings, load


def refuse_unsafe(settings: Settings) -> None:
    """A production start says what is wrong instead of running with it."""
    if not settings.local and not settings.https:
        raise Trouble("PILOTAGE_BASE_URL begins with https:// wherever it is not this machine alone.")
    if settings.demo and not settings.local:
        raise Trouble("A demo organisation is served on this machine alone.")


def prepare(settings: Settings) -> None:
    """Migrate an embedded database; refuse a server database that is behind."""
    refuse_unsafe(settings)
    database = open_database(settings)
    try:
        if settings.embedded:
            schema.migrate(database)
        elif not schema.is_current(database):
            raise Trouble("The database is behind this version. Run: python3 manage.py migrate")
    finally:
        database.close()


def application() -> object:
    """One server process's application, made from its own environment."""
    settings = load()
    logs.configure(settings)
    return create_app(settings)


def serve(settings: Settings) -> None:
    prepare(settings)
    uvicorn.run(create_app(settings), **uvicorn_options(settings))


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """How a process is served; the bench's floor is served in the same way."""
    return {
        "host": settings.host,
        "port": settings.port,
        "log_level": "warning",
        "access_log": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or "",
        "server_header": False,
        "date_header": True,
        "timeout_graceful_shutdown": 15,
        "limit_concurrency": 500,
    }


def work(settings: Settings) -> None:
    prepare(settings)
    running = Worker(open_database(settings), all_tasks())
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
