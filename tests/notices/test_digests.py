"""Digests: at the reader's hour, by thing, of what was not read; and never twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.ideas.models import Stage
from app.main import all_tasks
from app.notices.actions import mark_read, read_record
from app.notices.clock import next_time
from app.notices.digests import put_due
from app.notices.models import Notice, Preference
from app.notices.topics import Often
from app.outbox import run_all
from app.people.actor import find_actor
from app.people.models import Person
from tests.cast import Cast, the_cast
from tests.makers import an_idea
from tests.notices.makers import due_again, jobs, mailing, text
from tests.people.makers import Mailbox, a_mailbox
from tests.work.makers import follow, told

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


def a_week(database: Database) -> Cast:
    """Zaid follows two ideas; of one there are two pieces of news."""
    with database.writing() as db:
        cast = the_cast(db)
        low = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW, title="Low trays")
        desk = an_idea(db, cast.process, cast.amal, stage=Stage.ADMITTED, title="A desk at the queue")
        for idea in (low, desk):
            follow(db, cast.zaid, idea)
        told(db, cast.noor, "admit", low, "submitted", "admitted")
        told(db, cast.noor, "admit", desk, "submitted", "admitted")
        told(db, cast.noor, "into_round", low, "admitted", "in review")
    read_record(database)
    return cast


def at_next_hour(database: Database) -> None:
    """A day later: all digests are due."""
    with as_of(now() + timedelta(days=1, minutes=1)):
        put_due(database)
        run_all(database, all_tasks())


def test_a_digest_tells_by_thing_and_is_never_told_again(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    a_week(both)
    at_next_hour(both)
    (mail,) = [mail for mail in box.mails if mail["to"] == "zaid@pilotage.example"]
    assert mail["subject"] == "What changed in two things"
    words = text(mail).replace("\r\n", "\n")
    assert words.index("Low trays") < words.index("A desk at the queue")
    assert words.count("Low trays") == 1
    assert "- Admitted, because you follow it\n- Taken into a round, because you follow it" in words
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    count = len(box.mails)
    for _ in range(2):
        at_next_hour(both)
    assert len(box.mails) == count


def test_two_workers_make_one_digest(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    a_week(both)
    with as_of(now() + timedelta(days=1, minutes=1)):
        assert put_due(both) > 0
        assert put_due(both) == 0
    assert len({job.payload for job in jobs(both, "digest mail")}) == len(jobs(both, "digest mail"))
    due_again(both)
    run_all(both, all_tasks())
    assert len([mail for mail in box.mails if mail["to"] == "zaid@pilotage.example"]) == 1


def test_what_was_read_meanwhile_is_left_out(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    cast = a_week(both)
    with as_of(now() + timedelta(days=1, minutes=1)):
        put_due(both)
    with both.writing() as db:
        zaid = find_actor(db, cast.zaid.id)
        for entry in db.scalars(select(col(Notice.entry)).where(col(Notice.about) == "idea:1")).all():
            db.expire_all()
            if db.scalars(select(Notice).filter_by(person_id=zaid.id, entry=entry)).first():
                mark_read(db, zaid, entry)
    due_again(both)
    run_all(both, all_tasks())
    (mail,) = [mail for mail in box.mails if mail["to"] == "zaid@pilotage.example"]
    assert "A desk at the queue" in text(mail)
    assert "Low trays" not in text(mail)


def test_nothing_new_is_no_mail(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    cast = a_week(both)
    with both.writing() as db:
        db.execute(update(Notice).values(read_at=now()))
        db.execute(update(Person).values(unread=0).where(col(Person.id) == cast.zaid.id))
    at_next_hour(both)
    assert box.mails == []


def test_a_week_waits_for_its_day(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    cast = a_week(both)
    with both.writing() as db:
        wish = db.get_one(Preference, cast.zaid.id)
        wish.often, wish.weekday = Often.WEEKLY, 2
        wish.next_at = datetime(2026, 11, 25, 8, tzinfo=UTC)
    with as_of(datetime(2026, 11, 25, 7, 59, tzinfo=UTC)):
        put_due(both)
    assert not [job for job in jobs(both, "digest mail") if f'"person": {cast.zaid.id},' in job.payload]
    with as_of(datetime(2026, 11, 25, 8, 0, tzinfo=UTC)):
        put_due(both)
    assert [job for job in jobs(both, "digest mail") if f'"person": {cast.zaid.id},' in job.payload]
    with both.reading() as db:
        assert db.get_one(Preference, cast.zaid.id).next_at == datetime(2026, 12, 2, 8, tzinfo=UTC)


def walked(start: datetime, hour: int, times: int, zone: ZoneInfo = BERLIN) -> list[str]:
    moments, moment = [], start
    for _ in range(times):
        moment = next_time(moment, Often.DAILY, 0, hour, zone)
        moments.append(f"{moment.astimezone(zone):%d %H:%M}")
    return moments


def test_the_hour_is_the_clocks_through_changes_of_the_clock() -> None:
    spring = datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert walked(spring, 8, 4) == ["28 08:00", "29 08:00", "30 08:00", "31 08:00"]
    autumn = datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert walked(autumn, 8, 3) == ["24 08:00", "25 08:00", "26 08:00"]


def test_an_hour_that_is_left_out_or_comes_twice_is_one_digest() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert walked(spring, 2, 2) == ["29 03:00", "30 02:00"]  # 02:00 is not on that day's clock
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert walked(autumn, 2, 2) == ["25 02:00", "26 02:00"]  # 02:00 is there twice


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekly_digest_is_on_its_weekday_and_later_than_now(weekday: int) -> None:
    for day in range(1, 15):
        start = datetime(2026, 10, 18, 9, tzinfo=UTC) + timedelta(days=day)
        moment = next_time(start, Often.WEEKLY, weekday, 10, BERLIN)
        assert moment.astimezone(BERLIN).weekday() == weekday
        assert timedelta(0) < moment - start <= timedelta(days=7, hours=1)
