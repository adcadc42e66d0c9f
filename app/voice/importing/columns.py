"""What stands in a column: how many rows say what."""

import re
from dataclasses import dataclass

import numpy as np

from app.voice.importing.cells import canonical, date_order, day, number
from app.voice.importing.table import Column, plain

ABSENT = (-9, -1, 97, 98, 99, 999)
ABSENT_WORDS = frozenset(
    ("blank", "n/a", "na", "none", "null", "no answer", "not answered", "did not answer", "missing", "-", ".")
)
MOST = 1_000
TOP = 20


@dataclass(frozen=True)
class Profile:
    """A column's distribution, and what it seems to be used for.

    `use` is respondent, date, weight, outcome, touchpoint, segment, comment or nothing, with the `reason`;
    the rest is what a survey map would say of it. `top` has the most frequent texts with their rows. `words`
    are texts that are no numbers and `values` the distinct numbers, of the first thousand texts at most.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    top: list[tuple[str, int]]
    values: list[float]
    words: list[str]
    whole: bool
    low: float | None
    high: float | None
    dates: bool
    mean_length: float
    use: str = ""
    reason: str = ""
    kind: str = ""
    scale: tuple[int, int] | None = None
    missing: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        return plain(self.name).replace("_", " ")

    @property
    def stem(self) -> str:
        """The number of the question, which a battery of ratings shares: q7 of Q7FOOD."""
        found = re.match(r"[a-z]*\d+", self.plain)
        return found[0] if found else self.plain


def profile(column: Column, rows: int) -> Profile:
    counts = column.counts()
    filled = [code for code, text in enumerate(column.texts) if text.strip()]
    few = filled if len(filled) <= MOST else filled[:MOST]
    texts = [column.texts[code].strip() for code in few]
    numbers = {text: value for text in texts if (value := number(text)) is not None}
    words = [text for text in texts if text not in numbers]
    order = date_order(texts)
    dated = sum(day(text, order) is not None or day(text, "day first") is not None for text in texts)
    lengths = sum(len(column.texts[code]) * int(counts[code]) for code in filled)
    n = int(counts[filled].sum())
    return Profile(
        name=column.name,
        rows=rows,
        filled=n,
        distinct=len(filled),
        top=_top(column, counts),
        values=sorted(set(numbers.values())),
        words=words,
        whole=bool(numbers)
        and len(filled) <= MOST
        and all(value.is_integer() for value in numbers.values())
        and all(canonical(word) in ABSENT_WORDS for word in words),
        low=min(numbers.values()) if numbers and not words else None,
        high=max(numbers.values()) if numbers else None,
        dates=bool(texts) and dated >= 0.9 * len(texts),
        mean_length=lengths / n if n else 0.0,
    )


def _top(column: Column, counts: np.ndarray) -> list[tuple[str, int]]:
    """The most frequent texts, ties in the order of the file."""
    order = np.lexsort((np.arange(len(counts)), -counts))[:TOP]
    return [(column.texts[int(code)], int(counts[code])) for code in order]
