"""Breaks in a series, and themes as both databases keep them."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.voice import actions
from app.voice.breaks import Asked, broken, difference
from app.voice.models import Remark, RemarkTheme, Theme
from tests.voice.sources import a_map, a_source, answers

THEMES = '\n[[themes]]\nname = "Gates"\ncolumn = "GATE"\nmarked = ["A"]\nunmarked = ["B", "C"]\n'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (("rating", (1, 5, 1), "How?"), ("rating", (1, 5, 1), "how "), ""),
        (("rating", (1, 5, 1), ""), ("rating", (1, 5, 1), "How?"), ""),
        (("rating", (1, 5, 1), ""), ("rating", (0, 10, 1), ""), "on 1 to 5 before, on 0 to 10 now"),
        (("rating", (1, 5, 1), ""), ("rating", (5, 1, 1), ""), "5 was the best answer before, 1 is now"),
        (("rating", (1, 5, 1), ""), ("rating", (1, 5, 0.5), ""), "in steps of 1 before, of 0.5 now"),
        (("rating", (1, 5, 1), ""), ("nps", None, ""), "was a rating before, is recommendation now"),
        (("nps", None, "How?"), ("nps", None, "Why?"), '"How?" before, "Why?" now'),
    ],
)
def test_what_breaks_a_series(old: tuple[str, None, str], new: tuple[str, None, str], sentence: str) -> None:
    said = difference(Asked(*old), Asked(*new))
    assert said == (f"Asked otherwise before: {sentence}." if sentence else "")


def test_broken_names_what_two_waves_asked_otherwise(database: Database, tmp_path: Path) -> None:
    first = a_source(database, tmp_path, a_map("Visitors 2024", 2024))
    changed = a_map("Visitors 2025").replace('column = "ALL"\nkind = "rating"\nscale = [1, 5]', "@", 1)
    changed = changed.replace("@", 'column = "ALL"\nkind = "rating"\nscale = [0, 10]')
    second = a_source(database, tmp_path, changed.replace('"STAFF"\nscale = [1, 5]', '"STAFF"\nscale = [1, 7]'))
    with database.reading() as db:
        found = broken(db, second, first)
        assert broken(db, first, first) == {}
    assert found == {
        ("outcome", 1): "Asked otherwise before: on 1 to 5 before, on 0 to 10 now.",
        ("touchpoint", 2): "Asked otherwise before: on 1 to 5 before, on 1 to 7 now.",
    }


def test_themes_stand_beside_their_comments(both: Database, tmp_path: Path) -> None:
    """A row that is marked and says nothing gets a comment of its own; a broken import leaves no mark."""
    a_source(both, tmp_path, a_map() + THEMES)
    a_source(both, tmp_path, a_map("Other", 2024) + THEMES.replace("Gates", "gates"), rows=answers(40))
    query = (
        select(col(Remark.words), col(Theme.name), col(RemarkTheme.by_hand))
        .join(RemarkTheme, col(RemarkTheme.remark_id) == col(Remark.id))
        .join(Theme, col(Theme.id) == col(RemarkTheme.theme_id))
        .where(col(Remark.source_id) == 1)
    )
    with both.reading() as db:
        told = [tuple(row) for row in db.execute(query)]
        assert db.scalars(select(col(Theme.name))).all() == ["Gates"]
    assert len(told) == 30
    assert told.count(("=1+1 the queue was long", "Gates", False)) == 3
    assert told.count(("Gates", "Gates", False)) == 27


def test_a_broken_import_leaves_no_mark(both: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "flip", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    with pytest.raises(RuntimeError):
        a_source(both, tmp_path, a_map() + THEMES)
    with both.reading() as db:
        assert db.scalars(select(RemarkTheme)).all() == []
        assert db.scalars(select(Remark)).all() == []
