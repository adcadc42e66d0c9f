"""Holidays from lines ("2026-12-25, Christmas Day"; "12-25, Christmas Day" for every year) or from an ICS calendar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.errors import Invalid

LINE = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})(?:\s*[,;\t ]\s*(.*))?")
MOST = 1_000
LONGEST = 31  # days of one event of a calendar
NAME = 120
FIRST, LAST = 2000, 2199


@dataclass(frozen=True)
class Free:
    day: date
    name: str
    yearly: bool = False


def read(words: str, since: int) -> list[Free]:
    """Raises Invalid with the line in words. since: the year from which a day without a year is free."""
    found = from_ics(words) if words.lstrip("\ufeff \n").startswith("BEGIN:VCALENDAR") else from_lines(words, since)
    by_day = {one.day: one for one in found}
    if not by_day:
        raise Invalid("Write one day a line, such as 2026-12-25, Christmas Day.")
    if len(by_day) > MOST:
        raise Invalid(f"At most {MOST:,} days at once.")
    return sorted(by_day.values(), key=lambda one: one.day)


def from_lines(words: str, since: int) -> list[Free]:
    lines = [(number, line.strip().lstrip("\ufeff")) for number, line in enumerate(words.split("\n"), start=1)]
    return [one_line(number, line, since) for number, line in lines if line and not line.startswith("#")]


def one_line(number: int, line: str, since: int) -> Free:
    match = LINE.fullmatch(line)
    if match is None:
        raise Invalid(f"Line {number}: write a day such as 2026-12-25, then its name; 12-25 for every year.")
    year, month, day, name = match.groups()
    at = a_day(f"Line {number}", int(year or since), int(month), int(day))
    return Free(at, named(name or ""), yearly=year is None)


def named(words: str) -> str:
    return words.strip().strip('"').strip()[:NAME]


def a_day(where: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise Invalid(f"{where}: there is no such day.") from error
    if not FIRST <= year <= LAST:
        raise Invalid(f"{where}: years from {FIRST} to {LAST} fit here.")
    return found


def from_ics(words: str) -> list[Free]:
    """Whole-day events: each of their days; one that repeats every year is free every year."""
    unfolded = re.sub(r"\n[ \t]", "", words.replace("\r\n", "\n"))
    return [free for event in events(unfolded) for free in days_of(event)]


def events(words: str) -> Iterator[dict[str, str]]:
    event: dict[str, str] | None = None
    for line in words.split("\n"):
        name, _, value = line.partition(":")
        match name.partition(";")[0].upper(), value.strip().upper():
            case "BEGIN", "VEVENT":
                event = {}
            case "END", "VEVENT" if event is not None:
                yield event
                event = None
            case key, _ if event is not None:
                event.setdefault(key, value.strip())


def days_of(event: dict[str, str]) -> Iterator[Free]:
    name = named(re.sub(r"\\([,;\\nN])", lambda one: " " if one[1] in "nN" else one[1], event.get("SUMMARY", "")))
    where = f"The event “{name}”"
    first = ics_day(where, event.get("DTSTART", ""))
    after = ics_day(where, event["DTEND"]) if "DTEND" in event else first
    days = min(max((after - first).days, 1), LONGEST)
    yearly = "FREQ=YEARLY" in event.get("RRULE", "").upper()
    yield from (Free(first + timedelta(days=number), name, yearly) for number in range(days))


def ics_day(where: str, value: str) -> date:
    match = re.match(r"(\d{4})(\d{2})(\d{2})", value)
    if match is None:
        raise Invalid(f"{where} has no day.")
    return a_day(where, *(int(part) for part in match.groups()))
