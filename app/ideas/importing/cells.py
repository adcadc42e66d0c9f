"""What single cells of an import say: an id, an instant, a name, a title."""

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.voice.importing.cells import DateOrder, day

WHOLE = re.compile(r"-?\d+\.0+", re.ASCII)  # an id that a spreadsheet has taken for a number
EPOCH = re.compile(r"\d{9,14}(\.\d+)?", re.ASCII)
MILLISECONDS = 10**11  # from here on an epoch counts thousandths: as seconds it would lie after the year 5000
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# As wide as some hundred Latin letters; a letter of Chinese, Japanese or Korean is as wide as two.
WIDEST_TITLE = 110
LONGEST_NAME = 100
PAUSES = "。！？；，、.!?;,: "


def ident(cell: str) -> str:
    """An id as text: long numbers stay whole, and 12.0 is 12."""
    cell = cell.strip()
    return cell.partition(".")[0] if WHOLE.fullmatch(cell) else cell


def instant(cell: str, order: DateOrder | None, zone: ZoneInfo) -> datetime | None:
    """ISO, epoch seconds or milliseconds, or a day; without a time zone it is the organisation's."""
    cell = cell.strip()
    moment: datetime
    try:
        if EPOCH.fullmatch(cell):
            number = float(cell)
            moment = datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS else number, UTC)
        else:
            moment = datetime.fromisoformat(cell)
    except (ValueError, OverflowError, OSError):
        found = day(cell, order)
        if found is None:
            return None
        moment = datetime(found.year, found.month, found.day)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return moment.astimezone(UTC) if EARLIEST <= moment < LATEST else None


def sound(words: str) -> str:
    """As a form's text is kept: composed letters, one kind of line end."""
    return unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(words: str) -> str:
    return " ".join(sound(words).split())


def width(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def cut(words: str, widest: int = WIDEST_TITLE) -> str:
    """The beginning of a text as a title, cut at a word; a text that fits stays as it is."""
    if width(words) <= widest:
        return words
    room, end = widest - 1, 0
    for letter in words:
        room -= width(letter)
        if room < 0:
            break
        end += 1
    kept = words[:end]
    if not words[end].isspace():
        at = max((kept.rfind(mark) for mark in PAUSES), default=-1)
        kept = kept[:at] if at > end // 2 else kept
    return f"{kept.rstrip(PAUSES)}…"


def name_of(cell: str, people: str) -> str:
    """What somebody is called of whom a file says no more than this: never an address, and a number is no name."""
    said = one_line(cell).partition("@")[0]
    said = "".join(letter for letter in said if letter.isprintable())[:LONGEST_NAME]
    if not said:
        return f"{people} without a name"
    return said if any(letter.isalpha() for letter in said) else f"{people} {said}"
