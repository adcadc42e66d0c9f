"""Coming in: one's own way in, nobody's else; guesses slow down whoever sends them."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from app.columns import now
from app.db import Database
from app.main import Pilotage, create_app
from app.people.guesses import WAITS, count_attempt, forgive
from app.people.models import Person
from app.people.passwords import weakness
from app.people.signing import WRONG, safe_next
from tests.cast import Cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.people.makers import PASSWORD, enter, with_password

As = Callable[[Person | None], Browser]


@pytest.fixture
def amal(database: Database, cast: Cast) -> Person:
    return with_password(database, cast.amal)


def test_in_and_out(amal: Person, as_: As) -> None:
    browser = as_(None)
    answer = enter(browser, " Amal@Pilotage.Example ", next="/ideas?stage=draft")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ideas?stage=draft")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert browser.get("/sign-in?next=/ideas").headers["location"] == "/ideas"
    token = browser.http.cookies["pilotage"]
    assert browser.post("/sign-out").status_code == 303
    browser.http.cookies.set("pilotage", token, domain="127.0.0.1")
    assert browser.get("/sign-in").status_code == 200


def test_each_sign_in_has_a_session_of_its_own(amal: Person, as_: As) -> None:
    browser = as_(amal)
    before = browser.http.cookies["pilotage"]
    enter(browser, amal.email)
    assert browser.http.cookies["pilotage"] != before
    browser.http.cookies.set("pilotage", before, domain="127.0.0.1")
    assert browser.get("/sign-in").status_code == 200


def test_wrong_words_do_not_tell_who_is_known(amal: Person, cast: Cast, database: Database, as_: As) -> None:
    with_password(database, cast.badr)
    with database.writing() as db:
        db.get_one(Person, cast.badr.id).disabled_at = now()
    tried = [("amal", "not my password"), ("nobody", PASSWORD), ("zaid", PASSWORD), ("badr", PASSWORD), ("", "")]
    for name, password in tried:
        answer = enter(as_(None), f"{name}@pilotage.example", password)
        assert answer.status_code == 422
        assert WRONG in answer.text
        assert "set-cookie" not in answer.headers
        assert password == "" or password not in answer.text


def test_guesses_wait_and_the_owner_elsewhere_does_not(amal: Person, app: Pilotage) -> None:
    stranger, owner = Browser(app), Browser(app)
    for _ in range(WAITS["pair"].free):
        assert enter(stranger, amal.email, "a wrong password").status_code == 422
    slowed = enter(stranger, amal.email)
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["retry-after"]) <= 3
    owner.http = type(owner.http)(
        app,
        base_url=str(owner.http.base_url),
        follow_redirects=False,
        client=("192.0.2.7", 1),
        headers=owner.http.headers,
    )
    assert enter(owner, amal.email).status_code == 303


def test_a_forged_forwarded_header_is_nobody_else(amal: Person, app: Pilotage) -> None:
    browser = Browser(app)
    for number in range(WAITS["pair"].free):
        browser.http.headers["x-forwarded-for"] = f"192.0.2.{number}"
        enter(browser, amal.email, "a wrong password")
    assert enter(browser, amal.email).status_code == 429


def test_counts_hold_on_both_databases(both: Database) -> None:
    def attempt() -> int:
        with both.writing() as db:
            return count_attempt(db, "amal@pilotage.example", "192.0.2.1").wait

    assert [attempt() for _ in range(5)] == [0] * 5
    assert attempt() > 0
    with both.writing() as db:
        assert count_attempt(db, "badr@pilotage.example", "192.0.2.1").wait == 0
        forgive(db, "amal@pilotage.example", "192.0.2.1")
    assert attempt() == 0


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/ideas/7?q=a", "/ideas/7?q=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
    ],
)
def test_next_stays_here(amal: Person, as_: As, asked: str, given: str) -> None:
    assert safe_next(asked) == given
    assert enter(as_(None), amal.email, next=asked).headers["location"] == given


def test_https_has_a_cookie_that_no_other_host_can_set(amal: Person, database: Database) -> None:
    settings = settings_for(database.url).model_copy(update={"base_url": "https://pilotage.example"})
    browser = Browser(create_app(settings, database, run_worker=False))
    browser.http.headers |= {"origin": "https://pilotage.example", "host": "pilotage.example"}
    cookie = enter(browser, amal.email).headers["set-cookie"]
    assert cookie.startswith("__Host-pilotage=")
    assert all(part in cookie for part in ("Secure", "Path=/;"))


def test_a_form_sent_after_the_session_ended_is_offered_again(cast: Cast, as_: As) -> None:
    browser = as_(None)
    story = "Most mornings the queue reaches the door.\n\nThen <b>nobody</b> can tell which line is which."
    answer = browser.post("/me/password", {"story": story, "password": "my secret words"})
    assert answer.status_code == 401
    assert 'action="/me/password"' in answer.text
    assert answer.text.count("&lt;b&gt;nobody&lt;/b&gt;") == 2
    assert "my secret words" not in answer.text


def test_a_page_asked_for_too_early_comes_after_signing_in(as_: As) -> None:
    address = as_(None).get("/me").headers["location"]
    assert parse_qs(urlsplit(address).query) == {"next": ["/me"]}


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("short words", False),
        ("passwordpassword", False),
        ("Correct Horse Battery Staple", False),
        ("aaaaaaaaaaaabbbb", False),
        ("Amal Said amal said", False),
        ("Rimal-International-2026", False),
        ("trolleys before the door", True),
        ("ثلاث كلمات طويلة", True),
        ("пароль из слов", True),
        ("😀🚲🌧️🛄🧳🚏🚇🚕🎒🗺️⏰🧃", True),
    ],
)
def test_passwords_that_are_too_easy(password: str, fits: bool) -> None:
    known = ("Amal Said", "amal@pilotage.example", "Rimal International Airport")
    assert (weakness(password, known) is None) is fits
