"""Figures about single people: a whole list, off until an administrator turns one on, on the record."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.errors import Stale
from app.people.actor import find_actor
from app.people.figures.actions import turn
from app.people.figures.models import PersonFigure, SwitchForm
from app.people.figures.queries import shown
from app.people.figures.rules import FIGURES
from app.people.models import Person
from app.record.models import Entry
from app.record.queries import verify
from tests.cast import Cast, the_cast
from tests.client import Browser

As = Callable[[Person | None], Browser]
HERE = "/people/figures"


@pytest.mark.parametrize("key", FIGURES)
def test_each_is_off_until_it_is_turned_on(both: Database, key: str) -> None:
    with both.writing() as db:
        root = find_actor(db, the_cast(db).root.id)
        assert not shown(db, key)
        made = turn(db, root, key, SwitchForm(value="on"))
        assert shown(db, key)
        assert not any(shown(db, other) for other in FIGURES if other != key)
        turn(db, root, key, SwitchForm(value="on", version=made.version))  # once more changes nothing
        turn(db, root, key, SwitchForm(value="off", version=made.version))
        assert not shown(db, key)
        moves = db.execute(select(col(Entry.move), col(Entry.before), col(Entry.after)).order_by(col(Entry.number)))
        assert [tuple(row) for row in moves] == [
            ("turn_on", "not shown", "shown"),
            ("turn_off", "shown", "not shown"),
        ]
        with pytest.raises(Stale):
            turn(db, root, key, SwitchForm(value="on", version=1))
        assert verify(db, both.known["record_keys"]).intact


def test_a_figure_that_is_not_on_the_list_cannot_be_asked_for(both: Database) -> None:
    with both.reading() as db, pytest.raises(KeyError):
        shown(db, "speed of typing")


def test_the_page_lists_all_and_administrators_alone_switch(as_: As, database: Database, cast: Cast) -> None:
    page = as_(cast.zaid).get(HERE).text
    for figure in FIGURES.values():
        for words in (figure.name, figure.purpose.split("'")[0], figure.seen_by, figure.kept):
            assert words in page, words
    assert page.count("<dd>never</dd>") == len(FIGURES)
    assert "none of them is shown" in page
    assert "Turn it on" not in page
    for person, status in ((cast.zaid, 403), (cast.noor, 403), (cast.layla, 403), (cast.gita, 404)):
        assert as_(person).post(f"{HERE}/forecasts", {"value": "on", "version": "0"}).status_code == status
    root = as_(cast.root)
    assert as_(cast.gita).get(HERE).status_code == 404
    assert root.post(f"{HERE}/nonsense", {"value": "on", "version": "0"}).status_code == 404
    assert root.post(f"{HERE}/forecasts", {"value": "perhaps", "version": "0"}).status_code == 422
    assert root.post(f"{HERE}/forecasts", {"value": "on", "version": "0"}).status_code == 303
    assert root.post(f"{HERE}/forecasts", {"value": "on", "version": "0"}).status_code == 409
    page = as_(cast.zaid).get(HERE).text
    assert " by Root" in page
    assert root.fill(HERE, {}, "Turn it off").status_code == 303
    with database.reading() as db:
        assert db.scalars(select(PersonFigure)).one().shown is False
