"""Invitations and resets: by mail, once, for one purpose, until a time."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.main import Pilotage
from app.outbox import Job, run_all
from app.people.actions import invite
from app.people.models import Link, Person, Session
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.people.makers import PASSWORD, Mailbox, a_mailbox, app_with_mail, enter, with_password


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


@pytest.fixture
def people(both: Database) -> Cast:
    with both.writing() as db:
        return the_cast(db)


@pytest.fixture
def mailing(both: Database, people: Cast, box: Mailbox) -> Pilotage:
    return app_with_mail(both, box)


def test_a_forgotten_password(mailing: Pilotage, both: Database, people: Cast, box: Mailbox) -> None:
    amal = with_password(both, people.amal, "the words of old times")
    elsewhere, browser = Browser(mailing, amal), Browser(mailing)
    asked = browser.post("/reset", {"email": "AMAL@pilotage.example"})
    run_all(both, mailing.state.tasks)
    mail = box.mails[0]
    assert (mail["to"], mail["auto-submitted"]) == (amal.email, "auto-generated")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert browser.get(box.link()).status_code == 200
    assert browser.post(box.link(), {"new_password": "amal"}).status_code == 422
    assert browser.post(box.link(), {"new_password": PASSWORD}).status_code == 303
    assert browser.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303
    assert browser.post(box.link(), {"new_password": "another good password"}).status_code == 404
    assert enter(Browser(mailing), amal.email).status_code == 303
    unknown = browser.post("/reset", {"email": "nobody@pilotage.example"})
    assert [unknown.headers["location"], unknown.headers["set-cookie"]] == [
        asked.headers["location"],
        asked.headers["set-cookie"],
    ]
    run_all(both, mailing.state.tasks)
    assert len(box.mails) == 1


def test_a_link_is_for_one_purpose_and_until_its_time(mailing: Pilotage, both: Database, people: Cast) -> None:
    with both.writing() as db:
        address = invite(db, None, settings_for(both.url), db.get_one(Person, people.zaid.id))
    path = address.removeprefix("http://127.0.0.1:8000")
    browser = Browser(mailing)
    assert browser.get(path).status_code == 200
    assert browser.get(path.replace("invitation", "reset")).status_code == 404
    assert browser.get(path.replace("invitation", "set-up")).status_code == 404
    with both.reading() as db:
        kept = db.scalars(select(Link)).one()
    assert kept.key not in address
    assert path.rpartition("/")[2] not in kept.key
    with both.writing() as db:
        db.execute(update(Link).values(expires_at=now() - timedelta(seconds=1)))
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"new_password": PASSWORD}).status_code == 404


def test_an_invitation_lets_one_in(mailing: Pilotage, both: Database, people: Cast, box: Mailbox) -> None:
    root = Browser(mailing, people.root)
    assert root.post(f"/admin/people/{people.zaid.id}/moves", {"name": "invite"}).status_code == 303
    run_all(both, mailing.state.tasks)
    guest = Browser(mailing)
    assert guest.post(box.link(), {"new_password": PASSWORD}).status_code == 303
    assert guest.get("/me").status_code == 200
    with both.reading() as db:
        assert all(job.payload == "{}" for job in db.scalars(select(Job)))


def test_without_a_mail_server_the_link_is_shown_once(database: Database, cast: Cast, app: Pilotage) -> None:
    root = Browser(app, cast.root)
    answer = root.post(f"/admin/people/{cast.zaid.id}/moves", {"name": "invite"})
    assert "/invitation/" in unquote(answer.headers["set-cookie"])
    address = f"/admin/people/{cast.zaid.id}"
    assert "/invitation/" in root.get(address).text
    assert "/invitation/" not in root.get(address).text
    assert "sends no mail" in Browser(app).get("/reset").text


def test_a_disabled_person_is_out_at_once_and_gets_no_link(
    mailing: Pilotage, both: Database, people: Cast, box: Mailbox
) -> None:
    amal, root = Browser(mailing, with_password(both, people.amal)), Browser(mailing, people.root)
    assert amal.get("/me").status_code == 200
    assert root.post(f"/admin/people/{people.amal.id}/moves", {"name": "disable"}).status_code == 303
    assert amal.get("/me").status_code == 303
    amal.post("/reset", {"email": people.amal.email})
    run_all(both, mailing.state.tasks)
    assert box.mails == []
    assert enter(Browser(mailing), people.amal.email).status_code == 422


def test_resets_of_one_address_are_slowed(mailing: Pilotage, people: Cast) -> None:
    answers = [Browser(mailing).post("/reset", {"email": people.amal.email}).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_my_sessions_and_password(database: Database, cast: Cast, app: Pilotage) -> None:
    amal = with_password(database, cast.amal)
    here, there, third = (Browser(app, amal) for _ in range(3))
    assert here.get("/me").text.count("End it") == 2
    new = {"own_password": "not this one", "new_password": "nine clouds over bag drop"}
    assert here.post("/me/password", new).status_code == 422
    assert there.get("/me").status_code == 200
    assert here.post("/me/password", new | {"own_password": PASSWORD}).status_code == 303
    assert [browser.get("/me").status_code for browser in (here, there, third)] == [200, 303, 303]
    again = Browser(app, amal)
    with database.reading() as db:
        keys = db.scalars(select(col(Session.key)).where(col(Session.ended_at).is_(None))).all()
    assert not any(key in here.get("/me").text for key in keys)
    assert here.post("/me/sessions", {"session": "others"}).status_code == 303
    assert again.get("/me").status_code == 303


def test_my_settings_count_at_once(cast: Cast, app: Pilotage) -> None:
    amal = Browser(app, cast.amal)
    assert amal.post("/me", {"theme": "dark", "time_zone": "Asia/Dubai"}).status_code == 303
    assert 'data-theme="dark"' in amal.get("/me").text
    assert amal.post("/me", {"theme": "pink", "time_zone": "Nowhere/Else"}).status_code == 422


def test_somebody_elses_session_is_not_mine_to_end(cast: Cast, database: Database, app: Pilotage) -> None:
    badr, amal = Browser(app, cast.badr), Browser(app, cast.amal)
    with database.reading() as db:
        key = db.scalars(select(col(Session.key)).where(col(Session.person_id) == cast.badr.id)).one()
    assert amal.post("/me/sessions", {"session": key[:16]}).status_code == 409
    assert badr.get("/me").status_code == 200
