"""The whole loop in plain HTTP, without JavaScript, as the people whose turn it is: from a file to a measured pilot."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.db import Database
from app.demo.survey import Wave, draw
from app.main import Pilotage
from app.outbox import run_all
from app.people.models import Person
from app.record.queries import verify
from tests.cast import Cast
from tests.client import Browser

BEFORE = Wave("first", "Passengers last year", date(2025, 10, 6), date(2025, 11, 2), 900, 0.38, 0.21, 7)
AFTER = Wave("second", "Passengers this year", date(2026, 10, 5), date(2026, 11, 1), 900, 0.47, 0.16, 8)


class Walk:
    """The people at their browsers, and what the walk has made so far."""

    def __init__(self, app: Pilotage, database: Database, cast: Cast) -> None:
        self.app, self.database, self.cast = app, database, cast
        self.browsers: dict[int, Browser] = {}

    def by(self, person: Person) -> Browser:
        if person.id not in self.browsers:
            self.browsers[person.id] = Browser(self.app, person)
        return self.browsers[person.id]

    def later(self) -> None:
        run_all(self.database, self.app.state.tasks)


@pytest.fixture
def walk(app: Pilotage, database: Database, cast: Cast) -> Walk:
    return Walk(app, database, cast)


def bring_in(walk: Walk, wave: Wave) -> str:
    """Upload, say what the columns mean, see what the file would do, confirm."""
    noor = walk.by(walk.cast.noor)
    survey = draw(wave)
    where = noor.works("/voice/import", {}, files={"file": (f"{wave.key}.csv", survey.csv.encode(), "text/csv")})
    walk.later()
    print(where)
    return where


def test_the_loop(walk: Walk, as_: Callable[..., Browser]) -> None:
    source = bring_in(walk, BEFORE)
    page = walk.by(walk.cast.noor).get(source)
    from tests.forms import forms_of

    for f in forms_of(page.text):
        print(f.action, f.method, sorted(f.names)[:40], f.filled({}) if f.method == "post" else "", f.buttons)
    assert 0
