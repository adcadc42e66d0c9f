"""Deadlines: told once when they are near and once when they have passed, in the morning where the organisation is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.columns import as_of, today
from app.db import Database
from app.ideas.models import Stage
from app.main import all_tasks
from app.notices.actions import read_record
from app.notices.jobs import remind
from app.outbox import run_all
from app.people.models import Person
from app.record.queries import verify
from tests.cast import Cast, the_cast
from tests.makers import an_idea
from tests.notices.makers import by_reader, mailing, text
from tests.people.makers import Mailbox, a_mailbox
from tests.work.makers import a_round

MORNING = datetime(2026, 12, 7, 7, 5, tzinfo=UTC)  # a Monday


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


def to_score(database: Database, days: int) -> Cast:
    with as_of(MORNING), database.writing() as db:
        cast = the_cast(db)
        ideas = tuple(an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW, title=t) for t in ("One", "Two"))
        a_round(db, cast.committee, cast.noor, ideas, (cast.sami,), due=today() + timedelta(days=days))
    return cast


def run(database: Database, moment: datetime) -> int:
    with as_of(moment):
        reminded = 0
        while (some := remind(database)) is not None:
            reminded += some
        read_record(database)
        run_all(database, all_tasks())
    return reminded


def test_what_is_near_is_told_once_on_its_day_and_when_it_is_late(both: Database, box: Mailbox) -> None:
    """Due on a Monday: three working days before it is the Wednesday, where nobody works at weekends."""
    mailing(both, box)
    to_score(both, 7)
    for day in (0, 1):
        run(both, MORNING + timedelta(days=day))
    assert "sami" not in by_reader(box)
    for day in (2, 2, 3, 4, 5, 6):  # twice on the Wednesday: another worker, or a second look
        run(both, MORNING + timedelta(days=day))
    (mail,) = by_reader(box)["sami"]
    assert mail["subject"] == "2 due soon"
    assert "Score One" in text(mail)
    assert "Amal" not in text(mail)
    for day in (7, 7, 8, 9, 10):
        run(both, MORNING + timedelta(days=day))
    assert [mail["subject"] for mail in by_reader(box)["sami"]] == ["2 due soon", "2 due soon", "2 late"]
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


def test_before_the_morning_nobody_is_woken(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    to_score(both, 1)
    assert run(both, MORNING - timedelta(minutes=10)) == 0
    assert run(both, MORNING) >= 1


def test_a_reminder_stands_in_the_inbox_and_leads_home(both: Database) -> None:
    from app.main import create_app
    from tests.client import Browser

    cast = to_score(both, 1)
    run(both, MORNING)
    browser = Browser(create_app(both.known["settings"], both, run_worker=False), cast.sami)
    shown = browser.get("/notices").text
    assert "Reminded of what is due" in shown
    assert "What waits for you" in shown
    with both.reading() as db:
        assert db.get_one(Person, cast.sami.id).unread == 1
        number = db.connection().exec_driver_sql("SELECT max(entry) FROM notice").scalar_one()
    answer = browser.post(f"/notices/{number}/read")
    assert answer.headers["location"] == "/"


def test_more_people_than_fit_in_one_turn_are_all_reminded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.notices import reminders

    monkeypatch.setattr(reminders, "CHUNK", 3)
    with as_of(MORNING), database.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW)
        reviewers = (cast.sami, cast.dina, cast.omar)
        a_round(db, cast.committee, cast.noor, (idea,), reviewers, due=today() + timedelta(days=1))
    assert run(database, MORNING) >= 3
    assert run(database, MORNING) == 0
