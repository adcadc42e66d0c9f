"""The product as shipped, in a process of its own, on a copy of a made organisation."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient

from app import schema
from app.db import Database
from app.main import create_app, open_database
from app.notices.actions import read_record
from app.notices.jobs import remind
from app.review.owners import ask_when_admitted
from app.settings import TOP, Settings
from tests.bench.counting import statements
from tests.bench.making import Size
from tests.bench.organisation import LEADER, make
from tests.bench.pages import READERS, Page, pages, sign_in
from tests.bench.servers import Server, serving
from tests.bench.voting import VOTERS

KEPT = TOP / "var" / "bench"
MAKERS = ("words", "making", "organisation", "around")


@dataclass(frozen=True, eq=False)
class Product:
    ideas: int
    database: Database  # the same file, from here
    server: Server
    pages: Sequence[Page]
    tokens: Mapping[int, str]

    def page(self, name: str) -> Page:
        return next(page for page in self.pages if page.name == name)


@contextmanager
def product(folder: Path, ideas: int) -> Iterator[Product]:
    file = folder / f"{ideas}.db"
    shutil.copy(organisation(ideas), file)
    database = opened(file)
    after_the_morning(database)
    tokens = sign_in(database, [LEADER, *READERS, *VOTERS])
    try:
        with serving("app", "serve", log=folder / f"{ideas}.log", DATABASE_URL=f"sqlite:///{file}") as server:
            yield Product(ideas, database, server, pages(database), tokens)
    finally:
        database.close()


def opened(file: Path) -> Database:
    return open_database(Settings(_env_file=None, database_url=f"sqlite:///{file}"))  # type: ignore[call-arg]


def after_the_morning(database: Database) -> None:
    """The day's reminders are made, owners of processes are asked, and who is told has been: once they take some
    seconds in the background, and are no page's cost."""
    while remind(database) is not None or ask_when_admitted(database):
        continue
    read_record(database)


def organisation(ideas: int) -> Path:
    """The file of a made organisation, kept until what makes it changes."""
    file = KEPT / f"{ideas}-{recipe()}.db"
    if not file.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        for older in KEPT.glob(f"{ideas}-*"):
            older.unlink()
        print(f"Making an organisation of {ideas:,} ideas, once.", flush=True)
        unfinished = file.with_suffix(".part")
        fill(unfinished, Size(ideas))
        unfinished.rename(file)
    return file


def fill(file: Path, size: Size) -> None:
    database = opened(file)
    schema.migrate(database)
    make(database, size)
    database.close()


def recipe() -> str:
    stamp = hashlib.sha256()
    made_by = [Path(__file__).with_name(f"{name}.py") for name in MAKERS]
    for source in (*made_by, *sorted((TOP / "migrations" / "versions").glob("*.py"))):
        stamp.update(source.read_bytes())
    return stamp.hexdigest()[:12]


def statements_of(one: Product, page: Page) -> int:
    """Counted here, at the second visit: what a process keeps for some seconds is there already."""
    settings = one.database.known["settings"]
    app = create_app(settings, one.database, run_worker=False)
    browser = TestClient(app, base_url=settings.address, follow_redirects=False)
    browser.cookies.set("pilotage", one.tokens[page.readers[0]])
    headers = {"If-None-Match": browser.get(page.paths[0]).headers["ETag"]} if page.again else {}
    browser.get(page.paths[0], headers=headers)
    with statements(one.database) as seen:
        browser.get(page.paths[0], headers=headers)
    return len(seen)
