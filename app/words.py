"""What people look for: words, "phrases", -without, begin*. Quoted for each database; found again to mark.

Nothing that was typed is read as a command of the database: it is taken apart into letters and digits first.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

MOST_CLAUSES = 10
LONGEST = 60
SHORTEST_BEGINNING = 2  # of one letter alone half of all words begin
# Written without blanks between words: indexed by pairs of letters.
RUN = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯\U00020000-\U0003ffff]+")
WORD = re.compile(r"[^\W_]+")
CLAUSE = re.compile(r'(-?)(?:["“”«»]([^"“”«»]*)["“”«»]|([^\s"“”«»]+))')
APART = "0"  # stands between two runs, so that no pair of words is found across them


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that stand together in this order. begins: the last one may go on. pairs: looked for by its letters."""

    words: tuple[str, ...]
    without: bool = False
    begins: bool = False
    pairs: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(pairs_of(self.words[0])) if self.pairs else self.words

    @property
    def open_end(self) -> bool:
        return self.begins or (self.pairs and len(self.words[0]) == 1)


def folded(text: str) -> str:
    """In small letters without accents, as the index folds them."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c))).lower()


def pairs_of(run: str) -> list[str]:
    """Each letter with the next one. A letter alone is its own pair."""
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def spelled(text: str) -> str:
    """What is indexed beside the words: the pairs of letters of each run, and its last letter alone."""
    if text.isascii():
        return ""
    runs = RUN.findall(text)
    return f" {APART} ".join(" ".join([*pairs_of(run), run[-1]] if len(run) > 1 else [run]) for run in runs)


@lru_cache(maxsize=500)
def clauses(typed: str) -> tuple[Clause, ...]:
    """What was typed, taken apart. What holds no letter and no digit is left out."""
    told: list[Clause] = []
    for minus, phrase, word in CLAUSE.findall(typed):
        told += clauses_of(phrase or word, without=bool(minus), begins=not phrase and word.endswith("*"))
    return tuple(told[:MOST_CLAUSES])


def clauses_of(text: str, *, without: bool, begins: bool) -> list[Clause]:
    """One clause a run of running script, one for the words around it."""
    found = [Clause((run[:LONGEST],), without, pairs=True) for run in RUN.findall(text)]
    words = tuple(word[:LONGEST] for word in WORD.findall(RUN.sub(" ", folded(text))))[:MOST_CLAUSES]
    begins = begins and bool(words) and len(words[-1]) >= SHORTEST_BEGINNING
    return [*found, Clause(words, without, begins)] if words else found


def wanted(typed: str) -> list[Clause]:
    return [one for one in clauses(typed) if not one.without]


def unwanted(typed: str) -> list[Clause]:
    return [one for one in clauses(typed) if one.without]


def open_ended(typed: str) -> str:
    """With the last word as the beginning of a longer one, as somebody leaves it who is still typing."""
    told = list(CLAUSE.finditer(typed))
    if not told or told[-1][1] or not told[-1][3] or typed.endswith("*") or RUN.search(told[-1][3]):
        return typed
    last = WORD.findall(told[-1][3])
    return f"{typed}*" if last and len(last[-1]) >= SHORTEST_BEGINNING and WORD.search(typed[-1]) else typed


def for_fts5(told: Iterable[Clause], together: str = "AND") -> str:
    """`spelled` is the column of pairs in every index; words are looked for in all the others."""
    return f" {together} ".join(
        f'{"" if one.pairs else "- "}spelled : "{" ".join(one.tokens)}"{" *" if one.open_end else ""}' for one in told
    )


def for_tsquery(told: Iterable[Clause], together: str = "&") -> str:
    def one(clause: Clause) -> str:
        *first, last = (f"'{token}'" for token in clause.tokens)
        return f"({' <-> '.join([*first, last + (':*' if clause.open_end else '')])})"

    return f" {together} ".join(one(clause) for clause in told)


def for_database(typed: str, *, embedded: bool) -> str:
    """All that is wanted and nothing that is not; where nothing is wanted, any of what is not."""
    first, without = wanted(typed), unwanted(typed)
    if embedded:
        match, others = for_fts5(first), for_fts5(without, "OR")
        return f"({match}) NOT ({others})" if first and without else match or others
    match, others = for_tsquery(first), for_tsquery(without, "|")
    return f"({match}) & !({others})" if first and without else match or others


def for_like(typed: str) -> str:
    """The letters as they stand, anywhere; to be used with `escape="\\\\"`."""
    escaped = re.sub(r"([\\%_])", r"\\\1", typed.strip()[:LONGEST])
    return f"%{escaped}%"


@lru_cache(maxsize=500)
def pattern(typed: str) -> re.Pattern[str] | None:
    """Finds in a folded text what was looked for; None where nothing was."""
    parts = [part_of(one) for one in wanted(typed)]
    return re.compile("|".join(parts)) if parts else None


def part_of(one: Clause) -> str:
    """A pattern for a folded text."""
    if one.pairs:
        return re.escape(one.words[0])
    inside = r"[\W_]+".join(re.escape(word) for word in one.words)
    return rf"(?<![^\W_]){inside}" + (r"[^\W_]*" if one.begins else r"(?![^\W_])")


def hits(text: str, typed: str) -> list[tuple[int, int]]:
    """Where in a text something of what was looked for stands."""
    looked_for = pattern(typed)
    if looked_for is None:
        return []
    plain, places = with_places(text)
    return [(places[hit.start()], places[hit.end() - 1] + 1) for hit in looked_for.finditer(plain) if hit.group()]


def holds(text: str, typed: str) -> bool:
    """Whether each thing looked for, by itself, stands in this text."""
    plain = folded(text)
    return all(any(found(plain, one)) for one in wanted(typed))


def found(plain: str, one: Clause) -> Iterable[re.Match[str]]:
    text = f'"{" ".join(one.words)}"' if len(one.words) > 1 else one.words[0] + ("*" if one.begins else "")
    looked_for = pattern(text)
    return looked_for.finditer(plain) if looked_for else ()


def with_places(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and of each of its letters the place in the text as it was written."""
    if text.isascii():
        return text.lower(), range(len(text))
    letters, places = [], []
    for place, letter in enumerate(text):
        for plain in folded(letter):
            letters.append(plain)
            places.append(place)
    return "".join(letters), places


