"""What customers write: found by words and filters, never through a small group, never more than may be seen."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from app import schema
from app.db import Database
from app.people.actor import find_actor
from app.voice.models import Audience, Remark, Source
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.voice.said import WORDS, a_wave, look, rows, words

As = Callable[..., Browser]


@pytest.fixture
def told(both: Database, tmp_path: Path) -> Any:
    with both.writing() as db:
        cast = the_cast(db)
        actor = find_actor(db, cast.sami.id)
    a_wave(both, tmp_path)
    return both, actor


@pytest.mark.parametrize(
    ("typed", "fitting"),
    [
        ("queue", {0, 1}),
        ("queue long", {0, 1}),
        ('"long queue"', {1}),
        ("queue -desk", {0}),
        ("queu*", {0, 1, 3}),
        ("SENALIZACION", {2}),
        ("señalización", {2}),
        ("行李", {4}),
        ("李", {4}),
        ("慢", {4}),
        ("行慢", set()),
        ("kind -rude", {5}),
        ("staff", {5, 6}),
        ("Fatima", set()),
        ("-queue", {2, 3, 4, 5, 6, 7, 8, 9}),
        ("script", {8}),
        ('"" - *', set()),
        ("nothing OR queue", set()),
        ("words:queue", set()),
        ('queue" AND "desk', {1}),
        ("a' OR 1=1 --", set()),
        ("NEAR(queue bags)", set()),
        ("\\ % _ ( ) & | ! :*", set()),
    ],
)
def test_words_find_what_stands_there_and_nothing_that_is_masked(told: Any, typed: str, fitting: set[int]) -> None:
    database, actor = told
    with database.reading() as db:
        found = look(db, actor, q=typed)
        assert words(db, found) == {WORDS[place] for place in fitting}
        assert len(found.ids) == len(found.shown) == 6 * len(fitting)


@pytest.mark.parametrize(
    ("given", "n"),
    [
        ({}, 60),
        ({"score": "detractors: Recommend"}, 30),
        ({"score": "promoters: Recommend"}, 30),
        ({"score": "passives: Recommend"}, 0),
        ({"score": "low: Overall"}, 30),
        ({"score": "high: Overall", "q": "queue"}, 6),
        ({"score": "low: Nothing"}, 0),
        ({"segment": "Gate: A"}, 28),
        ({"segment": "Gate: A", "score": "detractors: Recommend"}, 15),
        ({"segment": "Gate: Z"}, 0),
        ({"question": "SAID"}, 60),
        ({"question": "ELSEWHERE"}, 0),
        ({"theme": "none"}, 60),
        ({"since": "2025-05-01", "until": "2025-05-31"}, 60),
        ({"since": "2026-01-01"}, 0),
        ({"touchpoint": "1"}, 30),
        ({"touchpoint": "3"}, 0),
        ({"source": "999"}, 0),
        ({"series": "1"}, 60),
        ({"source": "x", "score": "x", "since": "x", "theme": "x", "after": "x", "sort": "x"}, 60),
    ],
    ids=str,
)
def test_filters(told: Any, given: dict[str, str], n: int) -> None:
    database, actor = told
    with database.reading() as db:
        assert len(look(db, actor, **given).ids) == n


def test_pages_go_on_by_number_and_miss_nothing(told: Any) -> None:
    database, actor = told
    with database.reading() as db:
        for given in ({}, {"q": "queue"}, {"q": "queue", "sort": "best"}, {"score": "detractors: Recommend"}):
            whole = [one.id for one in look(db, actor, size=100, **given).shown]
            seen: list[int] = []
            after = ""
            while True:
                found = look(db, actor, size=7, after=after, **given)
                seen += [one.id for one in found.shown]
                if not (after := found.after):
                    break
            assert seen == whole


def test_a_filter_that_leaves_too_few_people_shows_nothing(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_wave(database, tmp_path, smallest=10)
    with database.reading() as db:
        actor = find_actor(db, cast.sami.id)
        for given in (
            {"segment": "Gate: C"},
            {"segment": "Gate: C", "q": "queue"},
            {"segment": "Gate: C", "score": "promoters: Recommend"},
        ):
            found = look(db, actor, **given)
            assert (list(found.ids), list(found.withheld)) == ([], ["Visitors 2025"])
        assert len(look(db, actor, segment="Gate: B").ids) == 29
        # The next smallest too: else those at gate C would be what is left of everybody.
        assert look(db, actor, segment="Gate: A").withheld


def test_nor_one_that_could_be_taken_away_from_what_was_shown(database: Database, cast: Cast, tmp_path: Path) -> None:
    """All but three are low: those three would be the difference between everybody and the low ones."""
    a_wave(database, tmp_path, smallest=10, told=rows(low=57))
    with database.reading() as db:
        found = look(db, find_actor(db, cast.sami.id), score="detractors: Recommend")
        assert (list(found.ids), list(found.withheld)) == ([], ["Visitors 2025"])


def test_a_source_of_fewer_than_its_smallest_group_shows_no_comment(
    database: Database, cast: Cast, tmp_path: Path, as_: As
) -> None:
    a_wave(database, tmp_path, smallest=100)
    with database.reading() as db:
        assert not look(db, find_actor(db, cast.sami.id)).ids
        number = db.scalars(select(col(Remark.id)).limit(1)).one()
    assert as_(cast.sami).get(f"/voice/comments/{number}").status_code == 404


def test_a_replaced_wave_is_found_no_more_and_the_new_one_at_once(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        actor = find_actor(db, the_cast(db).sami.id)
    a_wave(both, tmp_path)
    with both.reading() as db:
        assert len(look(db, actor, q="queue").ids) == 12
    a_wave(both, tmp_path, told=rows(30, ("No queue at all",)), replace=True)
    with both.reading() as db:
        found = look(db, actor, q="queue")
        assert (len(found.ids), words(db, found)) == (30, {"No queue at all"})


def test_only_those_whom_the_source_names_find_anything(
    database: Database, cast: Cast, tmp_path: Path, as_: As
) -> None:
    source = a_wave(database, tmp_path, comments_for=Audience.COMMITTEE)
    for name, sees in (("sami", True), ("noor", True), ("amal", False), ("root", False), ("huda", False)):
        browser = as_(getattr(cast, name))
        page = browser.get("/voice/comments?q=queue").text
        assert ("nobody at the desk" in page) is sees, name
        assert ("nobody at the desk" in browser.get("/voice/comments.csv").text) is sees, name
        assert browser.get("/voice/comments/1").status_code == (200 if sees else 404), name
        assert ("Visitors 2025" in browser.get("/voice/comments/terms").text) is sees, name
    assert as_(cast.gita).get("/voice/comments").status_code == 404
    assert as_(None).get("/voice/comments").status_code == 303
    with database.writing() as db:
        db.get_one(Source, source).comments_for = Audience.DEPARTMENT
    assert "nobody at the desk" in as_(cast.amal).get("/voice/comments?q=queue").text
    assert "nobody at the desk" not in as_(cast.tariq).get("/voice/comments?q=queue").text


def test_words_are_shown_masked_escaped_and_marked(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path)
    sami = as_(cast.sami)
    page = sami.get("/voice/comments?q=queue").text
    assert "<mark>queue</mark>" in page
    page = sami.get("/voice/comments?q=script").text
    assert "&lt;<mark>script</mark>&gt;alert(1)" in page
    assert "<script>alert" not in page
    for address in ("/voice/comments", "/voice/comments.csv", "/voice/comments?q=kind", "/voice/comments/6"):
        assert "Fatima" not in sami.get(address).text, address
    assert "[name]" in sami.get("/voice/comments/6").text


def test_the_export_is_the_list_masked_and_defused(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path, told=rows(1_200))
    answer = as_(cast.sami).get("/voice/comments.csv?q=till")
    told = list(csv.reader(io.StringIO(answer.text)))
    assert told[0] == ["Comment", "Source", "Question", "Day", "Themes", "Words"]
    assert {row[5] for row in told[1:]} == {"'=1+1 is what the till said"}
    assert len(told) == 121
    assert len(as_(cast.sami).get("/voice/comments.csv").text.splitlines()) == 1_201


def test_a_number_stands_for_the_newest_thousand(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path, told=rows(1_200))
    assert "1,000+ comments" in as_(cast.sami).get("/voice/comments").text
    with database.reading() as db:
        actor = find_actor(db, cast.sami.id)
        seen: list[int] = []
        after = ""
        while True:
            found = look(db, actor, size=90, after=after)
            seen += [one.id for one in found.shown]
            if not (after := found.after):
                break
        assert len(seen) == len(set(seen)) == 1_200


def test_the_page_asks_a_bounded_number_of_statements(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    counts = []
    browser = as_(cast.sami)
    said: list[str] = []
    event.listen(database.reads, "before_cursor_execute", lambda *given: said.append(given[2]))
    for n, year in ((12, 2023), (600, 2024)):
        a_wave(database, tmp_path / str(year), year=year, told=rows(n, low=5))
        browser.get("/voice/comments?q=queue")
        said.clear()
        assert browser.get("/voice/comments?q=queue&sort=best").status_code == 200
        counts.append(len(said))
    assert counts[0] == counts[1] <= 16, said
    said.clear()
    assert browser.get("/voice/comments/1").status_code == 200
    assert len(said) <= 16


def test_a_long_and_hostile_question_is_answered(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path)
    for q in ("x" * 5_000, "queue " * 500, '"' * 300, "*" * 300, "\ud7ff", "%00", "0" * 400, "行" * 400):
        assert as_(cast.sami).get("/voice/comments", params={"q": q}).status_code == 200, q[:20]


def test_the_index_is_made_again_after_going_back_with_rows(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        actor = find_actor(db, the_cast(db).sami.id)
    a_wave(both, tmp_path)
    schema.back(both, "voice_themes")
    schema.migrate(both)
    with both.reading() as db:
        for typed, n in (("queue", 12), ("señalización", 6), ("行李", 6)):
            assert len(look(db, actor, q=typed).ids) == n
    assert schema.differences(both) == []
