"""Engines, the request's one transaction, and where database work runs.

SQLite is always pysqlite3 (the standard library's may carry the WAL-reset fault). Reads and writes have engines of
their own: a write takes its lock before it reads, so that of two people who act at once one is told so.
"""

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
import structlog
from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from app.errors import Trouble

OLDEST_SQLITE = (3, 51, 3)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
T = TypeVar("T")
PAUSES = (0.1, 0.2, 0.4)
"""Between tries to connect: a PostgreSQL server that restarts is a pause, not a storm of errors."""
# Failures that pass by themselves: connection, shutdown and start, serialization, deadlock, a standby's read-only.
PASSING = ("08", "57P0", "40001", "40P01", "25006")
log = structlog.get_logger()


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """FULL, not NORMAL: what was acknowledged survives a power cut. We begin transactions ourselves."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
        "cache_size=-2000",  # of each of up to 32 connections; the system keeps the file in memory besides
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def sqlite_engine(url: str, begin: str) -> Engine:
    from pysqlite3 import dbapi2

    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise Trouble(f"SQLite {dbapi2.sqlite_version} has a fault that loses data; 3.51.3 is the oldest that serves.")
    engine = create_engine(
        url,
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", prepare_sqlite)
    # Straight to the driver: a statement that has no parameters and no result needs nothing else.
    event.listen(engine, "begin", lambda connection: connection.connection.driver_connection.execute(begin))
    return engine


def postgres_engine(url: str, **options: Any) -> Engine:
    timeouts = "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=30000"
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "options": timeouts},
        **options,
    )
    event.listen(engine, "do_connect", connect_patiently)
    return engine


def connect_patiently(dialect: Any, _record: Any, args: Any, options: Any) -> Any:
    begun = time.monotonic()
    for pause in PAUSES:
        try:
            return dialect.connect(*args, **options)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() - begun > 1:
                raise
            time.sleep(pause)
    return dialect.connect(*args, **options)


def sqlstate(error: Exception) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def passes(error: Exception) -> bool:
    """A failure after which the same request, made again, may well go through."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or sqlstate(error).startswith(PASSING))


