"""Guests: invited by link to one idea or pilot, let in by it, and shut out of everything else."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.ideas.models import Idea, Invited, Stage, Veil
from app.main import Pilotage
from app.outbox import Job
from app.people.actions import disable, erase
from app.people.actor import find_actor, session_key
from app.people.guests import actions
from app.people.guests.models import Guest, GuestInvitation
from app.people.models import Kind, Person
from app.pilots.guests.models import PilotGuest
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.crawl import links_of, walk
from tests.makers import a_pilot, an_idea

As = Callable[..., Browser]
ASKED = {"email": "mia@belts.example", "name": "Mia Berg", "organisation": "Trays and Belts"}


@pytest.fixture
def mails(database: Database) -> Iterator[Callable[[], list[Any]]]:
    """Mail is set up; what waits to be sent."""
    settings = database.known["settings"]
    settings.smtp_url = SecretStr("smtp://127.0.0.1:2525")

    def waiting() -> list[Any]:
        with database.reading() as db:
            return [json.loads(job.payload) for job in db.scalars(select(Job).where(col(Job.kind) == "mail"))]

    yield waiting
    settings.smtp_url = SecretStr("")


@pytest.fixture
def things(database: Database, cast: Cast) -> None:
    """Idea 1 and a pilot of idea 2; idea 3 and the pilot of idea 4 are nobody's from outside."""
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Low trays")
        for title in ("Piloted one", "Closed one", "Closed piloted one"):
            stage = Stage.SUBMITTED if title == "Closed one" else Stage.IN_PILOT
            idea = an_idea(db, cast.process, cast.amal, stage=stage, title=title)
            if stage is Stage.IN_PILOT:
                a_pilot(db, idea, cast.amal, cast.noor, step=2, name=f"Pilot of {title}")


def link_in(mail: Any) -> str:
    return str(mail["link"][1]).replace("http://127.0.0.1:8000", "")


def test_a_stranger_becomes_a_guest_by_a_link(
    database: Database, cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]
) -> None:
    amal = as_(cast.amal)
    where = amal.send("/ideas/1/guests", ASKED)
    assert where.status_code == 303
    (mail,) = mails()
    assert mail["to"] == "mia@belts.example"
    assert "Low trays" in str(mail["paragraphs"])
    link = link_in(mail)
    assert re.fullmatch(r"/guest/[\w-]{43}", link), "256 bits"
    with database.reading() as db:
        made = db.scalars(select(GuestInvitation)).one()
        assert made.key == session_key(link.removeprefix("/guest/")), "stored hashed"
        guest = db.get_one(Person, made.person_id)
        assert (guest.kind, guest.password) == (Kind.GUEST, None)
        assert db.get_one(Guest, guest.id).organisation == "Trays and Belts"
    listed = amal.get("/ideas/1/guests").text
    assert "Link sent" in listed
    assert "Trays and Belts" in listed
    mia = as_(None)
    page = mia.get(link)
    assert "Low trays" in page.text
    assert mia.get("/ideas/1").status_code == 303, "looking at the link is not coming in"
    came = mia.fill(link, {}, "Go to it")
    assert (came.status_code, came.headers["location"]) == (303, "/ideas/1")
    assert mia.get("/ideas/1").status_code == 200
    assert "Has come in" in amal.get("/ideas/1/guests").text
    again = as_(None)
    assert "This link was used." in again.get(link).text
    assert again.post(link).status_code == 409
    assert again.get("/ideas/1").status_code == 303


def test_with_a_password_of_their_own(
    database: Database, cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]
) -> None:
    as_(cast.amal).send("/ideas/1/guests", ASKED)
    link, mia = link_in(mails()[0]), as_(None)
    short = mia.post(link, {"new_password": "short"})
    assert short.status_code == 422
    assert mia.get("/ideas/1").status_code == 303, "the link is not used up by a mistake"
    assert mia.post(link, {"new_password": "four words apart belong"}).status_code == 303
    fresh = as_(None)
    came = fresh.post("/sign-in", {"email": "mia@belts.example", "password": "four words apart belong"})
    assert came.status_code == 303
    assert fresh.get("/ideas/1").status_code == 200


