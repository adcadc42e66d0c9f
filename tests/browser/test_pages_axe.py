"""Every kind of page in a real browser, as the people who come to it: nothing that axe finds, no error, no overflow.

Pages that have the same address but for numbers, and the same forms, are one kind: each is looked at once.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select
from sqlmodel import col

from app.main import create_app, open_database
from app.outbox import TRIES, Job
from app.people.mail import post
from tests.browser.conftest import FOCUSED, Served
from tests.conftest import settings_for
from tests.crawl import NUMBER, pattern
from tests.demo import Demo
from tests.forms import forms_of
from tests.robust.serving import thread

PEOPLE = ("amal", "sami", "noor", "layla", "huda", "root", "gita")
WIDTHS = (390, 1280)
IN_THE_DARK = (
    "/",
    "/ideas",
    "/ideas/#",
    "/review/ideas/#",
    "/processes",
    "/pilots/#",
    "/leaders",
    "/voice/sources/#",
    "/me",
)
OVERFLOW = "document.scrollingElement.scrollWidth - innerWidth"
STICKING_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(-3).map(e => e.tagName + '.' + e.className)"""


def path(address: str) -> str:
    return NUMBER.sub("#", urlsplit(address).path)


def kinds(walked: Demo) -> dict[str, list[str]]:
    """Addresses by the person who looks at them."""
    seen: set[tuple[str, frozenset[str]]] = set()
    chosen: dict[str, list[str]] = {}
    for name in PEOPLE:
        for address, html in walked.walks[name].pages:
            kind = path(address), frozenset(pattern(form.action) for form in forms_of(html))
            if kind not in seen:
                seen.add(kind)
                chosen.setdefault(name, []).append(address)
    return chosen


def axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:160]}" for one in found for node in one["nodes"][:2]]


def look(page: Page, address: str, widths: Iterable[int] = WIDTHS) -> Iterator[str]:
    """What is wrong with a page."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if width == WIDTHS[0] or len(tuple(widths)) == 1:
            page.goto(address)
        if (over := page.evaluate(OVERFLOW)) > 0:
            yield f"{address} at {width}: {over} px too wide: {page.evaluate(STICKING_OUT)}"
    yield from (f"{address} {words}" for words in axe(page))


@pytest.mark.parametrize("name", PEOPLE)
def test_pages_are_fit_for_all(
    walked: Any, read_only: Served, context: BrowserContext, complaints: list[str], name: str
) -> None:
    read_only.sign_in(context, name)
    page = context.new_page()
    addresses = kinds(walked).get(name, ["/"])
    wrong = [words for address in addresses for words in look(page, read_only.address + address)]
    assert not wrong, "\n".join(wrong)
    assert not complaints


def test_pages_are_fit_in_the_dark(
    walked: Any, read_only: Served, context: BrowserContext, complaints: list[str]
) -> None:
    read_only.sign_in(context, "noor")
    page = context.new_page()
    page.emulate_media(color_scheme="dark")
    first: dict[str, str] = {}
    for address, _ in walked.walks["noor"].pages:
        first.setdefault(path(address), address)
    wrong = [words for kind in IN_THE_DARK for words in look(page, read_only.address + first[kind], [390])]
    assert not wrong, "\n".join(wrong)
    assert not complaints


def test_what_only_some_see_is_fit(served: Served, context: BrowserContext, complaints: list[str]) -> None:
    """What the chair reads of teams; mails that could not be sent, one of them to a long address."""
    page = context.new_page()
    served.sign_in(context, "noor")
    page.goto(served.address + "/teams")
    assert page.locator("#owed tbody tr").count()
    wrong = list(look(page, served.address + "/teams"))
    with served.demo.database.writing() as db:
        for to in ("zaid@pilotage.example", f"{'a.very.long.name.' * 4}@{'department.' * 4}pilotage.example"):
            post(db, to, "A test from Pilotage", ["It fails."])
        for job in db.scalars(select(Job).where(col(Job.kind) == "mail")):
            job.failure, job.attempts = "ConnectionRefusedError: [Errno 111] Connection refused", TRIES
    served.sign_in(context, "root")
    wrong += look(page, served.address + "/admin/mail")
    assert page.locator("#unsent tbody tr").count() >= 2
    assert not wrong, "\n".join(wrong)
    assert not complaints


EMPTY = (
    "/",
    "/voice",
    "/processes",
    "/ideas",
    "/review",
    "/pilots",
    "/teams",
    "/search",
    "/notices",
    "/leaders",
    "/record",
)


def test_an_empty_organisation_is_fit_too(
    database: Any, cast: Any, context: BrowserContext, complaints: list[str], tmp_path: Any
) -> None:
    """Before anybody has written a word; and to a stranger."""
    from app.people.sessions import begin

    app = create_app(settings_for(database.url), open_database(settings_for(database.url)), run_worker=False)
    with database.writing() as db:
        token = begin(db, cast.noor.id, "test")
    page = context.new_page()
    with thread(app) as port:
        here = f"http://127.0.0.1:{port}"
        wrong = [words for address in ("/sign-in", "/reset") for words in look(page, here + address)]
        context.add_cookies([{"name": "pilotage", "value": token, "url": here}])
        wrong += [words for address in EMPTY for words in look(page, here + address)]
    assert not wrong, "\n".join(wrong)
    assert not complaints


@pytest.mark.parametrize("address", ["/", "/ideas", "/ideas/new", "/processes"])
def test_the_keyboard_is_enough(read_only: Served, context: BrowserContext, address: str) -> None:
    """To the page first; each stop is seen, in what is on the screen, with a ring around it."""
    read_only.sign_in(context, "amal")
    page = context.new_page()
    page.goto(read_only.address + address)
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert (first["words"], first["ring"], first["seen"]) == ("To the page", True, True)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        assert stop["ring"], stop
        assert stop["seen"], stop
