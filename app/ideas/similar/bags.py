"""A text as a bag of numbered terms with weights: what the index of similar ideas holds. No database here.

Terms are words (accents folded, plurals cut, names such as `readVectored2` taken apart too, runs of letters written
without blanks as pairs) and, of the title alone, pieces of four letters, which a slip of the finger leaves mostly
whole. A term is known by a 32-bit number: even for a word, odd for a piece.
"""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.words import RUN

Terms = NDArray[np.uint32]
Weights = NDArray[np.float64]
TITLE, LEAD, BODY = 4.0, 2.0, 1.0
"""How much a word counts in the title, among the first of the text, and after that."""
LEAD_WORDS = 20
TITLE_WORDS = 16
"""Of a text that comes without a title, so many words stand for one."""
PIECE = 4
LONGEST_TEXT = 20_000
LONGEST_WORD = 60
STEP = 32.0
"""A weight is kept as one byte, in steps of a thirty-second: up to 8, which is a word said a thousand times."""
WORD = re.compile(r"[^\W_]+")
APART = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Scripts without blanks that `RUN` does not name: Thai, Lao, Myanmar, Khmer.
WITHOUT_BLANKS = re.compile(RUN.pattern.removesuffix("]+") + r"฀-໿က-႟ក-៿]")
MARKS = {"Mn", "Me"}
SAME = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None, "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"})
ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")


@dataclass(frozen=True)
class Bag:
    """Terms in rising order, each once; weights beside them."""

    terms: Terms
    weights: Weights

    def packed(self) -> tuple[bytes, bytes]:
        return self.terms.astype("<u4").tobytes(), quantised(self.weights).tobytes()

    @classmethod
    def unpacked(cls, terms: bytes, weights: bytes) -> "Bag":
        return cls(np.frombuffer(terms, "<u4").astype(np.uint32), np.frombuffer(weights, np.uint8) / STEP)

    @property
    def words(self) -> NDArray[np.bool_]:
        even: NDArray[np.bool_] = (self.terms & 1) == 0
        return even


def quantised(weights: Weights) -> NDArray[np.uint8]:
    return np.clip(np.rint(weights * STEP), 1, 255).astype(np.uint8)


def folded(text: str) -> str:
    """Letters without their marks, one form of those that are written in several."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in apart if unicodedata.category(letter) not in MARKS)
    return unicodedata.normalize("NFC", kept).translate(SAME)


def number(term: str, odd: int) -> int:
    return crc32(term.encode("utf-8", "replace")) & ~1 | odd


@lru_cache(maxsize=50_000)
def terms_of(word: str) -> tuple[int, ...]:
    """The terms of one run of letters and digits, which is folded already."""
    word = word[:LONGEST_WORD]
    if WITHOUT_BLANKS.search(word):
        pairs = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
        return tuple(number(pair, 0) for pair in pairs)
    parts = APART.split(word)
    return tuple(number(stem(part.lower()), 0) for part in ([*parts, word] if len(parts) > 1 else parts))


def stem(word: str) -> str:
    """As little as helps in several languages: the plural of English and Spanish, the article of Arabic."""
    if word.endswith("s") and len(word) > 3 and not word.endswith("ss"):
        return word[:-1]
    article = next((one for one in ARTICLES if word.startswith(one)), "")
    return word[len(article) :] if len(word) - len(article) > 2 else word


@lru_cache(maxsize=50_000)
def piece(letters: str) -> int:
    return number(letters, 1)


def bag_of(title: str, text: str) -> Bag:
    """The title counts most, then how the text begins. A word said again counts for less each time."""
    heads, body = WORD.findall(folded(title)), WORD.findall(folded(text[:LONGEST_TEXT]))
    counts: Counter[int] = Counter()
    for share, words in ((TITLE, heads), (LEAD, body[:LEAD_WORDS]), (BODY, body[LEAD_WORDS:])):
        for word in words:
            for term in terms_of(word):
                counts[term] += share  # type: ignore[assignment]
    line = f" {' '.join(heads).lower()} "
    if len(line) > PIECE:
        counts.update(piece(line[at : at + PIECE]) for at in range(len(line) - PIECE + 1))
    found = sorted(counts.items())
    weights = np.array([1 + math.log(count) for _, count in found], np.float64)
    return Bag(np.array([term for term, _ in found], np.uint32), weights)


def titled(text: str) -> tuple[str, str]:
    """A text that came in one piece as title and rest: by its first line, else by its first words."""
    first, _, rest = text.strip().partition("\n")
    if rest.strip() and len(first) <= 200:
        return first, rest
    words = text.split(None, TITLE_WORDS)
    return " ".join(words[:TITLE_WORDS]), " ".join(words[TITLE_WORDS:])
