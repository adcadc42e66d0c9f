"""The inbox: what a reader sees of a notice, and reading it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Stage
from app.notices.actions import read_record
from app.notices.models import Notice
from app.outbox import Worker
from app.people.models import Person
from tests.cast import Cast
from tests.client import Browser
from tests.makers import an_idea
from tests.work.makers import a_round, follow, told

Signed = Callable[[Person | None], Browser]


@pytest.fixture
def declined(database: Database, cast: Cast) -> None:
    """Zaid follows an idea of Amal's, which Noor declined; Sami follows it too and is to review it blind."""
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW, title="Low <b>trays</b>")
        a_round(db, cast.committee, cast.noor, (idea,), (cast.sami,))
        for person in (cast.zaid, cast.sami):
            follow(db, person, idea)
        told(db, cast.amal, "submit", idea, "draft", "submitted")
        told(db, cast.noor, "decline", idea, "in review", "declined", why="The gap is elsewhere {{7*7}}.")
    read_record(database)


def unread(database: Database, person: Person) -> int:
    with database.reading() as db:
        return db.scalars(select(col(Person.unread)).where(col(Person.id) == person.id)).one()


def test_a_notice_says_what_happened_to_what_by_whom_and_why(declined: None, cast: Cast, as_: Signed) -> None:
    shown = as_(cast.zaid).get("/notices").text
    assert "Two things that you have not read." in shown
    assert "Low &lt;b&gt;trays&lt;/b&gt;" in shown
    assert "by Noor" in shown
    assert "The gap is elsewhere {{7*7}}." in shown
    assert "Inbox</span>" in shown
    assert ">2<span" in shown


def test_who_is_veiled_reads_no_name_and_no_reason(declined: None, cast: Cast, as_: Signed) -> None:
    shown = as_(cast.sami).get("/notices").text
    assert "Declined" in shown
    assert not any(word in shown for word in ("Amal", "Noor", "elsewhere"))


def test_reading_one_leads_to_it_and_counts_down_once(
    declined: None, database: Database, cast: Cast, as_: Signed
) -> None:
    with database.reading() as db:
        notice = db.scalars(select(col(Notice.entry)).where(col(Notice.person_id) == cast.zaid.id)).first()
    browser = as_(cast.zaid)
    for _ in range(2):
        answer = browser.post(f"/notices/{notice}/read")
        assert (answer.status_code, answer.headers["location"]) == (303, "/ideas/1")
        assert unread(database, cast.zaid) == 1
    assert as_(cast.omar).post(f"/notices/{notice}/read").status_code == 404
    assert as_(None).post(f"/notices/{notice}/read").status_code == 401
    assert unread(database, cast.zaid) == 1


def test_marking_all_leaves_what_came_after_the_page(
    declined: None, database: Database, cast: Cast, as_: Signed
) -> None:
    with database.reading() as db:
        newest = db.scalars(select(col(Notice.entry)).where(col(Notice.person_id) == cast.zaid.id)).all()[-1]
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SENT_BACK)
        told(db, cast.noor, "send_back", idea, "submitted", "sent back", why="More.")
    read_record(database)
    answer = as_(cast.zaid).post("/notices/read", {"up_to": newest})
    assert answer.status_code == 303
    assert unread(database, cast.zaid) == 1
    assert unread(database, cast.sami) == 2
    assert "One thing that you have not read." in as_(cast.zaid).get("/notices").text


def test_what_the_reader_may_not_see_is_not_shown(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Withdrawn since")
        follow(db, cast.zaid, idea)
        told(db, cast.amal, "submit", idea, "draft", "submitted")
    read_record(database)
    assert "Withdrawn since" in as_(cast.zaid).get("/notices").text
    with database.writing() as db:
        db.merge(idea).listed = False
    assert "Withdrawn since" not in as_(cast.zaid).get("/notices").text
    assert "Withdrawn since" not in as_(cast.zaid).get("/").text


def test_the_inbox_goes_on_by_key(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        for number in range(30):
            idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title=f"Thought {number:02}")
            told(db, cast.zaid, "submit", idea, "draft", "submitted")
    read_record(database)
    browser = as_(cast.noor)
    first = browser.get("/notices").text
    assert [f"Thought {number:02}" in first for number in (29, 5, 4)] == [True, True, False]
    with database.reading() as db:
        entries = db.scalars(select(col(Notice.entry)).where(col(Notice.person_id) == cast.noor.id)).all()
    address = f"/notices?after={entries[5]}"
    assert address in first
    second = browser.get(address).text
    assert [f"Thought {number:02}" in second for number in (5, 4, 0)] == [False, True, True]
    assert browser.get("/notices?after=x").status_code == 422


def test_a_worker_looks_at_the_record_by_itself(database: Database, cast: Cast) -> None:
    from app.main import all_watches

    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
        told(db, cast.zaid, "submit", idea, "draft", "submitted")
    worker = Worker(database, {}, all_watches())
    worker.look()
    assert unread(database, cast.noor) == 1
    with database.writing() as db:
        told(db, cast.zaid, "submit", idea, "draft", "submitted")
    worker.look()  # Within two seconds of the last look.
    assert unread(database, cast.noor) == 1


def test_the_inbox_asks_no_more_for_many(database: Database, cast: Cast, as_: Signed) -> None:
    from sqlalchemy import event

    from app.notices.queries import inbox
    from app.people.actor import find_actor

    def statements() -> int:
        count = 0

        def one_more(*_: object) -> None:
            nonlocal count
            count += 1

        with database.reading() as db:
            actor = find_actor(db, cast.noor.id)
            event.listen(database.reads, "before_cursor_execute", one_more)
            assert inbox(db, actor).lines
            event.remove(database.reads, "before_cursor_execute", one_more)
        return count

    def more(number: int) -> None:
        with database.writing() as db:
            for _ in range(number):
                idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
                told(db, cast.zaid, "submit", idea, "draft", "submitted")
        read_record(database)

    more(1)
    few = statements()
    more(24)
    assert statements() == few <= 4
