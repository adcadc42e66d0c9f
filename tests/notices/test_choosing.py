"""What a person is told and how: the page, the link in a mail that ends it, and the count of a page that lies open."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.models import Stage
from app.main import Pilotage, create_app
from app.notices.actions import read_record
from app.notices.models import Preference
from app.notices.preferences import preference_of
from app.notices.topics import BECAUSE, OF_CAPACITY, TOPICS, As, Topic, Way
from app.notices.unsubscribing.tokens import address
from app.people.models import Person, Session
from tests.cast import Cast
from tests.client import ORIGIN, Browser
from tests.hostile import PAYLOADS
from tests.makers import an_idea
from tests.notices.makers import deliver, mailing, text
from tests.people.makers import Mailbox, a_mailbox
from tests.work.makers import told

Signed = Callable[[Person | None], Browser]


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


def wish(database: Database, person: Person) -> Preference:
    with database.reading() as db:
        return preference_of(db, person.id)


def test_at_once_are_decisions_deadlines_and_being_asked_and_nothing_else() -> None:
    at_once = {topic for topic, said in TOPICS.items() if said.usual is Way.AT_ONCE}
    assert at_once == {Topic.DECISION, Topic.DEADLINE, Topic.ASKED}
    assert set(TOPICS) == set(Topic)
    assert set(BECAUSE) == set(OF_CAPACITY) == set(As)


def test_each_kind_is_chosen_for_itself(database: Database, cast: Cast, as_: Signed) -> None:
    browser = as_(cast.amal)
    typed = {"decision": "digest", "talk": "inbox", "often": "weekly", "weekday": "4", "hour": "17"}
    assert browser.works("/me/notices", typed, "Keep this") == "/me/notices"
    chosen = wish(database, cast.amal)
    assert {topic: chosen.way(topic) for topic in (Topic.DECISION, Topic.TALK, Topic.ASKED, Topic.OWN)} == {
        Topic.DECISION: Way.DIGEST,
        Topic.TALK: Way.INBOX,
        Topic.ASKED: Way.AT_ONCE,
        Topic.OWN: Way.DIGEST,
    }
    assert (chosen.often, chosen.weekday, chosen.hour) == ("weekly", 4, 17)
    assert (chosen.next_at.weekday(), chosen.next_at.hour, chosen.next_at > now()) == (4, 17, True)
    shown = browser.get("/me/notices").text
    assert 'name="decision" value="digest" checked' in shown
    assert "/me/notices" in browser.get("/me").text


def test_all_mail_is_switched_off_but_for_signing_in(database: Database, cast: Cast, as_: Signed) -> None:
    browser = as_(cast.amal)
    form = {"often": "daily", "weekday": "0", "hour": "8"}
    assert browser.post("/me/notices", form).status_code == 303
    assert {wish(database, cast.amal).way(topic) for topic in Topic} == {Way.INBOX}
    assert browser.post("/me/notices", {**form, "mail": "on"}).status_code == 303
    assert wish(database, cast.amal).way(Topic.DECISION) is Way.AT_ONCE


WRONG = [{"hour": "24"}, {"hour": "x"}, {"decision": "by pigeon"}, {"weekday": "7"}, {"x": "1"}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_cannot_be_chosen_comes_back(database: Database, cast: Cast, as_: Signed, wrong: dict[str, str]) -> None:
    form = {"often": "daily", "weekday": "0", "hour": "8", "mail": "on", "talk": "inbox", **wrong}
    answer = as_(cast.amal).post("/me/notices", form)
    assert answer.status_code == 422
    assert 'name="talk" value="inbox" checked' in answer.text
    with database.reading() as db:
        assert db.scalars(select(Preference)).all() == []


def test_a_guest_is_asked_only_what_concerns_guests(cast: Cast, as_: Signed) -> None:
    shown = as_(cast.gita).get("/me/notices").text
    assert 'name="talk"' in shown
    assert not any(f'name="{topic}"' in shown for topic in ("committee", "process", "team", "pilot", "deadline"))


def test_the_hour_is_in_the_readers_zone(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        db.get_one(Person, cast.amal.id).time_zone = "Asia/Dubai"
    assert as_(cast.amal).post("/me/notices", {"mail": "on", "hour": "8"}).status_code == 303
    assert wish(database, cast.amal).next_at.hour == 4


# Unsubscribing


def token(database: Database, person: Person, scope: str = "decision") -> str:
    return address(database.known, person.id, scope).removeprefix(ORIGIN)


def strange(app: Pilotage) -> TestClient:
    """A mail program: no cookie, no origin."""
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


def test_one_post_without_a_cookie_ends_that_kind_of_mail(database: Database, cast: Cast, box: Mailbox) -> None:
    mailing(database, box)
    app = create_app(database.known["settings"], database, run_worker=False)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, title="Low trays")
        told(db, cast.noor, "decline", idea, "in review", "declined", why="No.")
    deliver(database)
    (mail,) = box.mails
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<http://127\.0\.0\.1:8000(/unsubscribe/[\w-]{40,})>", mail["list-unsubscribe"])
    assert link
    assert link[1] in text(mail)
    for _ in range(2):
        answer = strange(app).post(link[1], data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "It has ended" in answer.text
    assert wish(database, cast.amal).way(Topic.DECISION) is Way.INBOX
    assert wish(database, cast.amal).way(Topic.ASKED) is Way.AT_ONCE
    with database.writing() as db:
        told(db, cast.noor, "approve", idea, "in review", "approved", why="Yes.")
    deliver(database)
    assert len(box.mails) == 1
    with database.reading() as db:
        assert db.get_one(Person, cast.amal.id).unread == 2


def test_looking_at_the_link_changes_nothing(database: Database, cast: Cast, app: Pilotage) -> None:
    link = token(database, cast.amal)
    answer = strange(app).get(link)
    assert answer.status_code == 200
    assert "End mail about decisions" in answer.text
    assert strange(app).head(link).status_code in (200, 405)
    assert wish(database, cast.amal).way(Topic.DECISION) is Way.AT_ONCE


def test_the_digest_ends_whole(database: Database, cast: Cast, app: Pilotage) -> None:
    assert strange(app).post(token(database, cast.amal, "digest")).status_code == 200
    ways = {topic: wish(database, cast.amal).way(topic) for topic in Topic}
    assert Way.DIGEST not in ways.values()
    assert ways[Topic.DECISION] is Way.AT_ONCE


@pytest.mark.parametrize("how", ["last", "first", "person", "short", "other"])
def test_nobody_makes_a_link_of_their_own(database: Database, cast: Cast, app: Pilotage, how: str) -> None:
    path, _, right = token(database, cast.amal).rpartition("/")
    swapped = {"A": "B"}
    forged = {
        "last": right[:-1] + swapped.get(right[-1], "A"),
        "first": swapped.get(right[0], "A") + right[1:],
        "person": right[:27] + token(database, cast.zaid).rpartition("/")[2][27:],
        "short": right[27:],
        "other": "A" * 90,
    }[how]
    for method in ("get", "post"):
        assert getattr(strange(app), method)(f"{path}/{forged}").status_code == 404
    assert wish(database, cast.amal).way(Topic.DECISION) is Way.AT_ONCE


@pytest.mark.parametrize("words", ["%00", "é", "%F0%9F%98%80", "a" * 3000, "=1+1"])
def test_an_odd_token_is_no_link(app: Pilotage, cast: Cast, words: str) -> None:
    for method in ("get", "post"):
        assert getattr(strange(app), method)(f"/unsubscribe/{words}").status_code in (403, 404, 422)


def test_the_link_opens_nothing_else(database: Database, cast: Cast, app: Pilotage) -> None:
    """Only that address takes a post from elsewhere."""
    right = token(database, cast.amal).rpartition("/")[2]
    for elsewhere in (f"/reset/{right}", f"/invitation/{right}", "/me/notices", "/unsubscribe"):
        assert strange(app).post(elsewhere, data={}).status_code == 403
    assert strange(app).post(f"/s/{right}").status_code == 404


# The live count


def test_the_count_is_a_block_of_its_own_and_mostly_unchanged(database: Database, cast: Cast, as_: Signed) -> None:
    browser = as_(cast.noor)
    headers = {"HX-Target": "span#unread"}
    first = browser.get("/notices/count", headers=headers)
    assert first.text.strip().startswith('<span id="unread" class="count none">0')
    again = browser.get("/notices/count", headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with database.writing() as db:
        told(db, cast.zaid, "submit", an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED), "draft", "submitted")
    read_record(database)
    changed = browser.get("/notices/count", headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (changed.status_code, ">1<" in changed.text) == (200, True)
    shown = browser.get("/notices").text
    assert changed.text.strip() in shown  # as the frame draws it
    assert 'data-count="/notices/count"' in shown


def test_asking_for_the_count_does_not_keep_a_session_alive(database: Database, cast: Cast, as_: Signed) -> None:
    browser = as_(cast.noor)
    old = now() - timedelta(hours=1)
    with database.writing() as db:
        db.execute(update(Session).values(seen_at=old))
    browser.get("/notices/count")
    with database.reading() as db:
        assert db.scalars(select(col(Session.seen_at))).one() == old


def test_the_count_ends_with_the_session(cast: Cast, as_: Signed) -> None:
    browser = as_(cast.noor)
    browser.post("/sign-out")
    assert browser.get("/notices/count").status_code == 303


def test_odd_words_do_no_harm(cast: Cast, as_: Signed) -> None:
    browser = as_(cast.amal)
    for words in PAYLOADS:
        answer: Any = browser.post("/me/notices", {"mail": words, "hour": words, "decision": words})
        assert answer.status_code in (413, 422)
