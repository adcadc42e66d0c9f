"""What must be sent or run later: written in the same transaction as the change, run by a worker, at least once.

A job is taken by a lease. A worker that dies leaves its lease to expire, and another takes the job up again.
Repeating work is a row that writes its next one.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import Field, col

from app.columns import Row, instant, now, text
from app.db import Database

LEASE = timedelta(minutes=2)
TRIES = 8
log = structlog.get_logger()


class Job(Row, table=True):
    __tablename__ = "outbox"

    kind: str = Field(max_length=40)
    payload: str = text()
    due: datetime = instant(index=True)
    leased_until: datetime | None = instant(nullable=True, default=None)
    attempts: int = 0
    done_at: datetime | None = instant(nullable=True, default=None, index=True)
    failure: str = text()


@dataclass(frozen=True)
class Task:
    """How one kind of job is done. `run` gets the database and the payload, and opens its own transactions."""

    kind: str
    run: Callable[[Database, dict[str, Any]], None]


@dataclass(frozen=True)
class Watch:
    """What is looked at again every few seconds. `run` asks cheaply, and writes only where there is something new."""

    name: str
    run: Callable[[Database], object]
    every: float = 2.0


def later(db: Session, kind: str, due: datetime | None = None, **payload: Any) -> None:
    """Have a job done after this transaction has committed, and only if it does."""
    db.add(Job(kind=kind, payload=json.dumps(payload, sort_keys=True), due=due or now()))


def take(database: Database) -> tuple[int, str, dict[str, Any]] | None:
    with database.writing() as db:
        free = or_(col(Job.leased_until).is_(None), col(Job.leased_until) < now())
        query = (
            select(Job)
            .where(col(Job.done_at).is_(None), col(Job.due) <= now(), col(Job.attempts) < TRIES, free)
            .order_by(col(Job.due), col(Job.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        job = db.scalars(query).first()
        if job is None:
            return None
        job.leased_until = now() + LEASE
        job.attempts += 1
        return job.id, job.kind, json.loads(job.payload)


def finish(database: Database, job_id: int, failure: str = "") -> None:
    with database.writing() as db:
        job = db.get_one(Job, job_id)
        if failure:
            job.failure = failure
            job.due = now() + timedelta(seconds=15 * 2**job.attempts)
            job.leased_until = None
        else:
            job.done_at = now()
            # What was sent may carry a link that gives a right; it is not kept.
            job.payload = "{}"


def again(job: Job) -> None:
    """Due now, with all its tries before it. Why it failed stays until it has been done."""
    job.attempts, job.due, job.leased_until = 0, now(), None


def drop(job: Job) -> None:
    """Left undone for good, and what it held is not kept."""
    job.done_at, job.payload = now(), "{}"
    job.attempts = 0


def run_one(database: Database, tasks: Mapping[str, Task]) -> bool:
    """Run the next job that is due. False when there is none."""
    taken = take(database)
    if taken is None:
        return False
    job_id, kind, payload = taken
    try:
        tasks[kind].run(database, payload)
    except Exception as error:
        log.warning("job failed", kind=kind, job=job_id, error=type(error).__name__)
        finish(database, job_id, f"{type(error).__name__}: {error}"[:500])
    else:
        finish(database, job_id)
    return True


def run_all(database: Database, tasks: Mapping[str, Task]) -> int:
    """Run all that is due now: for tests and commands."""
    count = 0
    while run_one(database, tasks):
        count += 1
    return count


class Worker:
    """A thread that runs jobs, and looks at what is watched, until it is stopped."""

    def __init__(
        self, database: Database, tasks: Mapping[str, Task], watches: Sequence[Watch] = (), pause: float = 1.0
    ) -> None:
        self.database, self.tasks, self.pause = database, tasks, pause
        self.watches = dict.fromkeys(watches, 0.0)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="outbox", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def run(self) -> None:
        well = True
        while not self.stopping.is_set():
            self.look()
            try:
                busy, well = run_one(self.database, self.tasks), True
            except Exception as error:
                if well:
                    log.warning("worker waits", error=type(error).__name__)
                busy = well = False
            if not busy:
                self.stopping.wait(self.pause)

    def look(self) -> None:
        for watch, last in self.watches.items():
            if time.monotonic() - last < watch.every:
                continue
            try:
                watch.run(self.database)
            except Exception as error:
                log.warning("watch failed", watch=watch.name, error=type(error).__name__)
            self.watches[watch] = time.monotonic()

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(timeout=10)