class Database:
    """One database: how to read it, how to change it, and where (on the loop or in threads) its work is run."""

    def __init__(self, url: str, **known: Any) -> None:
        self.url = url
        self.embedded = url.startswith("sqlite")
        self.known = known
        if self.embedded:
            self.reads = sqlite_engine(url, "BEGIN")
            self.writes = sqlite_engine(url, "BEGIN IMMEDIATE")
        else:
            self.reads = postgres_engine(url, isolation_level="REPEATABLE READ")
            self.writes = postgres_engine(url)
        self.write_lock = anyio.Lock()
        self.threads = anyio.CapacityLimiter(8)
        # Fewer than there are threads: whoever holds a row's lock always finds one to finish in.
        self.writers = anyio.CapacityLimiter(6)
        self.slow_threads = anyio.CapacityLimiter(4)
        # Fewer than there are connections: who waits for one waits on the loop. Threads that wait would be those that
        # the holders need to let go.
        self.readers = anyio.CapacityLimiter(12)
        self.kept: Connection | None = None

    def session(self, engine: Engine) -> Session:
        return Session(engine, expire_on_commit=False, info=dict(self.known))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.session(self.reads) as db:
            yield db
            db.commit()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction for commands and jobs; requests have theirs from `transaction`."""
        with self.session(self.writes) as db:
            db.connection()
            yield db
            db.commit()

    async def run(self, call: Callable[..., T], /, *args: Any, **named: Any) -> T:
        """Short work: on SQLite at once on the loop (a thread hop costs more than the query), else in a thread."""
        if self.embedded:
            return call(*args, **named)
        return await anyio.to_thread.run_sync(partial(call, *args, **named), limiter=self.threads)

    async def run_slow(self, call: Callable[..., T], /, *args: Any, **named: Any) -> T:
        return await anyio.to_thread.run_sync(partial(call, *args, **named), limiter=self.slow_threads)

    @asynccontextmanager
    async def transaction(self, *, write: bool) -> AsyncIterator[Session]:
        if self.embedded and not write:
            with self.reading() as db:
                yield db
        elif self.embedded:
            # Waiting for SQLite's one writer happens here, on the loop: threads that wait would hold the
            # tokens that the writer needs to finish.
            async with self.write_lock, self._session(self.writes, write=True) as db:
                yield db
        elif write:
            async with self.writers, self._session(self.writes, write=True) as db:
                yield db
        else:
            async with self.readers, self._session(self.reads, write=False) as db:
                yield db

    @asynccontextmanager
    async def _session(self, engine: Engine, *, write: bool) -> AsyncIterator[Session]:
        db = self.session(engine)
        db.info["writing"] = write
        hop = self.run_slow if write and self.embedded else self.run
        try:
            if write and self.embedded:
                await self.run_slow(db.connection)
            yield db
            await hop(db.commit)
        finally:
            if self.embedded:
                db.close()  # waits for nothing: what is not committed by now is rolled back
            else:
                with anyio.CancelScope(shield=True):
                    await hop(db.close)

    def aside(self, work: Callable[[Session], Any]) -> None:
        """A small change beside the request that asks for it: never waited for, and not missed when it fails.

        Waiting for SQLite's write lock on the loop would keep its holder from ever letting go.
        """

        def run() -> None:
            try:
                with self.writing() as db:
                    work(db)
            except DBAPIError as error:
                log.warning("left undone", error=type(error).__name__)

        threading.Thread(target=run, name="aside", daemon=True).start()

    def stay_open(self) -> None:
        """Keep one connection for as long as we serve: the first one to open an SQLite file needs room on the disk."""
        if self.embedded and self.kept is None:
            self.kept = self.reads.connect()
            self.kept.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
            self.kept.commit()

    def refuse_forgetful(self) -> None:
        """A PostgreSQL server that confirms what it may forget in a power cut."""
        with self.reads.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                if connection.scalar(text(f"SHOW {setting}")) == "off":
                    raise Trouble(f"The PostgreSQL server has {setting} off: it may forget what it has confirmed.")

    def ready(self) -> dict[str, str]:
        with self.reads.connect() as connection:
            sql = "SELECT sqlite_version()" if self.embedded else "SHOW server_version"
            return {
                "database": "sqlite" if self.embedded else "postgresql",
                "version": str(connection.scalar(text(sql))),
            }

    def close(self) -> None:
        if self.kept:
            self.kept.close()
            self.kept = None
        self.reads.dispose()
        self.writes.dispose()


async def transaction(request: Request) -> AsyncIterator[Session]:
    database: Database = request.app.state.database
    write = request.method not in SAFE_METHODS
    if write:
        # The whole body first: a client that sends slowly must not do so while holding the write lock.
        # A form with files is parsed as it comes; any other body is kept whole for whoever reads it next.
        files = request.headers.get("content-type", "").startswith("multipart/")
        await (request.form() if files else request.body())
    try:
        async with database.transaction(write=write) as db:
            yield db
    finally:
        await request.close()


# "function": the commit happens before the answer leaves. FastAPI's default would send a 303 first, and a commit
# that then fails would look like success.
Db = Annotated[Session, Depends(transaction, scope="function")]


def lock(db: Session) -> dict[str, bool]:
    """Options for `db.get` and `with_for_update`: a thing that will change is locked before it is read."""
    return {"with_for_update": True} if db.info.get("writing") else {}


def embedded(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"


FOR_FEW_ROWS = text(
    "SELECT set_config(name, value, true) FROM (VALUES ('plan_cache_mode', 'force_custom_plan'), "
    "('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('max_parallel_workers_per_gather', '0')) "
    "AS settings (name, value)"
)


def plan_for_few_rows(db: Session) -> None:
    """Until this transaction ends, PostgreSQL plans each statement for what it is asked with, and for its first rows.

    Left to itself it keeps one plan for any words, and joins a few hundred of them by reading whole tables.
    """
    if not embedded(db):
        db.connection().execute(FOR_FEW_ROWS)
