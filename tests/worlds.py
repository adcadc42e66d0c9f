"""Two worlds that differ in one thing alone, and what a person sees of each."""

import io
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
from anyio.from_thread import start_blocking_portal
from sqlalchemy.orm import Session as Db

from app.columns import as_of, now
from app.main import create_app, open_database
from app.people.actor import find_actor
from app.people.models import Person, Post
from app.people.sessions import begin
from app.people.tokens.actions import make
from app.people.tokens.models import Scope
from tests import makers
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.crawl import walk
from tests.makers import a_person, a_seat
from tests.review.meeting_makers import text_of

MOMENT = now()


class World:
    """One history in a database of its own; ids and times are the same in every world."""

    def __init__(self, template: Path, folder: Path, tell: Callable[["World", Db, Cast], None]) -> None:
        folder.mkdir()
        shutil.copy(template, folder / "pilotage.db")
        self.settings = settings_for(f"sqlite:///{folder / 'pilotage.db'}")
        self.database = open_database(self.settings)
        makers.numbers = iter(range(1, 10_000))
        with as_of(MOMENT), self.database.writing() as db:
            self.cast = the_cast(db)
            self.deputy = a_person(db, "Dalal")
            a_seat(db, self.cast.committee, self.deputy, Post.DEPUTY)
            tell(self, db, self.cast)
        self.app = create_app(self.settings, self.database, run_worker=False)

    def browser(self, person: Person) -> Browser:
        browser = Browser(self.app)
        with as_of(MOMENT), self.database.writing() as db:
            browser.http.cookies.set("pilotage", begin(db, person.id, "test"))
        return browser

    def program(self, person: Person) -> Browser:
        """What reads by a token of this person's."""
        browser = Browser(self.app)
        with as_of(MOMENT), self.database.writing() as db:
            secret = make(db, find_actor(db, person.id), "Reads", Scope.READ, 9)[1]
        browser.http.headers["authorization"] = f"Bearer {secret}"
        return browser

    def walked(self, person: Person, start: Iterable[str]) -> dict[str, str]:
        """All that the person comes to by links from these pages, three of a kind, with what a cache is told."""
        browser = self.browser(person)
        with start_blocking_portal() as browser.http.portal:
            answers = walk(browser, start, each=3).answers
        told = {address: answer.headers.get("etag", "") for address, answer in answers.items()}
        return {
            address: f"{answer.status_code} {told[address]}\n{clean(words_of(answer))}"
            for address, answer in answers.items()
        }

    def seen(self, person: Person, pages: tuple[str, ...], posts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        browser = self.browser(person)
        with start_blocking_portal() as browser.http.portal:
            shown = {page: browser.get(page) for page in pages}
            shown |= {f"POST {page}": browser.post(page, fields) for page, fields in posts.items()}
        return {
            page: f"{answer.status_code} {names(answer)}\n{clean(words_of(answer))}" for page, answer in shown.items()
        }


def names(answer: Any) -> str:
    """What a browser is told beside the words: where to go, and what a file is called."""
    return " ".join(answer.headers.get(name, "") for name in ("location", "content-disposition"))


def words_of(answer: Any) -> str:
    """Of a PDF what it says, and what it says about itself: its bytes are packed anew for each hash in it."""
    if answer.headers.get("content-type") != "application/pdf":
        return str(answer.text)
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        about = {str(name): str(value) for name, value in pdf.docinfo.items() if name != "/ID"}
        pages = len(pdf.pages)
    return f"{pages} {about}\n{text_of(answer.content)}"


def clean(html: str) -> str:
    """One-shot keys, names of windows, request ids and names of sessions differ in every answer."""
    return re.sub(r'(name="(key|window)" value|data-window)="[^"]*"|[0-9a-f]{12,}', "", html)
