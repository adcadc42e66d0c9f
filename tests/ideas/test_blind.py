"""Two worlds that differ only in who wrote an idea are the same, byte for byte, to whoever is veiled from it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.columns import as_of
from app.db import Database
from app.ideas import actions
from app.ideas.models import Stage, Veil
from app.main import create_app, open_database
from app.people.actor import find_actor
from app.people.models import Person
from app.talk import actions as talk
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.makers import a_team, an_idea

MOMENT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PATHS = (
    *(
        "/ideas",
        "/ideas?sort=support",
        "/ideas?sort=talk",
        "/ideas?sort=promised",
        "/ideas?stage=in+review",
        "/ideas.csv",
    ),
    *("/ideas?q=rollers", "/ideas?q=Tariq", "/ideas?q=Zaid", "/ideas?q=Night+shift", "/ideas?team=1", "/ideas?team=2"),
    *("/ideas?team=3", "/ideas.csv", "/ideas.csv?team=2", "/ideas.csv?team=3"),
    *("/ideas/1", "/ideas/1/revisions/1", "/ideas/1/edit", "/ideas/2", "/talk/idea:1"),
    *("/talk/idea:1/answers/1", "/talk/comments/1/edit"),
    *("/teams", "/teams/1", "/teams/2", "/teams/3"),
    *("/search?q=rollers", "/search?q=Tariq", "/search?q=Zaid", "/search?q=Night+shift", "/search?q=Early"),
)


def fill(database: Database, author: str) -> Cast:
    """Zaid or Tariq wrote the idea in a team of their own, talked about it, and withdrew and submitted it again."""
    with as_of(MOMENT), database.writing() as db:
        cast = the_cast(db)
        early = a_team(db, cast.committee, cast.zaid, name="Early shift")
        night = a_team(db, cast.committee, cast.tariq, name="Night shift")
        person: Person = getattr(cast, author)
        team = early if author == "zaid" else night
        writer, huda = find_actor(db, person.id), find_actor(db, cast.huda.id)
        idea = an_idea(db, cast.process, person, stage=Stage.SUBMITTED, team_id=team.id, title="Rollers under the belt")
        actions.make(db, writer, idea, "withdraw")
        actions.make(db, writer, idea, "submit")
        actions.make(db, find_actor(db, cast.noor.id), idea, "admit")
        said = talk.say(db, writer, idea.ref, "I mean the trays.")
        answer = talk.say(db, huda, idea.ref, "Which lane?", said.id)
        talk.say(db, writer, idea.ref, "All of them.", answer.id)
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Another one")
        for veiled in (cast.sami, cast.noor):
            db.add(Veil(person_id=veiled.id, idea_id=idea.id, round_id=1))
    return cast


@contextmanager
def world(template: Path, folder: Path, author: str) -> Iterator[tuple[Cast, Callable[[Person], Browser]]]:
    file = folder / f"{author}.db"
    shutil.copy(template, file)
    database = open_database(settings_for(f"sqlite:///{file}"))
    cast = fill(database, author)
    app = create_app(settings_for(database.url), database, run_worker=False)
    try:
        yield cast, lambda person: Browser(app, person)
    finally:
        database.close()


def seen(browser: Browser) -> dict[str, tuple[int, bytes, str | None]]:
    """Twice each, so that what is kept between requests is looked at too. A request's own number is no answer."""
    answers = {path: browser.get(path) for path in (*PATHS, *PATHS)}
    return {
        path: (one.status_code, one.content.replace(one.headers["x-request-id"].encode(), b""), one.headers.get("etag"))
        for path, one in answers.items()
    }


@pytest.mark.parametrize("reader", ["sami", "noor"])
def test_a_veiled_reader_cannot_tell_who_wrote_it(sqlite_template: Path, tmp_path: Path, reader: str) -> None:
    pages = []
    for author in ("zaid", "tariq"):
        with world(sqlite_template, tmp_path, author) as (cast, as_):
            as_(cast.dina).get("/ideas")  # somebody who may see names looked first
            pages.append(seen(as_(getattr(cast, reader))))
    first, second = pages
    differ = [path for path in PATHS if first[path] != second[path]]
    assert differ == [], [(first[path], second[path]) for path in differ[:1]]
    assert first["/ideas/1"][0] == 200
    text = b"".join(content for _, content, _ in first.values()).decode()
    assert "Rollers under the belt" in text
    assert "An author" in text


def test_whoever_is_not_veiled_can(sqlite_template: Path, tmp_path: Path) -> None:
    """The control: the same pages do tell the worlds apart."""
    pages = []
    for author in ("zaid", "tariq"):
        with world(sqlite_template, tmp_path, author) as (cast, as_):
            pages.append(seen(as_(cast.dina)))
    first, second = pages
    told = {path for path in PATHS if first[path][1] != second[path][1]}
    assert told >= {"/ideas", "/ideas.csv", "/ideas/1", "/talk/idea:1", "/ideas?team=2", "/teams/2", "/teams/3"}
    assert b"An author" not in first["/ideas/1"][1]


def test_a_veiled_chair_still_screens_and_says_nothing_of_names(sqlite_template: Path, tmp_path: Path) -> None:
    answers = []
    for author in ("zaid", "tariq"):
        with world(sqlite_template, tmp_path, author) as (cast, as_):
            noor = as_(cast.noor)
            refused = noor.move("/ideas/1", "admit"), noor.move("/ideas/1", "withdraw"), noor.get("/ideas/1/edit")
            texts = [one.text for one in refused]
            answers.append([one.status_code for one in refused])
            assert not [text for text in texts if "Zaid" in text or "Tariq" in text]
    assert answers == [[409, 403, 403]] * 2
