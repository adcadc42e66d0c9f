"""Counts as people bring them: pasted or from a file, one line a touchpoint and period, or one line an event.

Pure: text in, lines and problems out; nothing is stored here.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from math import isfinite

from app.voice.evidence import poisson
from app.voice.evidence.periods import Step, around, period
from app.voice.importing.limits import counted, quoted
from app.voice.importing.table import plain

MOST_ROWS = 20_000
MOST_PROBLEMS = 100
HEADS: Mapping[str, tuple[str, ...]] = {
    "touchpoint": ("touchpoint", "touch point", "place", "where", "location", "area", "department"),
    "period": (
        "period",
        "day",
        "date",
        "week",
        "month",
        "quarter",
        "year",
        "when",
        "time",
        "from",
        "first day",
        "start",
    ),
    "until": ("to", "until", "last day", "end"),
    "count": ("count", "number", "n", "events", "complaints", "lost sales", "lost", "sales lost", "waits", "cases"),
    "exposure": ("exposure", "passengers", "customers", "visitors", "transactions", "orders", "flights", "among"),
    "amount": ("amount", "median", "minutes", "wait", "waited", "seconds", "hours", "mean", "average", "waiting time"),
}


@dataclass(frozen=True)
class Line:
    """What one touchpoint had in one period. row: where in the file, the header being row 1."""

    touchpoint: str
    first_day: date
    last_day: date
    count: int
    exposure: float | None = None
    amount: float | None = None
    amount_low: float | None = None
    amount_high: float | None = None
    row: int = 0


@dataclass(frozen=True)
class Problem:
    row: int
    words: str


@dataclass
class Read:
    """`by_event`: the file had one row an event, and they were counted."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more_problems: int = 0
    by_event: bool = False
    rows: int = 0

    def refuse(self, row: int, words: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(row, words))
        else:
            self.more_problems += 1

    @property
    def unreadable(self) -> int:
        return len(self.problems) + self.more_problems

    @property
    def touchpoints(self) -> list[str]:
        return list(dict.fromkeys(line.touchpoint for line in self.lines))


def read(text: str, today: date, step: Step = Step.MONTH) -> Read:
    """All lines that can be read, and a sentence for each row that cannot."""
    told = Read()
    rows = cells(text)
    header = next(rows, (1, []))[1]
    places = columns(header)
    if not {"touchpoint", "period"} <= places.keys():
        told.refuse(1, missing_columns(header))
        return told
    told.by_event = "count" not in places
    found = []
    for number, row in rows:
        told.rows += 1
        if told.rows > MOST_ROWS:
            told.refuse(number, f"More than {MOST_ROWS:,} rows: bring them in in parts.")
            break
        given = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if any(given.values()) and (line := a_line(told, number, given, today)):
            found.append(line)
    told.lines = counted_events(found, step) if told.by_event else once_each(told, found)
    return told


def cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; the separator is the one that cuts the header into the most cells."""
    text = text.removeprefix("\ufeff").replace("\x00", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max("\t;,|", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error:
        yield reader.line_num, []


def columns(header: Sequence[str]) -> dict[str, int]:
    """Which column is what, by the names above them."""
    named = [plain(name) for name in header]
    found = {}
    for what, names in HEADS.items():
        place = next((named.index(name) for name in names if name in named), None)
        if place is not None:
            found[what] = place
    return found


def missing_columns(header: Sequence[str]) -> str:
    known = columns(header)
    lacking = " and ".join(name for name in ("touchpoint", "period") if name not in known)
    named = ", ".join(quoted(name, 30) for name in header[:8] if name.strip()) or "nothing"
    return f"The first row names the columns: touchpoint, period, count. It names {named}; there is no {lacking}."


def a_line(told: Read, number: int, given: Mapping[str, str], today: date) -> Line | None:
    mistakes = []
    if not given["touchpoint"]:
        mistakes.append("it names no touchpoint")
    elif len(given["touchpoint"]) > 200:
        mistakes.append("the touchpoint's name has more than 200 characters")
    days = period(given["period"])
    until = period(given.get("until", "")) if given.get("until") else None
    if days is None:
        mistakes.append(
            f"{quoted(given['period'], 30)} is no day, week or month: write 2026-03-14, 2026-W11 or 2026-03"
        )
    elif given.get("until") and (until is None or until[1] < days[0]):
        mistakes.append(f"{quoted(given['until'], 30)} is no last day of a period that begins on {days[0]}")
    else:
        days = (days[0], until[1]) if until else days
        if days[0] > today:
            mistakes.append(f"{quoted(given['period'], 30)} is still to come")
    count = 1 if "count" not in given else whole(given["count"])
    if count is None:
        mistakes.append(f"{quoted(given['count'], 30)} is no count: a whole number from 0 on")
    exposure, amount = number_in(given.get("exposure", "")), number_in(given.get("amount", ""))
    if given.get("exposure") and (exposure is None or exposure <= 0):
        mistakes.append(f"{quoted(given['exposure'], 30)} is no number above 0 to count among")
    if given.get("amount") and (amount is None or amount < 0):
        mistakes.append(f"{quoted(given['amount'], 30)} is no amount: a number from 0 on")
    if mistakes or days is None or count is None:
        told.refuse(number, "; ".join(mistakes) + ".")
        return None
    return Line(" ".join(given["touchpoint"].split()), *days, count, exposure, amount, row=number)


def whole(words: str) -> int | None:
    """A count; 1,234 and 1 234 are read as written by people, 3.5 is none."""
    value = number_in(words)
    return int(value) if value is not None and value >= 0 and value == int(value) and value <= 1e9 else None


def number_in(words: str) -> float | None:
    plain_words = words.replace("\u00a0", "").replace(" ", "").replace("'", "")
    head, comma, tail = plain_words.rpartition(",")
    if comma:
        thousands = len(tail) == 3 or "." in tail
        plain_words = plain_words.replace(",", "") if thousands else f"{head.replace('.', '')}.{tail}"
    try:
        value = float(plain_words) if plain_words and plain_words[0] in "-+.0123456789" else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None


def counted_events(events: Sequence[Line], step: Step) -> list[Line]:
    """One line an event added up by touchpoint and period, with the median of what they took where all say it."""
    groups: dict[tuple[str, date, date], list[Line]] = {}
    spelt: dict[str, str] = {}
    for one in events:
        name = spelt.setdefault(plain(one.touchpoint), one.touchpoint)
        groups.setdefault((name, *around(one.first_day, step)), []).append(one)
    return [grouped(key, own) for key, own in sorted(groups.items())]


def grouped(key: tuple[str, date, date], own: Sequence[Line]) -> Line:
    amounts = [one.amount for one in own if one.amount is not None]
    line = Line(*key, count=len(own), row=own[0].row)
    if not amounts:
        return line
    middle, low, high = poisson.median(amounts)
    return replace(line, amount=middle, amount_low=low, amount_high=high)


def once_each(told: Read, lines: Sequence[Line]) -> list[Line]:
    """A touchpoint's period stands in one row."""
    seen: dict[tuple[str, date, date], int] = {}
    kept = []
    for line in lines:
        key = plain(line.touchpoint), line.first_day, line.last_day
        if key in seen:
            told.refuse(line.row, f"Row {seen[key]} has a count of the same touchpoint and period already.")
        else:
            seen[key] = line.row
            kept.append(line)
    return kept


def unknown(told: Read, known: Mapping[str, str]) -> list[tuple[str, int, str | None]]:
    """Names that no touchpoint has (known: key -> name), how many lines they have, and the name that is most like."""
    lines = Counter(line.touchpoint for line in told.lines if plain(line.touchpoint) not in known)
    found: list[tuple[str, int, str | None]] = []
    for name, count in lines.items():
        like = get_close_matches(plain(name), known, n=1, cutoff=0.75) if len(found) < 50 else []
        found.append((name, count, known[like[0]] if like else None))
    return found


def summary(told: Read) -> str:
    events = sum(line.count for line in told.lines)
    return f"{counted(len(told.lines), 'line')}, {counted(events, 'event')}"
