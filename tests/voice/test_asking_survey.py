"""Our own survey, as a customer meets it: by a link, on a phone, in two languages, without an account or a cookie."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of
from app.db import Database
from app.main import Pilotage, all_tasks, create_app
from app.outbox import run_all
from app.people.actor import find_actor
from app.record.models import Entry
from app.voice.asking.actions import close, end_of, renew_link, until
from app.voice.asking.links import address_of
from app.voice.asking.models import Asking, AskStage
from app.voice.asking.survey import language
from app.voice.models import Audience, Remark, Response
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import ORIGIN
from tests.conftest import settings_for
from tests.forms import forms_of
from tests.test_routes import is_ours
from tests.voice.asking import a_survey, day, source_of
from tests.voice.test_asking_api import figures_are_of_all

FILLED = {"o0": "9", "o1": "4", "t0": "5", "t1": "na", "words": "Más sillas."}


class Phone:
    """A customer's: no cookies, from anywhere."""

    def __init__(self, app: Pilotage, speaks: str = "en", address: str = "203.0.113.7") -> None:
        self.http = TestClient(app, base_url=ORIGIN, follow_redirects=False, client=(address, 5000))
        self.http.headers |= {"accept-language": speaks, "accept-encoding": "identity"}

    def key(self, link: str) -> str:
        (form,) = forms_of(self.http.get(link).text)
        return form.filled({})["key"][0]

    def send(self, link: str, key: str = "", **typed: str) -> Any:
        values = {"key": key or self.key(link), "lang": "en"} | (typed or FILLED)
        return self.http.post(link, data=values, headers={"sec-fetch-site": "cross-site"})


@pytest.fixture
def phone(app: Pilotage) -> Phone:
    return Phone(app)


def rows(database: Database) -> list[Response]:
    with database.reading() as db:
        return list(db.scalars(select(Response).order_by(col(Response.id))))


def test_an_answer_is_stored_and_thanked_for(phone: Phone, database: Database, cast: Cast) -> None:
    asking, link = a_survey(database, cast.noor)
    answer = phone.send(link)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}/thanks?lang=en")
    assert "Thank you" in phone.http.get(answer.headers["location"]).text
    (row,) = rows(database)
    assert (row.on, row.weight, row.account) == (day(), None, None)
    assert "testclient" not in row.respondent
    with database.reading() as db:
        (said,) = db.scalars(select(Remark))
        assert (said.words, said.question) == ("Más sillas.", "What should we do better?")
    assert figures_are_of_all(database, source_of(database, asking).id)[0] == 1


def test_no_cookie_no_script_no_account_and_little_to_load(phone: Phone, database: Database, cast: Cast) -> None:
    _, link = a_survey(database, cast.noor)
    pages = [phone.http.get(link), phone.send(link), phone.http.get(f"{link}/thanks"), phone.http.get("/s/none")]
    for answer in pages:
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert "sign-in" not in answer.text
        assert is_ours(answer.headers) == set()
        assert answer.headers["cache-control"] == "no-store"
    assert not phone.http.cookies
    linked = re.findall(r'<link rel="stylesheet" href="([^"]+)"', pages[0].text)
    assert len(pages[0].content) + sum(len(phone.http.get(one).content) for one in linked) < 16_000


