"""What people look for, as each database's full-text search takes it. Nothing that was typed is read as a command."""

import re
import unicodedata

MOST_WORDS = 8
LONGEST = 60
# Written without blanks between words: found by the letters themselves.
RUNNING = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W_]+")


def words_of(typed: str) -> list[str]:
    """Letters and digits alone, accents folded as the index folds them."""
    apart = unicodedata.normalize("NFD", typed)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    composed = unicodedata.normalize("NFC", plain)
    return [word[:LONGEST] for word in WORD.findall(composed)][:MOST_WORDS]


def by_letters(typed: str) -> bool:
    """Whether this has to be looked for letter by letter: no word in it, or a script without blanks."""
    return RUNNING.search(typed) is not None or not words_of(typed)


def for_fts5(typed: str) -> str:
    """Every word quoted; the last one may be the beginning of a longer word."""
    return " ".join(f'"{word}"' for word in words_of(typed)) + "*"


def for_tsquery(typed: str) -> str:
    return " & ".join(f"'{word}'" for word in words_of(typed)) + ":*"


def for_like(typed: str) -> str:
    """The letters as they stand, anywhere; to be used with `escape="\\\\"`."""
    plain = typed.strip()[:LONGEST]
    escaped = re.sub(r"([\\%_])", r"\\\1", plain)
    return f"%{escaped}%"
