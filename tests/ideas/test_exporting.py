"""Ideas as tables: CSV and XLSX hold what the list shows, text stays text, and nobody is named who is hidden."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.db import Database
from app.ideas.models import Stage, Veil
from app.people.actor import find_actor
from app.people.models import Person
from app.talk.actions import say
from tests.cast import Cast
from tests.client import Browser
from tests.ideas.imports import imported, written
from tests.makers import an_idea

As = Callable[[Person | None], Browser]
TABLES = ("/ideas/votes", "/ideas/comments")


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("﻿"))))


def cells(answer: Any) -> list[list[Any]]:
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


def as_text(row: list[Any]) -> list[str]:
    return [str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row]


def test_the_workbook_is_the_list_as_filtered(cast: Cast, as_: As, database: Database, tmp_path: Path) -> None:
    imported(database, written(tmp_path / "in"))
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Benches")
    zaid = as_(cast.zaid)
    for asked in ("", "?stage=imported", "?q=bench", "?sort=support"):
        table, book = rows(zaid.get(f"/ideas.csv{asked}")), cells(zaid.get(f"/ideas.xlsx{asked}"))
        assert [as_text(row) for row in book] == table
    assert [row[1] for row in rows(zaid.get("/ideas.csv?stage=imported"))[1:]] == [
        "A bench by the lift",
        "Ask people at the gate, not before",
    ]


FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "https://elsewhere.example", "<b>"]


@pytest.mark.parametrize("words", FORMULAS)
def test_text_stays_text(cast: Cast, as_: As, database: Database, words: str) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title=words)
        say(db, find_actor(db, cast.zaid.id), idea.ref, words)
    noor = as_(cast.noor)
    safe = words if words[0] in "h<" else f"'{words}"
    assert rows(noor.get("/ideas.csv"))[1][1] == safe
    assert rows(noor.get("/ideas/votes.csv"))[1][1] == safe
    assert rows(noor.get("/ideas/comments.csv"))[1][-1] == safe
    for address, place in (("/ideas", 1), ("/ideas/votes", 1), ("/ideas/comments", -1)):
        content = noor.get(f"{address}.xlsx").content
        assert cells(noor.get(f"{address}.xlsx"))[1][place] == words
        assert formulas(content) == (0, 0)


def formulas(content: bytes) -> tuple[int, int]:
    """Formulas and links in a workbook."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    return sheet.count(b"<f>"), sheet.count(b"<hyperlink")


def test_votes_can_be_held_against_where_they_came_from(
    cast: Cast, as_: As, database: Database, tmp_path: Path
) -> None:
    told = imported(database, written(tmp_path / "in"))
    table = rows(as_(cast.noor).get("/ideas/votes.csv"))
    by_key = {row[7]: row for row in table[1:]}
    assert set(by_key) == {"a", "b"}  # what was discarded is in no list
    for item in told["items"]:
        if item["stage"] == "imported":
            row = by_key[item["id"]]
            assert (f"idea:{row[0]}", row[1], row[4]) == (item["ref"], item["title"], str(item["score"]))
    assert by_key["a"][6:] == ["Suggestion box", "a", "", '{"-1": 1, "1": 2}']
    talk = rows(as_(cast.layla).get("/ideas/comments.csv"))
    assert [row[3:5] for row in talk[1:]].count(["0", "yes"]) == 1
    assert {row[5] for row in talk[1:]} == {"Person 7", "Person 8", "Person 9", "Person 10"}
    assert rows(as_(cast.noor).get(f"/ideas/votes.csv?process={cast.other.id}")) == [table[0]]


def test_votes_and_talk_are_for_chair_and_leaders(cast: Cast, as_: As) -> None:
    for ending in (".csv", ".xlsx"):
        for table in TABLES:
            for person in (cast.noor, cast.layla):
                assert as_(person).get(f"{table}{ending}").status_code == 200
            for person in (cast.amal, cast.sami, cast.root):
                assert as_(person).get(f"{table}{ending}").status_code == 403
            assert as_(cast.gita).get(f"{table}{ending}").status_code == 404
    assert as_(cast.gita).get("/ideas.xlsx").status_code == 404


def test_a_blind_reader_sees_no_authors(cast: Cast, as_: As, database: Database) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.IN_REVIEW)
        say(db, find_actor(db, cast.zaid.id), idea.ref, "I am its author")
        say(db, find_actor(db, cast.tariq.id), idea.ref, "I am not")
        db.add(Veil(person_id=cast.noor.id, idea_id=idea.id, round_id=1))
    noor, layla = as_(cast.noor), as_(cast.layla)
    assert cells(noor.get("/ideas.xlsx"))[1][6] == "hidden"
    assert cells(layla.get("/ideas.xlsx"))[1][6] == "Zaid"
    assert [row[5] for row in rows(noor.get("/ideas/comments.csv"))[1:]] == ["An author", "Tariq"]
    assert [row[5] for row in rows(layla.get("/ideas/comments.csv"))[1:]] == ["Zaid", "Tariq"]
    for address in ("/ideas.xlsx", "/ideas/votes.xlsx", "/ideas/comments.xlsx"):
        assert "Zaid" not in str(cells(noor.get(address)))


def test_letters_that_a_workbook_cannot_hold_are_left_out(cast: Cast, as_: As, database: Database) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="A\x01B\x1fC\ufffe")
    assert cells(as_(cast.noor).get("/ideas.xlsx"))[1][1] == "ABC"


def test_drafts_and_what_was_discarded_stay_out(cast: Cast, as_: As, database: Database) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.noor, title="Mine alone")
    for address in ("/ideas/votes.csv", "/ideas/comments.csv", "/ideas.csv"):
        assert "Mine alone" not in as_(cast.noor).get(address).text
