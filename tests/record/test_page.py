"""The record's page: who may read it, and what it keeps from whom."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from app.db import Database
from app.ideas.models import Idea, Stage, Veil
from app.main import create_app, open_database
from app.people.models import Person
from app.record.actions import write
from app.record.queries import head, verify
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.makers import an_idea
from tests.postgres import fresh_database

As = Callable[[Person | None], Browser]
TIMES = re.compile(r"<time.*?</time>")


def test_who_may_read_it(cast: Cast, as_: As) -> None:
    people = (cast.noor, cast.layla, cast.root, cast.amal, cast.sami, cast.gita, None)
    assert [as_(person).get("/record").status_code for person in people] == [200, 200, 200, 403, 403, 404, 303]


def test_what_one_may_not_see_is_a_number_and_a_time(cast: Cast, database: Database, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, title="Signs before stairs")
        write(db, cast.amal.id, "discard", idea.ref, before="draft", after="discarded")
    shown = as_(cast.layla).get("/record").text.split("<tbody>")[1]
    assert "Something that is not yours to see" in shown
    assert not [word for word in ("Signs", idea.ref, "Discarded", "Amal") if word in shown]
    for filtered in ("?move=discard", f"?ref={idea.ref}"):
        page = as_(cast.layla).get(f"/record{filtered}").text
        assert "No entry is like that" in page
        assert "not yours to see" not in page


@pytest.fixture(params=["sqlite", "postgresql"])
def a_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes fresh databases, as many as a test compares."""
    made: list[Database] = []

    def make() -> Database:
        if request.param == "sqlite":
            file = tmp_path / f"world{len(made)}.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), file)
            url = f"sqlite:///{file}"
        else:
            server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
            url = fresh_database(server, template)
        made.append(open_database(settings_for(url)))
        return made[-1]

    yield make
    for database in made:
        database.close()


def seen_by_a_veiled_leader(database: Database, author: str) -> list[str]:
    with database.writing() as db:
        cast = the_cast(db)
        by: Person = getattr(cast, author)
        idea = an_idea(db, cast.process, by, stage=Stage.SUBMITTED, title="Signs before stairs")
        write(db, by.id, "submit", idea.ref, before="draft", after="submitted")
        write(db, cast.noor.id, "admit", idea.ref, before="submitted", after="admitted")
        db.add(Veil(person_id=cast.layla.id, idea_id=idea.id, round_id=1))
    app = create_app(settings_for(database.url), database, run_worker=False)
    veiled, open_ = Browser(app, cast.layla), Browser(app, cast.root)
    assert f">{by.name}</a>" in open_.get("/record").text, "the control: without a veil the author shows"
    queries = ("", "?move=submit", f"?ref={idea.ref}", "?before=2", f"?ref=person:{by.id}")
    return [TIMES.sub("", veiled.get(f"/record{query}").text.replace(by.ref, "person")) for query in queries]


def test_two_worlds_that_differ_only_in_the_author_look_alike(a_world: Callable[[], Database]) -> None:
    first, second = (seen_by_a_veiled_leader(a_world(), author) for author in ("amal", "zaid"))
    assert first == second
    assert "hidden from you" in first[0]


def test_pages_go_by_key_with_the_same_number_of_statements(cast: Cast, database: Database, as_: As) -> None:
    counted: list[str] = []
    event.listen(database.reads, "before_cursor_execute", lambda *given: counted.append(given[2]))
    with database.writing() as db:
        ideas: list[Idea] = [an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED) for _ in range(30)]
        write(db, cast.amal.id, "submit", ideas[0].ref)
    layla = as_(cast.layla)
    layla.get("/record")
    counted.clear()
    layla.get("/record?x=1")
    with_one = len(counted)
    with database.writing() as db:
        for idea in ideas:
            write(db, cast.amal.id, "submit", idea.ref, after="submitted")
        write(db, cast.root.id, "grant", cast.zaid.ref, after="leader")
    layla.get("/record")
    counted.clear()
    shown = layla.get("/record?x=2").text
    assert len(counted) == with_one <= 9
    following = shown.split('rel="next" href="')[1].split('"')[0]
    rest = layla.get(following.replace("&amp;", "&")).text
    assert (shown.count("<time"), rest.count("<time")) == (25, 7)


def test_an_anchor_shows_a_tail_that_was_cut_off(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        for number in range(3):
            write(db, cast.amal.id, "submit", f"idea:{number}")
    with both.reading() as db:
        anchor = head(db)
        assert verify(db, both.known["record_keys"], anchor).intact
        assert not verify(db, both.known["record_keys"], (3, "0" * 64)).intact
        assert not verify(db, both.known["record_keys"], (4, anchor[1])).intact
        assert db.scalar(text("SELECT count(*) FROM record")) == 3
