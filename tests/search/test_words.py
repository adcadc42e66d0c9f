"""What is typed into the search of comments: taken apart, quoted, and found again to be marked."""

import random

import pytest

from app import words
from app.words import Clause


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("queue", [Clause(("queue",))]),
        ("Señal queue", [Clause(("senal",)), Clause(("queue",))]),
        ('"long queue" -shop', [Clause(("long", "queue")), Clause(("shop",), without=True)]),
        ('-"duty free"', [Clause(("duty", "free"), without=True)]),
        ("queu*", [Clause(("queu",), begins=True)]),
        ("check-in", [Clause(("check", "in"))]),
        ("“long queue”", [Clause(("long", "queue"))]),
        ('"', []),
        ("* - -- !? _", []),
        ("行李", [Clause(("行李",), pairs=True)]),
        ("T2行李 slow", [Clause(("行李",), pairs=True), Clause(("t2",)), Clause(("slow",))]),
    ],
)
def test_what_is_typed_is_taken_apart(typed: str, told: list[Clause]) -> None:
    assert list(words.clauses(typed)) == told


def test_each_database_gets_only_letters_and_digits_between_its_own_signs() -> None:
    told = words.clauses('"long queue" shop* 行李')
    assert words.for_fts5(told) == '- spelled : "long queue" AND - spelled : "shop" * AND spelled : "行李"'
    assert words.for_tsquery(told) == "('long' <-> 'queue') & ('shop':*) & ('行李')"


def test_scripts_without_blanks_are_spelled_by_pairs() -> None:
    assert words.spelled("plain ASCII") == ""
    assert words.spelled("行李很慢, 好") == "行李 李很 很慢 慢 0 好"


def test_hits_are_marked_where_they_stand_whatever_is_folded_away() -> None:
    text = "La SEÑALIZACIÓN es mala, señalización"
    assert [text[start:end] for start, end in words.hits(text, "senalizacion")] == ["SEÑALIZACIÓN", "señalización"]
    decomposed = "sen\u0303al here"
    assert [decomposed[start:end] for start, end in words.hits(decomposed, "here")] == ["here"]
    assert [piece for piece in words.excerpt("no queues, a queue", "queue") if piece.hit] == [
        words.Piece("queue", True)
    ]


def test_an_excerpt_is_cut_at_words_around_the_first_hit_and_loses_no_letter_of_it() -> None:
    text = "before " * 100 + "the queue here " + "after " * 100
    pieces = words.excerpt(text, "queue", 120)
    assert [piece.words for piece in pieces if piece.hit] == ["queue"]
    assert pieces[0].words.startswith("… ")
    assert pieces[-1].words.endswith(" …")
    assert sum(len(piece.words) for piece in pieces) < 140


def test_the_pieces_are_the_text() -> None:
    chance = random.Random(7)
    letters = "aé ñb queue行李 -\"'<&> İ ß ﬁ Ω"
    for _ in range(300):
        text = "".join(chance.choice(letters) for _ in range(60))
        assert "".join(piece.words for piece in words.excerpt(text, "que* 行 i ss b")) == text


def test_a_text_holds_what_is_looked_for() -> None:
    assert words.holds("A long, slow queue", '"slow queue" lon*')
    assert not words.holds("A slow long queue", '"slow queue"')
    assert not words.holds("queues", "queue")


def test_what_fits_best_comes_first() -> None:
    texts = ["a queue among very many other words that say a lot of other things", "queue queue", "nothing"]
    scores = words.relevance(texts, "queue")
    assert scores[1] > scores[0] > scores[2] == 0
    assert words.relevance([], "queue") == []
