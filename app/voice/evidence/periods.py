"""Days, weeks, months, quarters and years, as people write them in a file."""

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
WEEK = re.compile(r"(\d{4})[- ]?w(?:eek)? ?(\d{1,2})", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")
NAMED = re.compile(r"([a-z]{3})[a-z]*\.? (\d{4})", re.IGNORECASE)
QUARTER = re.compile(r"(?:(\d{4})[- ]?q([1-4])|q([1-4])[- ]?(\d{4}))", re.IGNORECASE)
YEAR = re.compile(r"\d{4}")


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def period(words: str) -> tuple[date, date] | None:
    """First and last day of "2026-03-14", "2026-W12" (ISO), "2026-03", "March 2026", "2026 Q1" or "2026"; else None."""
    words = words.strip()
    try:
        if hit := DAY.fullmatch(words):
            day = date(*(int(part) for part in hit.groups()))
            return day, day
        if hit := WEEK.fullmatch(words):
            monday = date.fromisocalendar(int(hit[1]), int(hit[2]), 1)
            return monday, monday + timedelta(days=6)
        if hit := MONTH.fullmatch(words):
            return months(int(hit[1]), int(hit[2]), 1)
        if (hit := NAMED.fullmatch(words)) and hit[1].lower() in MONTHS:
            return months(int(hit[2]), MONTHS.index(hit[1].lower()) + 1, 1)
        if hit := QUARTER.fullmatch(words):
            return months(int(hit[1] or hit[4]), 3 * int(hit[2] or hit[3]) - 2, 3)
        return months(int(words), 1, 12) if YEAR.fullmatch(words) else None
    except ValueError:
        return None


def months(year: int, first: int, count: int) -> tuple[date, date]:
    last = first + count - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def around(day: date, step: Step) -> tuple[date, date]:
    """The day, the ISO week or the month that a day lies in."""
    if step is Step.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return months(day.year, day.month, 1) if step is Step.MONTH else (day, day)


def words_of(first: date, last: date) -> str:
    """A period as it is shown: "March 2026", "2026 Q1", "week of 2 Mar 2026", "14 Mar 2026"."""
    if first == last:
        return f"{first.day} {first:%b %Y}"
    if first.weekday() == 0 and (last - first).days == 6:
        return f"week of {first.day} {first:%b %Y}"
    if first.day == 1 and last == months(last.year, last.month, 1)[1]:
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        if count == 1:
            return f"{first:%B %Y}"
        if count == 12 and first.month == 1:
            return f"{first.year}"
        if count == 3 and first.month % 3 == 1:
            return f"{first.year} Q{first.month // 3 + 1}"
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
