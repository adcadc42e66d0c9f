"""How well a text fits what was looked for: title first, then Okapi BM25 with titles weighed, no database.

BM25F: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework", 2009; k1 1.2, b 0.75. It is worked out
over the candidates alone, so that a common word costs no more than a rare one.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.words import Clause, folded, part_of, wanted

K1, B = 1.2, 0.75
TITLE = 4.0  # what a word in a title counts for
RAREST = 0.05


class Fit(NamedTuple):
    """In the order of a list, best last."""

    title: int  # 2: is what was looked for; 1: holds all of it
    score: float


def fits(texts: Sequence[tuple[str, str]], typed: str) -> list[Fit]:
    """Of each (title, text). What nothing is looked for in fits alike."""
    asked = wanted(typed)
    if not texts or not asked:
        return [Fit(0, 0.0)] * len(texts)
    patterns = [re.compile(part_of(one)) for one in asked]
    plain = [(folded(title), folded(text)) for title, text in texts]
    counts = [[(len(one.findall(title)), len(one.findall(text))) for one in patterns] for title, text in plain]
    weights = [rarity(sum(1 for row in counts if any(row[place])), len(plain)) for place in range(len(patterns))]
    lengths = [len(title) + len(text) for title, text in plain]
    mean = sum(lengths) / len(lengths) or 1.0
    whole = " ".join(word for one in asked for word in one.words)
    return [
        Fit(
            in_title(title, whole, asked, row),
            sum(
                weight * okapi(TITLE * one + other, length / mean)
                for weight, (one, other) in zip(weights, row, strict=True)
            ),
        )
        for (title, _), row, length in zip(plain, counts, lengths, strict=True)
    ]


def rarity(known: int, all: int) -> float:
    """The inverse document frequency among the candidates, damped: most of them hold every word."""
    return float(max(RAREST, ((all - known + 0.5) / (known + 0.5)) ** 0.5))


def okapi(count: float, length: float) -> float:
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length)) if count else 0.0


def in_title(title: str, whole: str, asked: Sequence[Clause], row: Sequence[tuple[int, int]]) -> int:
    if not all(one for one, _ in row):
        return 0
    return 2 if title == whole else 1
