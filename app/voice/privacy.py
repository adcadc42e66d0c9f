"""Likely personal data in what customers wrote: found, and taken out before anybody is shown it.

Pure: text in, places out. It is worked out when a comment is shown (about half a millisecond for one, kept for the next
time), not when it is taken in: a million of them would take ten minutes, and a better pattern holds for old ones too.
What a keeper says of one comment by hand is stored with it (`Remark.marks`) and stands instead of what is found here.

The patterns are of our own making, for English and Spanish. They find what is likely, no more: numbers by their shape
(cards by Luhn's check, ISO/IEC 7812; IBANs by length, ISO 13616), names by the words around them and by a short list
of given names. Whoever may read the rows can look beneath each mark.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.voice.privacy_names import GIVEN, NOT_NAMES, PLACES_BEFORE, THINGS_AFTER
from app.voice.privacy_patterns import (
    AFTER_NAME,
    CAPITALISED,
    CODES,
    KINDS,
    NAME,
    NAMED,
    PARTICLE,
    SPELT,
    WITH_AT,
    WITH_DIGITS,
    Check,
)

__all__ = ["KINDS", "Part", "Span", "marks_of", "masked", "parts", "spans"]


class Span(NamedTuple):
    """Characters `start` to `end` (the first one after it) of a text, and what they seem to be."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text as it is shown: words, or with a `kind` what is masked and stands at `start` to `end`."""

    words: str
    kind: str = ""
    start: int = 0
    end: int = 0


def spans(text: str) -> list[Span]:
    """Where likely personal data stands, in the order of the text, without overlaps."""
    return list(kept_spans(text))


@lru_cache(maxsize=8192)
def kept_spans(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    if "@" in text:
        found += matches(text, WITH_AT)
    if any(letter.isdigit() for letter in text):
        found += matches(text, WITH_DIGITS)
    found += matches(text, CODES)
    found += matches(text, SPELT)
    found += names(text)
    return tuple(apart(found))


def matches(text: str, patterns: Iterable[tuple[re.Pattern[str], Check]]) -> Iterator[Span]:
    """The group of a pattern where it has one, else all of it."""
    for pattern, check in patterns:
        for hit in pattern.finditer(text):
            start, end = hit.span(1 if pattern.groups else 0)
            if kind := check(text[start:end]):
                yield Span(start, end, kind)


def names(text: str) -> Iterator[Span]:
    """After words that a name follows; and given names wherever they stand, with what follows them."""
    for pattern in NAMED:
        for hit in pattern.finditer(text):
            if span := name_at(text, *hit.span(1)):
                yield span
    for hit in CAPITALISED.finditer(text):
        if bare(hit.group()) in GIVEN and person_like(text, *hit.span()):
            after = AFTER_NAME.match(text, hit.end())
            if span := name_at(text, hit.start(), after.end() if after else hit.end()):
                yield span


def bare(word: str) -> str:
    return word.rstrip(".'’-").removesuffix("'s").removesuffix("’s")


def name_at(text: str, start: int, end: int) -> Span | None:
    """The words of a name as far as they can be one: it ends before a word that none has."""
    last = start
    for word in re.finditer(r"[\w'’.-]+", text[start:end]):
        plain = bare(word.group())
        if plain.casefold() in NOT_NAMES or plain in THINGS_AFTER or (plain.isupper() and 1 < len(plain) < 4):
            break
        if not re.fullmatch(PARTICLE, plain):
            last = start + word.start() + len(plain)
    return Span(start, last, NAME) if last > start + 1 else None


def person_like(text: str, start: int, end: int) -> bool:
    """Not a part of the name of a place or a thing."""
    before = text[max(0, start - 40) : start].split()[-1:]
    after = text[end : end + 80].split()[:2]
    a_place = bool(before) and before[0].strip(".,") in PLACES_BEFORE
    return not a_place and not any(word.strip(".,;:!?") in THINGS_AFTER for word in after)


def apart(found: Sequence[Span]) -> list[Span]:
    """In order; of those that overlap the one that was found first stays."""
    taken = bytearray(max((span.end for span in found), default=0))
    kept: list[Span] = []
    for span in found:
        if not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            kept.append(span)
    return sorted(kept)


def marks_of(text: str, said: str = "") -> list[Span]:
    """The marks of a comment: what a keeper said of it by hand (`Remark.marks`), else what is found."""
    if not said:
        return spans(text)
    told = (Span(int(start), int(end), str(kind)) for start, end, kind in json.loads(said))
    return apart([span for span in told if 0 <= span.start < span.end <= len(text)])


def parts(text: str, said: str = "") -> list[Part]:
    """A comment in pieces, words and masks by turns, for whoever draws it."""
    told: list[Part] = []
    place = 0
    for span in marks_of(text, said):
        if span.start > place:
            told.append(Part(text[place : span.start]))
        told.append(Part(text[span.start : span.end], span.kind, span.start, span.end))
        place = span.end
    if place < len(text):
        told.append(Part(text[place:]))
    return told


def masked(text: str, said: str = "") -> str:
    """A comment with what is likely personal taken out: "Call me on [telephone]"."""
    return "".join(f"[{part.kind}]" if part.kind else part.words for part in parts(text, said))
