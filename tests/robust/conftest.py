"""What the tests of serving share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from app.db import Database
from app.main import Pilotage
from tests.conftest import settings_for
from tests.robust.serving import Client, a_token, made, thread


@pytest.fixture
def served_app(database: Database) -> Pilotage:
    return made(settings_for(database.url), database, run_worker=False)


@pytest.fixture
def port(served_app: Pilotage) -> Iterator[int]:
    with thread(served_app) as port:
        yield port


@pytest.fixture
def client(database: Database, port: int) -> Iterator[Callable[[], Client]]:
    """`client()` is a person with a connection of their own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Client(port, a_token(database))))
