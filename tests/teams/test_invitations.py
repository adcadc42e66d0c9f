"""Invitations into a team: asked, answered in one's own words, taken back."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.notices.actions import NOTICE_MAIL, read_record
from app.outbox import Job
from app.people.models import Membership
from app.teams.invitations.models import TeamInvitation
from tests.cast import Cast
from tests.client import Browser

As = Callable[..., Browser]


def asked(as_: As, cast: Cast, **over: str) -> None:
    form = {"email": cast.zaid.email or "", "competence": "Rosters", "words": "Come, <b>soon</b>."}
    assert as_(cast.amal).send("/teams/1/invite", form | over).status_code == 303


def inside(database: Database, person: int) -> bool:
    here = select(Membership).where(col(Membership.person_id) == person, col(Membership.until).is_(None))
    with database.reading() as db:
        return db.scalars(here).first() is not None


def test_asked_and_joined(database: Database, cast: Cast, as_: As) -> None:
    asked(as_, cast)
    assert not inside(database, cast.zaid.id)
    zaid = as_(cast.zaid)
    page = zaid.get("/teams/1").text
    assert "You are asked to join" in page
    assert "&lt;b&gt;soon" in page
    assert "Answer the invitation to" in zaid.get("/").text
    assert "You are asked to join" not in as_(cast.tariq).get("/teams/1").text
    assert "no answer yet" in as_(cast.amal).get("/teams/1").text
    assert "no answer yet" not in as_(cast.tariq).get("/teams/1").text
    zaid.works("/teams/1", {}, "Join", "/teams/1/invitations/1")
    assert inside(database, cast.zaid.id)
    assert "Rosters" in zaid.get("/teams/1").text
    assert zaid.post("/teams/1/invitations/1", {"name": "join"}).status_code == 409
    assert "Three people from Terminal operations." in zaid.get("/teams/1").text


def test_it_is_told_by_notice_and_mail(database: Database, cast: Cast, as_: As) -> None:
    from pydantic import SecretStr

    database.known["settings"].smtp_url = SecretStr("smtp://127.0.0.1:2525")
    asked(as_, cast)
    read_record(database)
    assert "You are asked to join" in as_(cast.zaid).get("/notices").text
    with database.reading() as db:
        (mail,) = db.scalars(select(Job).where(col(Job.kind) == NOTICE_MAIL))
    assert json.loads(mail.payload)["person"] == cast.zaid.id
    as_(cast.zaid).post("/teams/1/invitations/1", {"name": "join"})
    read_record(database)
    assert "A colleague has joined" in as_(cast.amal).get("/notices").text


def test_declined_with_words_and_asked_again(database: Database, cast: Cast, as_: As) -> None:
    asked(as_, cast)
    zaid = as_(cast.zaid)
    assert zaid.post("/teams/1/invitations/1", {"name": "decline", "note": "In spring."}).status_code == 303
    assert "In spring." in as_(cast.amal).get("/teams/1").text
    assert "In spring." not in as_(cast.badr).get("/teams/1").text
    asked(as_, cast)
    again = as_(cast.amal).send("/teams/1/invite", {"email": cast.zaid.email})
    assert again.status_code == 409
    assert as_(cast.amal).post("/teams/1/invitations/2", {"name": "take_back"}).status_code == 303
    assert zaid.post("/teams/1/invitations/2", {"name": "join"}).status_code == 409
    assert not inside(database, cast.zaid.id)


RULES = [
    # who, joins, takes back
    ("zaid", 303, 403),
    ("amal", 403, 303),
    ("badr", 403, 403),
    ("noor", 403, 403),
    ("tariq", 403, 403),
    ("gita", 404, 404),
]


@pytest.mark.parametrize(("name", "joins", "takes"), RULES)
def test_who_answers(database: Database, cast: Cast, as_: As, name: str, joins: int, takes: int) -> None:
    asked(as_, cast)
    browser = as_(getattr(cast, name))
    assert browser.post("/teams/1/invitations/1", {"name": "adopt"}).status_code == (404 if name == "gita" else 422)
    assert browser.post("/teams/1/invitations/1", {"name": "take_back"}).status_code == takes
    if takes != 303:
        assert browser.post("/teams/1/invitations/1", {"name": "join"}).status_code == joins
    assert browser.post("/teams/1/invitations/7", {"name": "join"}).status_code == 404


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("nobody@pilotage.example", "No colleague has this address"),
        ("gita@pilotage.example", "No colleague has this address"),
        ("badr@pilotage.example", "Badr is in the team already"),
        ("", "At least 3 characters"),
    ],
)
def test_mistakes_come_back_beside_the_field(cast: Cast, as_: As, email: str, words: str) -> None:
    answer = as_(cast.amal).send("/teams/1/invite", {"email": email, "words": "Come with us"})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Come with us" in answer.text


def test_pressing_twice_asks_once(database: Database, cast: Cast, as_: As) -> None:
    amal = as_(cast.amal)
    form = {"email": cast.zaid.email, "competence": "", "words": "", "key": amal.key("/teams/1/invite")}
    assert {amal.post("/teams/1/invite", form).status_code for _ in range(3)} == {303}
    with database.reading() as db:
        assert len(db.scalars(select(TeamInvitation)).all()) == 1