def test_a_link_ends_and_a_new_one_goes_to_the_same_address(
    database: Database, cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]
) -> None:
    as_(cast.amal).send("/ideas/1/guests", ASKED)
    link = link_in(mails()[0])
    assert as_(None).post(f"{link}/again").status_code == 404, "it can still be used"
    with as_of(now() + timedelta(days=15)):
        late = as_(None)
        assert "This link has ended." in late.get(link).text
        assert late.post(link).status_code == 409
        assert "Link has ended" in as_(cast.amal).get("/ideas/1/guests").text
        assert late.fill(link, {}, "Send me a new link").status_code == 303
        first, second = mails()
        assert second["to"] == first["to"]
        assert late.get(link).status_code == 404, "the old one leads nowhere"
        assert late.post(link_in(second)).status_code == 303
    unknown = as_(None)
    assert unknown.get("/guest/nothing").status_code == 404
    assert unknown.post("/guest/nothing/again").status_code == 404


def test_without_mail_the_link_is_handed_over(database: Database, cast: Cast, as_: As, things: None) -> None:
    amal = as_(cast.amal)
    amal.send("/ideas/1/guests", ASKED)
    page = amal.get("/ideas/1/guests").text
    (link,) = re.findall(r"http://127\.0\.0\.1:8000(/guest/[\w-]+)", page)
    assert link not in amal.get("/ideas/1/guests").text, "shown once"
    mia = as_(None)
    assert mia.post(link).status_code == 303
    assert "Ask whoever invited you" in as_(None).get(link).text
    assert as_(None).post(f"{link}/again").status_code == 404


def test_taken_back_it_counts_at_once(
    database: Database, cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]
) -> None:
    amal = as_(cast.amal)
    amal.send("/ideas/1/guests", ASKED)
    amal.send("/pilots/1/guests", {"email": ASKED["email"]})
    first, second = (link_in(mail) for mail in mails())
    mia = as_(None)
    mia.post(first)
    with database.reading() as db:
        guest = db.scalars(select(col(GuestInvitation.person_id))).first()
    assert mia.get("/ideas/1").status_code == mia.get("/pilots/1").status_code == 200
    assert amal.post(f"/ideas/1/guests/{guest}", {"name": "take_back"}).status_code == 303
    assert mia.get("/ideas/1").status_code == 404
    assert mia.get("/talk/idea:1").status_code == 404
    assert mia.get("/pilots/1").status_code == 200
    assert amal.post(f"/pilots/1/guests/{guest}", {"name": "take_back"}).status_code == 303
    assert mia.get("/pilots/1").status_code == 404
    assert as_(None).get(second).status_code == 404
    assert "not invited to anything" in mia.get("/").text


RULES = [
    # who, invites to the idea, to the pilot
    ("amal", 200, 200),
    ("badr", 403, 403),
    ("zaid", 403, 403),
    ("noor", 200, 200),
    ("sami", 403, 403),
    ("layla", 403, 403),
    ("huda", 403, 403),
    ("root", 403, 403),
    ("gita", 404, 404),
]


@pytest.mark.parametrize(("name", "idea", "pilot"), RULES)
def test_who_invites(database: Database, cast: Cast, as_: As, things: None, name: str, idea: int, pilot: int) -> None:
    browser = as_(getattr(cast, name))
    for here, status in (("/ideas/1", idea), ("/pilots/1", pilot)):
        assert browser.get(f"{here}/guests").status_code == status
        sent = browser.post(f"{here}/guests", {**ASKED, "key": "k"})
        assert sent.status_code == (303 if status == 200 else status)
        moved = browser.post(f"{here}/guests/{cast.gita.id}", {"name": "resend"}).status_code
        assert moved == (404 if status == 200 else status), "Gita was not invited"
        words = "Guests" in browser.get(here).text if name != "gita" else False
        assert words is (status == 200), here


