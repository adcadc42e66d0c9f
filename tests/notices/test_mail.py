"""Notices as mail, over real SMTP: once, in time, under one name, and never more than their reader may see."""

from collections.abc import Iterator
from email import policy

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage
from app.main import all_tasks
from app.notices.actions import read_record
from app.notices.models import Preference
from app.outbox import TRIES, Job, run_all, run_one, take
from app.people.models import Person
from tests.cast import Cast, the_cast
from tests.makers import an_idea
from tests.notices.makers import Refusing, by_reader, deliver, due_again, jobs, mailing, served, text
from tests.people.makers import Mailbox, a_mailbox
from tests.work.makers import a_round, follow, told


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


def declined(database: Database) -> tuple[Cast, Idea]:
    """Noor declines Amal's idea, which Zaid follows."""
    with database.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, title="Low trays")
        follow(db, cast.zaid, idea)
        told(db, cast.noor, "decline", idea, "in review", "declined", why="The gates are not where the gap is.")
    return cast, idea


def test_a_decision_is_exactly_one_mail_to_who_wrote_it(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    declined(both)
    for _ in range(3):
        deliver(both)
    (mail,) = box.mails
    assert (mail["to"], mail["subject"]) == ("amal@pilotage.example", "Declined: Low trays")
    words = text(mail)
    assert "The gates are not where the gap is." in words
    assert "because you or your team wrote it" in words
    assert "http://127.0.0.1:8000/ideas/1" in words
    assert not any(name in words for name in ("Amal", "Noor"))
    assert [(job.payload, job.done_at is not None) for job in jobs(both, "notice mail")] == [("{}", True)]


def test_the_reason_goes_to_the_authors_alone(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    cast, _ = declined(both)
    with both.writing() as db:
        db.add(Preference(person_id=cast.zaid.id, choices='{"followed": "at once"}'))
    deliver(both)
    sent = by_reader(box)
    assert sorted(sent) == ["amal", "zaid"]
    assert "gap" not in text(sent["zaid"][0])
    assert "because you follow it" in text(sent["zaid"][0])


def test_a_try_after_a_death_is_the_same_mail_byte_for_byte(both: Database, box: Mailbox) -> None:
    """The worker dies after the mail server took the mail and before that was noted."""
    mailing(both, box)
    declined(both)
    read_record(both)
    taken = take(both)
    assert taken
    _, kind, payload = taken
    all_tasks()[kind].run(both, payload)  # and here it dies
    due_again(both)
    run_all(both, all_tasks())
    first, second = box.mails
    assert first["message-id"] == second["message-id"]
    assert first.as_bytes(policy=policy.SMTP) == second.as_bytes(policy=policy.SMTP)
    assert first["message-id"].endswith("@127.0.0.1>")
    assert len(first["message-id"]) > 30
    run_all(both, all_tasks())
    assert len(box.mails) == 2


def test_two_mails_never_have_one_name(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    declined(both)
    with both.writing() as db:
        idea = db.get_one(Idea, 1)
        told(db, None, "approve", idea, "in review", "approved")
    deliver(both)
    assert len({mail["message-id"] for mail in box.mails}) == len(box.mails) == 2


def test_what_may_not_be_seen_any_more_is_not_sent(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    cast, idea = declined(both)
    with both.writing() as db:
        db.add(Preference(person_id=cast.zaid.id, choices='{"followed": "at once"}'))
    read_record(both)
    with both.writing() as db:
        db.get_one(Idea, idea.id).listed = False
        db.execute(update(Person).where(col(Person.id) == cast.amal.id).values(disabled_at=cast.amal.created_at))
    run_all(both, all_tasks())
    assert box.mails == []
    assert all(job.done_at for job in jobs(both, "notice mail"))


def test_who_wants_no_mail_gets_none(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    cast, _ = declined(both)
    with both.writing() as db:
        db.add(Preference(person_id=cast.amal.id, mail=False))
    deliver(both)
    assert box.mails == []
    assert jobs(both, "notice mail") == []


def test_a_mail_server_that_refuses_is_tried_again_and_then_given_up(both: Database) -> None:
    with served(Refusing()) as server:
        mailing(both, server)
        declined(both)
        read_record(both)
        for _ in range(TRIES + 2):
            run_one(both, all_tasks())
            due_again(both)
        assert server.tries == TRIES
    (job,) = jobs(both, "notice mail")
    assert (job.attempts, job.done_at) == (TRIES, None)
    assert "post office is closed" in job.failure


def test_a_blind_reviewer_who_follows_is_told_no_name(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW, title="Low trays")
        round_ = a_round(db, cast.committee, cast.noor, (idea,), (cast.sami,))
        follow(db, cast.sami, idea)
        db.add(Preference(person_id=cast.sami.id, choices='{"followed": "at once"}'))
        told(db, cast.noor, "open", round_, "prepared", "open")
        told(db, cast.noor, "decline", idea, "in review", "declined", why="Amal says so herself.")
    deliver(both)
    sent = by_reader(box)["sami"]
    assert [mail["subject"] for mail in sent] == ["Reviewing has begun: Autumn", "Declined: Low trays"]
    assert not any("Amal" in mail.as_string() for mail in sent)


def test_a_title_cannot_add_a_header(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    with both.writing() as db:
        cast = the_cast(db)
        title = "Trays\r\nBcc: all@pilotage.example <script>alert(1)</script> " + "é" * 60
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, title=title)
        told(db, cast.noor, "decline", idea, "in review", "declined", why="=1+1 <img src=x>")
    deliver(both)
    (mail,) = box.mails
    assert mail["bcc"] is None
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "<img" not in html.get_content()


def test_a_job_of_an_older_version_is_still_sent(both: Database, box: Mailbox) -> None:
    mailing(both, box)
    with both.writing() as db:
        old = '{"to": "a@pilotage.example", "subject": "s", "paragraphs": ["p"], "link": null}'
        db.add(Job(kind="mail", payload=old))
    run_all(both, all_tasks())
    assert [mail["subject"] for mail in box.mails] == ["s"]
