"""Which of several texts fits best."""

from app.search.plain import plain
from app.search.ranking import fits


def order(texts: list[tuple[str, str]], typed: str) -> list[int]:
    told = fits(texts, typed)
    return sorted(range(len(texts)), key=lambda place: told[place], reverse=True)


def test_a_title_comes_before_a_text_and_the_very_title_first() -> None:
    texts = [
        ("Something else", "desk desk desk desk desk desk desk"),
        ("A desk for families", "Nothing."),
        ("Desk", "Nothing at all."),
    ]
    assert order(texts, "desk") == [2, 1, 0]


def test_more_hits_and_shorter_texts_and_rarer_words_weigh_more() -> None:
    assert order([("a", "queue " + "other " * 50), ("b", "queue queue " + "other " * 49)], "queue") == [1, 0]
    assert order([("a", "queue " + "other " * 200), ("b", "queue " + "other " * 5)], "queue") == [1, 0]
    many = [("a", "queue queue lounge"), ("b", "queue lounge lounge")] + [("c", "queue")] * 20
    assert order(many, "queue lounge")[0] == 1


def test_what_is_typed_is_found_as_the_index_finds_it() -> None:
    assert order([("nothing", "x"), ("SEÑALES", "x")], "senal*") == [1, 0]
    assert order([("nothing", "x"), ("x", "我的行李")], "行李") == [1, 0]
    assert fits([], "x") == []
    assert fits([("a", "b")], "-x")[0] == (0, 0.0)


def test_markdown_leaves_its_words_alone() -> None:
    assert plain("> the **same** `again`\n\n- [a rota](https://x.example/y)\n1. snake_case _here_ 2 * 3") == (
        "the same again a rota snake_case here 2 * 3"
    )