@pytest.mark.parametrize(
    ("chosen", "accepted", "spoken"),
    [
        ("", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("", "fr,de;q=0.9", "en"),
        ("", "fr,en;q=0.2,es;q=0.5", "es"),
        ("", "es;q=0,en", "en"),
        ("", "", "en"),
        ("", "es;q=x,;;,", "en"),
        ("en", "es", "en"),
        ("xx", "es", "es"),
    ],
)
def test_it_speaks_the_browser_s_language_unless_asked(chosen: str, accepted: str, spoken: str) -> None:
    assert language(chosen, accepted) == spoken


def test_both_languages_are_whole(app: Pilotage, database: Database, cast: Cast) -> None:
    _, link = a_survey(database, cast.noor, comments_for=Audience.EMPLOYEES)
    english, spanish = (Phone(app, speaks).http.get(link).text for speaks in ("en", "es"))
    assert '<html lang="en">' in english
    assert '<html lang="es">' in spanish
    assert "Its employees read the answers" in english, "the privacy line says who the source's audience is"
    assert "Leen las respuestas sus empleados" in spanish
    assert f'href="{link}?lang=es"' in english
    assert "¿Qué tal ha ido?" in Phone(app, "en").http.get(f"{link}?lang=es").text
    for words in ("How was it", "Send my answer", "Did not use it"):
        assert words in english
        assert words not in spanish


def test_the_same_sheet_sent_twice_is_one_answer(phone: Phone, database: Database, cast: Cast) -> None:
    _, link = a_survey(database, cast.noor)
    key = phone.key(link)
    assert [phone.send(link, key).status_code for _ in range(3)] == [303, 303, 303]
    assert phone.send(link, key, o0="1").status_code == 303
    assert len(rows(database)) == 1
    phone.send(link)
    assert len(rows(database)) == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"words": "  "}, "Answer one question at least."),
        ({"o0": "11", "words": "Kept."}, "Choose one of the answers."),
        ({"o0": "na", "words": "Kept."}, "Choose one of the answers."),
        ({"t0": "0", "words": "Kept."}, "Choose one of the answers."),
        ({"o0": "9", "words": "Kept." * 1_000}, "At most 2,000 characters fit here: 5,000 are written."),
        ({"o0": "9", "words": "Kept." * 200_000}, "At most 2,000 characters fit here: 1,000,000 are written."),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(
    phone: Phone, database: Database, cast: Cast, typed: dict[str, str], words: str
) -> None:
    _, link = a_survey(database, cast.noor)
    answer = phone.send(link, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed["words"].strip() in answer.text
    assert rows(database) == []


def test_what_cannot_be_stored_is_refused(phone: Phone, database: Database, cast: Cast) -> None:
    _, link = a_survey(database, cast.noor)
    assert phone.send(link, o0="9", words="a\x00b").status_code == 422
    assert phone.send(link, "x", o0="9").status_code == 422, "a key that is none of ours"
    assert phone.send(link, o0="9", words="<script>alert(1)</script>" * 100).text.count("<script") == 0
    assert rows(database) == []


def test_a_wrong_link_and_one_that_was_replaced_are_absent_alike(phone: Phone, database: Database, cast: Cast) -> None:
    asking, link = a_survey(database, cast.noor)
    key = phone.key(link)
    with database.writing() as db:
        renew_link(db, find_actor(db, cast.noor.id), db.get_one(Asking, asking), "It got about.")
        fresh = address_of(db, db.get_one(Asking, asking))
    assert fresh
    wrong = phone.http.get("/s/" + "a" * 32)
    assert (wrong.status_code, phone.http.get(link).text) == (404, wrong.text)
    for address in (link, "/s/" + "b" * 32, "/s/x", "/s/" + "c" * 500):
        assert phone.send(address, key).status_code == 404
        assert phone.http.get(f"{address}/thanks").status_code == 404
    assert phone.send(fresh.removeprefix(ORIGIN)).status_code == 303


def test_the_database_alone_does_not_give_the_link(database: Database, cast: Cast) -> None:
    """When the secret changes, what was printed still leads here; only nobody can be shown it again."""
    asking, link = a_survey(database, cast.noor)
    token = link.removeprefix("/s/")
    assert re.fullmatch("[a-z2-7]{32}", token)
    with database.reading() as db:
        kept = db.get_one(Asking, asking)
        assert token not in (kept.nonce, kept.link)
        known = db.info["settings"]
        db.info["settings"] = known.model_copy(update={"secret_key": SecretStr("another")})
        assert address_of(db, kept) == f"{ORIGIN}{link}", "made with the record's key, it is found with that again"
        db.info["record_keys"] = type(db.info["record_keys"]).of("ab" * 32)
        assert address_of(db, kept) is None
    app = create_app(settings_for(database.url), database, run_worker=False)
    assert Phone(app).send(link).status_code == 303


def test_it_closes_by_itself_and_says_so_kindly(phone: Phone, database: Database, cast: Cast) -> None:
    asking, link = a_survey(database, cast.noor, closes_on=day(1))
    key = phone.key(link)
    with database.reading() as db:
        over = end_of(db, day(1))
    with as_of(over):
        told = phone.http.get(link)
        assert (told.status_code, "has ended" in told.text) == (200, True), "on its day, before any job has run"
        assert phone.send(link, key).status_code == 409
        run_all(database, all_tasks())
    with database.reading() as db:
        kept = db.get_one(Asking, asking)
        assert kept.stage is AskStage.CLOSED
        entry = db.scalars(select(Entry).order_by(col(Entry.number).desc())).first()
        assert entry
        assert (entry.move, entry.actor_id, entry.ref) == ("close", None, f"source:{kept.source_id}")
    source = source_of(database, asking)
    assert (source.collecting, source.last_day) == (False, day(1))


def test_one_that_was_prolonged_stays_open_on_its_old_day(phone: Phone, database: Database, cast: Cast) -> None:
    asking, link = a_survey(database, cast.noor, closes_on=day(1))
    with database.writing() as db:
        until(db, find_actor(db, cast.noor.id), db.get_one(Asking, asking), day(5), "Few answers so far.")
        over = end_of(db, day(1))
    with as_of(over):
        run_all(database, all_tasks())
        assert phone.send(link).status_code == 303


def test_before_its_first_day_and_after_its_end(phone: Phone, database: Database, cast: Cast) -> None:
    asking, link = a_survey(database, cast.noor, opens_on=day(2))
    assert "has not begun" in phone.http.get(link).text
    assert phone.send(link, "k" * 20).status_code == 409
    with database.writing() as db:
        close(db, find_actor(db, cast.noor.id), db.get_one(Asking, asking))
    assert "has ended" in phone.http.get(link).text
    assert rows(database) == []


def test_many_at_one_counter_get_through_and_a_flood_does_not(app: Pilotage, database: Database, cast: Cast) -> None:
    _, link = a_survey(database, cast.noor)
    kiosk = Phone(app)
    assert [kiosk.send(link, f"{number:020}").status_code for number in range(120)] == [303] * 120
    late = kiosk.send(link, "l" * 20, o0="7", words="Kept for later.")
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    assert "Yours is still on this page" in late.text
    assert "Kept for later." in late.text
    assert 'value="7" checked' in late.text
    assert Phone(app, address="198.51.100.9").send(link).status_code == 303, "somebody else is not held up"
    assert len(rows(database)) == 121


def test_a_hundred_at_once_are_a_hundred(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    asking, link = a_survey(both, cast.noor)
    app = create_app(settings_for(both.url), both, run_worker=False)

    def post(number: int) -> int:
        phone = Phone(app, address=f"203.0.113.{number}")
        phone.http.portal = portal
        typed = {"o0": str(number % 11), "t0": str(1 + number % 5), "words": f"Number {number}"}
        return int(phone.send(link, f"{number:020}", **typed).status_code)

    with start_blocking_portal() as portal, ThreadPoolExecutor(25) as pool:
        told = list(pool.map(post, range(100)))
    acknowledged = told.count(303)
    assert set(told) <= {303, 503}
    assert acknowledged >= 90
    assert figures_are_of_all(both, source_of(both, asking).id)[0] == acknowledged


def test_the_pages_take_few_statements(app: Pilotage, database: Database, cast: Cast, phone: Phone) -> None:
    _, link = a_survey(database, cast.noor)
    with statements(database) as seen:
        phone.http.get(link)
    assert len(seen) <= 6