@dataclass(frozen=True, slots=True)
class Piece:
    words: str
    hit: bool = False


def excerpt(text: str, typed: str = "", most: int = 420) -> list[Piece]:
    """The text in pieces, with what was looked for marked; of a long one what stands around the first hit."""
    marked = hits(text, typed)
    start, end = window(text, marked[0] if marked else (0, 0), most)
    pieces = [Piece("… ")] if start else []
    place = start
    for begin, stop in marked:
        if begin < place or stop > end:
            continue
        pieces += [Piece(text[place:begin]), Piece(text[begin:stop], hit=True)]
        place = stop
    pieces.append(Piece(text[place:end] + (" …" if end < len(text) else "")))
    return [piece for piece in pieces if piece.words]


def window(text: str, hit: tuple[int, int], most: int) -> tuple[int, int]:
    if len(text) <= most:
        return 0, len(text)
    start = max(0, min(hit[0] - most // 3, len(text) - most))
    if start:
        blank = text.find(" ", start, start + 30)
        start = blank + 1 if 0 <= blank < hit[0] else start
    end = min(len(text), max(start + most, hit[1]))
    if end < len(text):
        blank = text.rfind(" ", max(hit[1], end - 30), end)
        end = blank if blank > start else end
    return start, end


def relevance(texts: Sequence[str], typed: str) -> list[float]:
    """How much of what was looked for stands in each text: Okapi BM25 over these texts alone, k1 1.2, b 0.75.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009. Each clause counts as one word.
    """
    asked = wanted(typed)
    if not texts or not asked:
        return [0.0] * len(texts)
    plain = [folded(text) for text in texts]
    mean = sum(len(text) for text in plain) / len(plain) or 1.0
    scores = [0.0] * len(plain)
    for one in asked:
        counts = [sum(1 for _ in found(text, one)) for text in plain]
        known = sum(1 for count in counts if count)
        rare = max(0.05, ((len(plain) - known + 0.5) / (known + 0.5)) ** 0.5)
        for place, count in enumerate(counts):
            if count:
                scores[place] += rare * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(plain[place]) / mean))
    return scores
