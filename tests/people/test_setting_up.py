"""The first start: a link on the console leads through it, and dies at the end."""

import pytest

from app.db import Database
from app.errors import Invalid
from app.main import Pilotage, create_app
from app.people.actions import set_up_link
from app.people.departments import drawn, keep_tree, read_tree
from app.people.setting_up import progress
from app.record.queries import verify
from tests.client import ORIGIN, Browser
from tests.conftest import settings_for
from tests.people.makers import PASSWORD, enter

TREE = "Operations\n    Terminal\n        Gates\n    Apron\nFinance\nOperations / Security"


def begin(database: Database) -> tuple[Pilotage, str]:
    settings = settings_for(database.url)
    with database.writing() as db:
        address = set_up_link(db, settings)
    assert address is not None
    return create_app(settings, database, run_worker=False), address.removeprefix(ORIGIN)


def test_from_an_empty_database_to_signing_in(both: Database) -> None:
    app, link = begin(both)
    browser = Browser(app)
    assert "Nobody has set this place up yet" in browser.get("/sign-in").text
    assert "Your organisation" in browser.get(link).text
    assert browser.post(f"{link}/organisation", {"name": "Rimal Airport"}).headers["location"].endswith("administrator")
    assert browser.post(f"{link}/end").status_code == 403
    person = {"name": "Root", "email": "Root@Pilotage.example", "new_password": "short"}
    refused = browser.post(f"{link}/administrator", person)
    assert refused.status_code == 422
    assert 'value="Root"' in refused.text
    assert browser.post(f"{link}/administrator", person | {"new_password": PASSWORD}).status_code == 303
    assert "Departments" in Browser(app).get(link).text, "taken up again elsewhere"
    assert browser.post(f"{link}/departments", {"departments": TREE}).status_code == 303
    committee = {"name": "Innovation Committee", "quorum": "3", "promised_days": "21"}
    assert browser.post(f"{link}/committee", committee).status_code == 303
    assert "No mail server is configured" in browser.get(f"{link}?step=mail").text
    assert browser.post(f"{link}/mail", {"email": "root@pilotage.example"}).status_code == 422
    assert browser.post(f"{link}/end").status_code == 303
    assert browser.get(link).status_code == 404
    assert browser.post(f"{link}/organisation", {"name": "Mine now"}).status_code == 404
    assert enter(browser, "root@pilotage.example").status_code == 303
    assert browser.get("/admin").status_code == 200
    with both.reading() as db:
        assert set_up_link(db, settings_for(both.url)) is None
        assert verify(db, both.known["record_keys"]).intact
        state = progress(db)
    assert (state.departments, state.ready) == (6, True)


def test_a_new_start_ends_the_link_of_the_one_before(database: Database) -> None:
    app, first = begin(database)
    _, second = begin(database)
    assert [Browser(app).get(link).status_code for link in (first, second)] == [404, 200]


def test_a_slip_in_the_administrators_address_is_mended(database: Database) -> None:
    app, link = begin(database)
    browser = Browser(app)
    person = {"name": "Root", "email": "rot@pilotage.example", "new_password": PASSWORD}
    browser.post(f"{link}/administrator", person)
    browser.post(f"{link}/administrator", person | {"email": "root@pilotage.example"})
    assert enter(Browser(app), "rot@pilotage.example").status_code == 422
    assert enter(Browser(app), "root@pilotage.example").status_code == 303


def test_nobody_but_the_link_sets_up(database: Database) -> None:
    app, _ = begin(database)
    for step in ("organisation", "administrator", "departments", "committee", "mail", "end"):
        assert Browser(app).post(f"/set-up/guess/{step}", {"name": "Mine"}).status_code == 404


def test_departments_are_a_tree(both: Database) -> None:
    tree = dict(read_tree(TREE))
    assert (tree["Gates"], tree["Apron"], tree["Security"], tree["Finance"]) == (
        "Terminal",
        "Operations",
        "Operations",
        None,
    )
    with both.writing() as db:
        assert keep_tree(db, read_tree(TREE)) == 6
        assert keep_tree(db, read_tree("Finance / Gates")) == 0
        assert dict(read_tree(drawn(db))) == tree | {"Gates": "Finance"}


@pytest.mark.parametrize("words", ["A / ", "A\n  B\nC\n  B", "x" * 201])
def test_a_tree_with_a_mistake_names_the_line(words: str) -> None:
    with pytest.raises(Invalid, match="Line"):
        read_tree(words)