def test_who_may_not_know_the_author_does_not_see_whom_they_invite(
    database: Database, cast: Cast, as_: As, things: None
) -> None:
    as_(cast.amal).send("/ideas/1/guests", ASKED)
    with database.writing() as db:
        db.add(Veil(person_id=cast.noor.id, idea_id=1, round_id=1))
    noor = as_(cast.noor)
    assert noor.get("/ideas/1/guests").status_code == 403
    assert noor.post("/ideas/1/guests", {**ASKED, "key": "k"}).status_code == 403
    assert noor.post("/ideas/1/guests/13", {"name": "take_back"}).status_code == 403
    assert "Mia" not in noor.get("/ideas/1").text


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"email": ""}, "This is needed."),
        ({"email": "not an address"}, "Write an e-mail address"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "Write an e-mail address"),
        ({"name": ""}, "Write their name"),
        ({"name": "Mia\u2028Berg"}, "Write their name"),
        ({"email": "zaid@pilotage.example"}, "Zaid is a colleague"),
        ({"name": "x" * 201}, "At most 200 characters"),
    ],
)
def test_mistakes_come_back(cast: Cast, as_: As, things: None, over: dict[str, str], words: str) -> None:
    answer = as_(cast.amal).send("/ideas/1/guests", {**ASKED, **over})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Trays and Belts" in answer.text


def test_hostile_names(cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]) -> None:
    hostile = {"email": "x@y.example", "name": "<script>alert(1)</script>", "organisation": "=cmd|' /C calc'!A0"}
    assert as_(cast.amal).send("/pilots/1/guests", hostile).status_code == 303
    assert "<script>alert" not in as_(cast.amal).get("/pilots/1/guests").text
    assert "<script>alert" not in as_(None).get(link_in(mails()[0])).text


def test_disabled_or_erased_no_link_lets_in(
    database: Database, cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]
) -> None:
    amal = as_(cast.amal)
    amal.send("/ideas/1/guests", ASKED)
    amal.send("/pilots/1/guests", {**ASKED, "email": "other@belts.example"})
    first, second = (link_in(mail) for mail in mails())
    with database.writing() as db:
        mia, other = db.scalars(select(Person).where(col(Person.email).like("%belts%")).order_by(col(Person.id))).all()
        disable(db, cast.root.id, mia)
        erase(db, cast.root.id, other)
        assert db.scalar(select(func.count()).select_from(Guest)) == 1
    assert as_(None).get(first).status_code == as_(None).get(second).status_code == 404
    again = amal.send("/ideas/1/guests", ASKED)
    assert again.status_code == 422
    assert "was disabled" in again.text


def test_nobodys_mailbox_is_filled(
    database: Database, cast: Cast, as_: As, things: None, mails: Callable[[], list[Any]]
) -> None:
    amal = as_(cast.amal)
    amal.send("/ideas/1/guests", ASKED)
    with database.reading() as db:
        guest = db.scalars(select(col(Invited.person_id))).one()
    assert amal.post(f"/ideas/1/guests/{guest}", {"name": "resend"}).status_code == 429
    with as_of(now() + timedelta(minutes=3)):
        assert amal.post(f"/ideas/1/guests/{guest}", {"name": "resend"}).status_code == 303
    assert len(mails()) == 2
    assert as_(None).get(link_in(mails()[0])).status_code == 404, "a newer one ends it"


