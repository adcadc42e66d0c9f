"""Text with separators: which encoding, which separator, then its rows."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.voice.importing import limits
from app.voice.importing.gathering import Gathered, gather
from app.voice.importing.limits import Unreadable, quoted

SEPARATORS = ",;\t|"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ENCODINGS = ("utf-8", "utf-16", "windows-1252")
SAMPLE = 200_000
BROKEN = "\udcff"  # stands where bytes could not be decoded; no readable text holds it

codecs.register_error("pilotage-broken", lambda error: (BROKEN, error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Found:
    encoding: str
    separator: str


def read_delimited(path: Path, asked: str | None, *, nameless: bool = False) -> tuple[Found, Gathered]:
    encoding = _encoding(path, asked)
    found = Found(encoding, _separator(path, encoding))
    csv.field_size_limit(limits.FILE_BYTES)
    try:
        with _open(path, encoding, "strict") as text:
            return found, gather(_rows(text, found.separator), nameless=nameless)
    except UnicodeDecodeError:
        raise _broken(path, found) from None


def _encoding(path: Path, asked: str | None) -> str:
    if asked is not None and asked.lower() not in ENCODINGS:
        raise Unreadable(f"The encoding {quoted(asked)} is not one of {', '.join(ENCODINGS)}.")
    with path.open("rb") as file:
        head = file.read(4)
    by_mark = next((name for mark, name in BOMS if head.startswith(mark)), None)
    return by_mark or (asked or "utf-8").lower()


def _open(path: Path, encoding: str, errors: str) -> TextIO:
    return path.open(encoding=encoding, errors=errors, newline="")


def _rows(text: TextIO, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Records with their number: the header's is 1, as a spreadsheet counts, line breaks in quotes aside."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            yield number, row
    except csv.Error as error:
        raise Unreadable(f"Row {number + 1}: {_words(str(error))}.") from None


def _words(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark is opened and never closed"
    if "expected after" in error:
        return "a cell begins with a quotation mark and goes on after the closing one; a mark inside is doubled"
    if "NUL" in error:
        return "a cell holds a NUL byte, which is not text"
    return "the row cannot be split into cells"


def _separator(path: Path, encoding: str) -> str:
    """The separator that cuts the first records into the most cells of one number."""
    with _open(path, encoding, "replace") as text:
        sample = text.read(SAMPLE)
        whole = not text.read(1)
    return max(SEPARATORS, key=lambda separator: _evenness(sample, separator, whole))


def _evenness(sample: str, separator: str, whole: bool) -> tuple[float, int]:
    csv.field_size_limit(SAMPLE)
    widths = [len(row) for row in csv.reader(sample.splitlines(keepends=True), delimiter=separator) if row]
    if not whole and len(widths) > 1:
        widths.pop()
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _broken(path: Path, found: Found) -> Unreadable:
    """Where decoding failed first, by reading again with a mark in the place of what is broken."""
    header: list[str] | None = None
    with _open(path, found.encoding, "pilotage-broken") as text:
        for number, row in enumerate(csv.reader(text, delimiter=found.separator), start=1):
            place = next((place for place, cell in enumerate(row) if BROKEN in cell), None)
            if place is not None:
                return _broken_at(path, found, number, _label(header, place))
            header = header or row
    return Unreadable(f"The text is not valid {found.encoding.upper()}.")


def _broken_at(path: Path, found: Found, row: int, label: str) -> Unreadable:
    sentence = f"Row {row}, column {label}: the text is not valid {found.encoding.upper().replace('-SIG', '')}."
    if found.encoding != "utf-8" or not _decodes(path, "windows-1252"):
        return Unreadable(sentence + " Save the file as UTF-8.")
    return Unreadable(
        sentence + " Save the file as UTF-8, or say that it is Windows-1252 if it comes from an older program.",
        could_be="windows-1252",
    )


def _label(header: list[str] | None, place: int) -> str:
    named = header is not None and place < len(header) and header[place].strip()
    return quoted(header[place]) if named and header is not None else str(place + 1)


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with _open(path, encoding, "strict") as text:
            while text.read(1_000_000):
                pass
    except UnicodeDecodeError:
        return False
    return True
