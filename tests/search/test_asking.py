"""What is typed into the search, taken apart. Nothing is a mistake."""

import pytest

from app.search.asking import Asked, Sort, read


def keys(q: str) -> dict[str, tuple[str, ...]]:
    asked = read({"q": q})
    return {one.key: asked.values(one.key) for one in asked.operators}


@pytest.mark.parametrize(
    ("typed", "words", "operators"),
    [
        ("bag drop", "bag drop*", {}),
        ("bag d", "bag d", {}),
        ('"bag drop"', '"bag drop"', {}),
        ("bag -drop", "bag -drop", {}),
        ("author:amal desk", "desk*", {"author": ("amal",)}),
        ('author:"Amal H" desk', "desk*", {"author": ("Amal H",)}),
        ("AUTHOR:amal", "", {"author": ("amal",)}),
        ('stage:"in review"', "", {"stage": ("in review",)}),
        ("stage:in-review stage:Sent_back", "", {"stage": ("in review", "sent back")}),
        ("is:mine is:open", "", {"is": ("mine", "open")}),
        ("kind:ideas kind:idea", "", {"kind": ("idea",)}),
        ("kind:jobs", "", {"kind": ("customer_job",)}),
        ("stage:nowhere", "stage:nowhere*", {}),
        ("stage:discarded", "stage:discarded*", {}),
        ("is:late", "is:late*", {}),
        ("colour:red", "colour:red*", {}),
        ("author:", "author:", {}),
        ("author:%", "author:%", {}),
        ("-author:amal", "-author:amal", {}),
        ('"seen author:amal"', '"seen author:amal"', {}),
        ("\x00 \ud800 %' OR 1=1 --", "\x00 \ud800 %' OR 1=1 --", {}),
        ('desk ""', 'desk ""', {}),
        ("- author:amal", "-", {"author": ("amal",)}),
        ("", "", {}),
    ],
)
def test_what_is_typed_is_taken_apart(typed: str, words: str, operators: dict[str, tuple[str, ...]]) -> None:
    assert read({"q": typed}).words == words
    assert keys(typed) == operators


def test_an_operator_is_added_and_taken_away_in_what_is_typed() -> None:
    asked = read({"q": 'desk  author:amal "two words"'})
    assert asked.q == 'desk author:amal "two words"'
    assert asked.minus(asked.operators[0]) == 'desk "two words"'
    assert asked.plus("stage", "in review") == 'desk author:amal "two words" stage:"in review"'
    assert read({"q": asked.plus("stage", "in review")}).values("stage") == ("in review",)


def test_without_words_the_newest_come_first_and_nonsense_begins_at_the_start() -> None:
    assert read({"q": "is:mine"}).sort is Sort.NEWEST
    assert read({"q": "desk"}).sort is Sort.BEST
    assert read({"q": "desk", "sort": "newest"}).sort is Sort.NEWEST
    assert [read({"q": "x", "after": value}).begin for value in ("20", "-1", "x", "99999", "²")] == [20, 0, 0, 0, 0]
    assert not any(read({"q": value}).any for value in ("", " ", "%", '"', "-", "***"))
    assert len(read({"q": "a" * 900}).q) == 200
    assert Asked().href() == "/search"
