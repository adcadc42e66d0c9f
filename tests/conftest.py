"""What tests of every part share."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session as Db

from app import logs, schema
from app.db import Database
from app.main import Pilotage, create_app, open_database
from app.people.models import Person
from app.settings import Settings
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.crawl import walk
from tests.postgres import Server, fresh_database, running, template_database

ROOT = Path(__file__).resolve().parents[1]
RECORD_KEY = "5e" * 32


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """As served, without the values of local variables; warnings and worse."""
    logs.configure(Settings(_env_file=None), logging.WARNING)  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data sets. Without it the test fails: nothing is skipped."""
    named = os.environ.get("PILOTAGE_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.fail(f"No data sets at {folder}: put them there, or name their folder in PILOTAGE_TEST_DATA.")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """The address of an empty database."""
    return fresh_database(postgres)


def settings_for(url: str) -> Settings:
    return Settings(_env_file=None, database_url=url, record_key=RECORD_KEY, base_url="http://127.0.0.1:8000")  # type: ignore[call-arg, arg-type]


def migrated(url: str) -> Database:
    database = open_database(settings_for(url))
    schema.migrate(database)
    return database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrated(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    return template_database(postgres, lambda url: migrated(url).close())


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "pilotage.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """A migrated, empty SQLite database. `both` is the same on SQLite and on PostgreSQL."""
    database = open_database(settings_for(sqlite_url))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
    else:
        server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
        url = fresh_database(server, template)
    database = open_database(settings_for(url))
    yield database
    database.close()


@pytest.fixture
def db(database: Database) -> Iterator[Db]:
    """A writing transaction; commit it before a browser looks."""
    with database.writing() as session:
        yield session


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.writing() as session:
        return the_cast(session)


@pytest.fixture
def app(database: Database) -> Pilotage:
    return create_app(settings_for(database.url), database, run_worker=False)


@pytest.fixture
def as_(app: Pilotage) -> Callable[[Person | None], Browser]:
    """`as_(cast.amal)` is a browser in which Amal is signed in; `as_(None)` a stranger's."""
    return lambda person=None: Browser(app, person)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.demo import told

    return told(tmp_path_factory.mktemp("demo") / "template.db")


@pytest.fixture
def demo(demo_template: Path, tmp_path: Path) -> Iterator[Any]:
    """A demo organisation of the test's own."""
    from tests.demo import Demo

    demo = Demo(demo_template, tmp_path)
    yield demo
    demo.close()


@pytest.fixture(scope="session")
def walked(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A demo that is only read, and what each of its cast has seen of it: `walked.walks["amal"]`."""
    from tests.demo import CAST, Demo

    demo: Any = Demo(demo_template, tmp_path_factory.mktemp("walked"))
    before = demo.state()
    demo.walks = {name: walk(demo.by(name)) for name in CAST}
    assert demo.state() == before, "a GET has changed something"
    yield demo
    demo.close()
