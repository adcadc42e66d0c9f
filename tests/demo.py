"""The demo organisation for tests: told once a session, copied for each test that writes."""

import shutil
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from sqlalchemy import text

from app import schema
from app.demo.making import ACCOUNTS
from app.demo.story import tell
from app.main import create_app, open_database
from app.people.sessions import begin
from app.settings import Settings
from tests.client import Browser
from tests.conftest import settings_for

CAST = tuple(ACCOUNTS)


def demo_settings(file: Path) -> Settings:
    return settings_for(f"sqlite:///{file}").model_copy(update={"demo": True})


def told(file: Path) -> Path:
    database = open_database(demo_settings(file))
    schema.migrate(database)
    tell(database)
    database.close()
    return file


class Demo:
    """A copy of the demo that is one's own. People go by the names of their accounts."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.file = folder / "demo.db"
        shutil.copy(template, self.file)
        shutil.copytree(template.with_name("files"), folder / "files")
        self.settings = demo_settings(self.file)
        self.database = open_database(self.settings)
        self.app = create_app(self.settings, self.database, run_worker=False)
        self.loop = start_blocking_portal()
        self.portal = self.loop.__enter__()
        self.ids = {row.email.split("@")[0]: row.id for row in self.rows("select id, email from person") if row.email}

    def close(self) -> None:
        self.loop.__exit__(None, None, None)
        self.database.close()

    def token(self, name: str) -> str:
        with self.database.writing() as db:
            return begin(db, self.ids[name], "test")

    def by(self, name: str) -> Browser:
        """The person's browser; a stranger's for an empty name. It takes answers as they are, not compressed."""
        browser = Browser(self.app)
        browser.http.portal = self.portal  # one loop for all, where a client would begin one for each request
        browser.http.headers["accept-encoding"] = "identity"
        if name:
            browser.http.cookies.set("pilotage", self.token(name), domain="127.0.0.1")
        return browser

    def rows(self, query: str, **given: Any) -> list[Any]:
        """Straight from the tables, past every rule of the product."""
        with self.database.reading() as db:
            return list(db.execute(text(query), given))

    def ids_of(self, query: str, **given: Any) -> set[int]:
        return {row[0] for row in self.rows(query, **given)}

    def state(self) -> tuple[Any, ...]:
        """What grows with every change: the counter of each feature, and the record."""
        counters = self.rows("select feature, count from change order by feature")
        (entries,) = self.rows("select count(*), max(number) from record")
        return (*map(tuple, counters), tuple(entries))
