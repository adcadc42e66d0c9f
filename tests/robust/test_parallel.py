"""Many at once, through as little as one worker thread."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from app.columns import now
from app.db import Database
from app.main import Pilotage
from app.people.models import Session
from app.record.models import Entry
from app.record.queries import verify
from tests.robust.serving import Client


def at_once(calls: list[Callable[[], int]]) -> Counter[int]:
    """What each call gave, all begun together."""
    gate, answers = threading.Barrier(len(calls)), []  # type: ignore[var-annotated]

    def run(call: Callable[[], int]) -> None:
        gate.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return Counter(answers)


def test_fifty_posts_through_one_thread(database: Database, served_app: Pilotage, client: Callable[[], Client]) -> None:
    """Waiting for the one writer happens on the loop: threads that wait would hold what the writer needs."""
    database.slow_threads.total_tokens = 1
    people = [client() for _ in range(50)]

    def post(number: int) -> Callable[[], int]:
        return lambda: people[number].post("/test/write", key=f"k{number}", number=number, why="").status

    assert at_once([post(number) for number in range(50)]) == {303: 50}
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Entry)) == 50
        assert verify(db, database.known["record_keys"]).intact


def test_the_same_post_twenty_times_acts_once(database: Database, client: Callable[[], Client]) -> None:
    person = client()
    same = [Client(person.http.port) for _ in range(20)]
    for one in same:
        one.headers = person.headers
    answers = at_once([lambda one=one: one.post("/test/write", key="k", number=1, why="").status for one in same])
    for one in same:
        one.close()
    assert set(answers) <= {303, 409}
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Entry)) == 1


def test_a_visit_is_noted_without_waiting_for_a_writer(database: Database, client: Callable[[], Client]) -> None:
    """On SQLite a page runs on the loop: were it to wait there for the write lock, nobody could let go of it."""
    person = client()
    with database.writing() as db:
        db.execute(update(Session).values(seen_at=now() - timedelta(hours=1)))
    with database.writing() as db:
        db.connection()
        assert person.get("/test/read").status == 200
