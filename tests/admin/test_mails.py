"""Mails that could not be sent: what an administrator sees of them, and sending them again."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.models import Stage
from app.main import Pilotage, all_tasks, create_app
from app.notices.actions import read_record
from app.outbox import LEASE, TRIES, Job, run_all, run_one
from app.people.actions import invite
from app.people.models import Person
from app.record.models import Entry
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea
from tests.notices.makers import Refusing, due_again, mailing, served
from tests.people.makers import a_mailbox
from tests.work.makers import told

Signed = Callable[[Person | None], Browser]


@pytest.fixture
def given_up(both: Database) -> Cast:
    """An invitation and a notice, tried for as often as mails are."""
    with served(Refusing()) as server:
        mailing(both, server)
        with both.writing() as db:
            cast = the_cast(db)
            idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, title="Low trays")
            told(db, cast.noor, "decline", idea, "in review", "declined", why="No.")
            invite(db, cast.root.id, both.known["settings"], db.get_one(Person, cast.tariq.id))
        read_record(both)
        for _ in range(2 * TRIES):
            run_one(both, all_tasks())
            due_again(both)
    return cast


@pytest.fixture
def app(both: Database, given_up: Cast) -> Pilotage:
    return create_app(both.known["settings"], both, run_worker=False)


def jobs(database: Database) -> list[Job]:
    with database.reading() as db:
        return list(db.scalars(select(Job).order_by(col(Job.id))))


def test_mails_that_were_given_up_are_seen_without_their_words(app: Pilotage, given_up: Cast, both: Database) -> None:
    root = Browser(app, given_up.root)
    shown = root.get("/admin/mail").text
    assert "Two mails were given up." in shown
    assert "tariq@pilotage.example" in shown
    assert "Your invitation to Pilotage" in shown
    assert "amal@pilotage.example" in shown
    assert "Declined (a notice)" in shown
    assert "post office is closed" in shown
    payloads = "".join(job.payload for job in jobs(both))
    assert "/invitation/" in payloads
    assert not any(secret in shown for secret in ("/invitation/", "Low trays", "No."))
    assert "2 mails given up" in root.get("/admin").text
    for name, status in {"noor": 403, "amal": 403, "gita": 404}.items():
        browser = Browser(app, getattr(given_up, name))
        assert browser.get("/admin/mail").status_code == status
        assert browser.post("/admin/mail/1/moves", {"name": "resend"}).status_code == status


def test_one_is_sent_again_by_a_button_and_it_stands_in_the_record(
    app: Pilotage, given_up: Cast, both: Database
) -> None:
    root = Browser(app, given_up.root)
    with a_mailbox() as box:
        mailing_again(both, box.port)
        for job in jobs(both):
            assert root.post(f"/admin/mail/{job.id}/moves", {"name": "resend"}).status_code == 303
        run_all(both, all_tasks())
        assert sorted(mail["to"] for mail in box.mails) == ["amal@pilotage.example", "tariq@pilotage.example"]
    assert {job.payload for job in jobs(both)} == {"{}"}
    assert root.post(f"/admin/mail/{jobs(both)[0].id}/moves", {"name": "resend"}).status_code == 409
    assert "Send again" not in root.get("/admin/mail").text
    with both.reading() as db:
        entries = db.execute(select(col(Entry.ref), col(Entry.figures)).where(col(Entry.move) == "resend")).all()
    assert [tuple(row) for row in entries] == [(f"outbox:{job.id}", '{"tries":8}') for job in jobs(both)]


def mailing_again(database: Database, port: int) -> None:
    from pydantic import SecretStr

    address = SecretStr(f"smtp://127.0.0.1:{port}")
    database.known["settings"] = database.known["settings"].model_copy(update={"smtp_url": address})


def test_one_is_thrown_away_with_its_words(app: Pilotage, given_up: Cast, both: Database) -> None:
    root = Browser(app, given_up.root)
    first, second = jobs(both)
    assert root.post(f"/admin/mail/{first.id}/moves", {"name": "drop"}).status_code == 303
    assert [job.payload == "{}" for job in jobs(both)] == [True, False]
    assert "One mail was given up." in root.get("/admin/mail").text
    assert root.post(f"/admin/mail/{second.id}/moves", {"name": "frame"}).status_code == 422
    assert root.post("/admin/mail/999/moves", {"name": "drop"}).status_code == 404


def test_one_that_is_being_sent_is_left_alone(app: Pilotage, given_up: Cast, both: Database) -> None:
    with both.writing() as db:
        db.execute(update(Job).values(leased_until=now() + LEASE))
    root = Browser(app, given_up.root)
    assert root.post(f"/admin/mail/{jobs(both)[0].id}/moves", {"name": "resend"}).status_code == 409
    assert "Send again" not in root.get("/admin/mail").text


def test_the_page_asks_no_more_for_many(app: Pilotage, given_up: Cast, both: Database) -> None:
    with both.writing() as db:
        for number in range(150):
            db.add(Job(kind="mail", payload=f'{{"to": "p{number}@pilotage.example", "subject": "s"}}', failure="f"))
    shown = Browser(app, given_up.root).get("/admin/mail").text
    assert shown.count("Send again") == 100
    assert shown.index("tariq@pilotage.example") < shown.index("p149@pilotage.example")
