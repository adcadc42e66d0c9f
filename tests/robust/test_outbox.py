"""Jobs: done once, tried again, and taken up from a worker that died."""

import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.outbox import LEASE, TRIES, Job, Task, Worker, later, run_all, run_one, take


@pytest.fixture(autouse=True)
def empty_outbox(both: Database) -> None:
    """Without the repeating work that an installation begins with."""
    with both.writing() as db:
        db.execute(delete(Job))


class Done:
    """A task that notes what it was given; it fails for as many times as it is told to."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.payloads: list[dict[str, Any]] = []
        self.seen = threading.Event()
        self.tasks = {"note": Task("note", self.run)}

    def run(self, database: Database, payload: dict[str, Any]) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the post office is closed")
        self.payloads.append(payload)
        self.seen.set()


def put(database: Database, *numbers: int) -> None:
    with database.writing() as db:
        for number in numbers:
            later(db, "note", number=number)


def jobs(database: Database) -> list[Job]:
    with database.reading() as db:
        return list(db.scalars(select(Job).order_by(col(Job.id))))


def make_due(database: Database) -> None:
    with database.writing() as db:
        db.execute(update(Job).values(due=now() - timedelta(seconds=1)))


def test_a_job_exists_only_if_its_change_does(both: Database) -> None:
    with both.writing() as db:
        later(db, "note", number=1)
        db.rollback()
    assert jobs(both) == []


def test_a_job_is_done_once_and_its_payload_is_not_kept(both: Database) -> None:
    put(both, 7)
    done = Done()
    assert (run_all(both, done.tasks), run_all(both, done.tasks)) == (1, 0)
    assert done.payloads == [{"number": 7}]
    (job,) = jobs(both)
    assert (job.done_at is not None, job.payload, job.attempts) == (True, "{}", 1)


def test_a_job_that_fails_is_tried_again_later_and_says_why(both: Database) -> None:
    put(both, 1)
    done = Done(fails=2)
    waits = []
    for _ in range(2):
        assert run_one(both, done.tasks)
        assert not run_one(both, done.tasks)
        waits.append(jobs(both)[0].due - now())
        make_due(both)
    assert run_one(both, done.tasks)
    assert len(done.payloads) == 1
    assert waits[1] > waits[0] > timedelta(seconds=20)
    assert "the post office is closed" in jobs(both)[0].failure


def test_a_job_that_always_fails_is_left_for_people(both: Database) -> None:
    put(both, 1)
    done = Done(fails=1000)
    for _ in range(TRIES + 3):
        run_one(both, done.tasks)
        make_due(both)
    assert jobs(both)[0].attempts == TRIES


def test_what_a_dead_worker_held_is_taken_up_when_its_lease_ends(both: Database) -> None:
    put(both, 1)
    assert take(both)
    done = Done()
    assert run_all(both, done.tasks) == 0
    with both.writing() as db:
        db.execute(update(Job).values(leased_until=now() - timedelta(seconds=1)))
    assert run_all(both, done.tasks) == 1
    assert timedelta(seconds=30) < LEASE < timedelta(minutes=5)


def test_two_workers_do_each_job_once(both: Database) -> None:
    put(both, *range(60))
    done = Done()
    workers = [Worker(both, done.tasks, pause=0.02) for _ in range(2)]
    for worker in workers:
        worker.start()
    end = time.monotonic() + 30
    while any(job.done_at is None for job in jobs(both)) and time.monotonic() < end:
        time.sleep(0.05)
    for worker in workers:
        worker.stop()
    assert Counter(payload["number"] for payload in done.payloads) == Counter(range(60))


def test_a_worker_wakes_within_its_pause(both: Database) -> None:
    done = Done()
    worker = Worker(both, done.tasks, pause=0.2)
    worker.start()
    put(both, 1)
    assert done.seen.wait(5)
    worker.stop()
    assert not worker.thread.is_alive()