def test_used_by_two_at_once_it_lets_one_in(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        db.flush()
        from app.ideas.guests.actions import invite

        form = actions.GuestForm(**ASKED)
        _, sent = invite(db, find_actor(db, cast.amal.id), db.get_one(Idea, 1), None, form)
    token = sent.address.rpartition("/")[2]
    came: list[bool] = []

    def enter() -> None:
        try:
            with both.writing() as db:
                db.info["writing"] = True
                made, _ = actions.known(db, token)
                actions.use(made)
            came.append(True)
        except actions.Missing:
            came.append(False)

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [False, False, False, True]


def test_no_door_but_the_one_opens(app: Pilotage, database: Database, cast: Cast, as_: As, things: None) -> None:
    """Every address that the chair or an author can open, tried by a guest of one idea and by one of one pilot."""
    with database.writing() as db:
        db.add(Invited(idea_id=1, person_id=cast.gita.id))
        paul = Person(email="paul@pilotage.example", name="Paul", kind=Kind.GUEST)
        db.add(paul)
        db.flush()
        db.add(PilotGuest(pilot_id=1, person_id=paul.id))
    start = [
        "/",
        "/pilots/1",
        "/pilots/2",
        "/teams/1",
        "/talk/pilot:1",
        "/talk/step:1",
        "/leaders",
        "/record",
        "/admin",
    ]
    seen: dict[str, Any] = {}
    for name in ("noor", "amal", "layla", "root"):
        seen |= walk(as_(getattr(cast, name)), start, each=4, most=600).answers
    opened = [address for address, answer in seen.items() if answer.status_code == 200]
    assert len(opened) > 90
    own = {"/", "/me", "/me/notices", "/notices", "/ideas", "/search", "/openapi.json", "/sign-in"}
    for guest, allowed in (
        (cast.gita, {"/ideas/1", "/ideas/1/revisions/1", "/talk/idea:1", f"/people/{cast.gita.id}"}),
        (paul, {"/pilots/1", "/talk/pilot:1", f"/people/{paul.id}"}),
    ):
        browser = as_(guest)
        for address in (*opened, *allowed):
            plain = address.split("?")[0]
            status = browser.get(address).status_code
            right = plain in own or plain in allowed or (plain.startswith("/talk/") and "/answers/" in plain)
            assert status == (200 if right else 404), (guest.name, address, status)
        for page in ("/", *sorted(allowed - {f"/people/{guest.id}"})):
            html = browser.get(page).text
            for link in links_of(html, page):
                assert browser.get(link).status_code == 200, (guest.name, page, link)
            for hidden in ("Closed one", "Closed piloted one", "Layla", "NPS", "Calm corners"):
                assert hidden not in html, (guest.name, page, hidden)


def test_a_pilot_shows_a_guest_no_money_no_note_no_address(
    database: Database, cast: Cast, as_: As, things: None
) -> None:
    from decimal import Decimal

    from app.pilots.models import Pilot

    with database.writing() as db:
        pilot = db.get_one(Pilot, 1)
        pilot.budget, pilot.spent, pilot.health_note = Decimal(4321), Decimal(1234), "Behind closed doors"
        pilot.sponsor_id = cast.layla.id
        db.add(PilotGuest(pilot_id=1, person_id=cast.gita.id))
    gita = as_(cast.gita)
    page = gita.get("/pilots/1").text
    for hidden in (
        "4,321",
        "1,234",
        "closed doors",
        "Layla",
        "Noor",
        "@pilotage.example",
        "Piloted one</a>",
        "/steps/",
    ):
        assert hidden not in page, hidden
    assert "Pilot of Piloted one" in page
    key = gita.key("/pilots/1", "/talk/pilot:1")
    assert gita.post("/talk/pilot:1", {"words": "We can bend them.", "key": key}).status_code == 303
    assert "We can bend them." in as_(cast.amal).get("/talk/pilot:1").text
    for address in (
        "/pilots/1/money",
        "/pilots/1/effect",
        "/pilots/1/steps/1",
        "/pilots/1/edit",
        "/pilots",
        "/pilots/2",
    ):
        assert gita.get(address).status_code == 404, address
    assert gita.post("/pilots/1/health", {"health": "at risk"}).status_code == 404
    search = gita.get("/search?q=Pilot").text
    assert "/pilots/1" in search
    assert "Closed piloted one" not in search
