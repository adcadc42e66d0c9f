"""A first guess at a survey map, from names, wordings and values; a person looks at it before anything is imported.

Each column is judged by what it looks like alone, then the few roles that only one column can have are given
to the first that qualifies. The same table always gives the same draft.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from app.voice.importing.cells import canonical
from app.voice.importing.columns import Profile, drawn, profile
from app.voice.importing.drafting import draft_of
from app.voice.importing.finding import without
from app.voice.importing.guessing import BIRTH, EFFORT, MARKED, OVERALL, RATED, UNMARKED, WHOLE, judged
from app.voice.importing.table import Column, Table, plain

SENTIMENT = re.compile(r"sentiment|criticality|stimmung")
TOTAL = re.compile(
    r"^(grand |sub)?total\b.*|^(sum|mean|average|summe|gesamt|mittelwert|durchschnitt|promedio|media|base"
    r"|all respondents):?$"
)
BATTERY, LONG, MARKS, SHARED, SHORT, FEW = 5, 10, 3, 2, 60, 20
ASKED_SINCE = 1990
CUT = re.compile(r"(.{4,}?(?::| -|\[))\s*([^:\[]{2,80})", re.DOTALL)
COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
POINT = re.compile(r"[+-]?\d+\.\d+", re.ASCII)


@dataclass(frozen=True)
class Proposal:
    """One profile a column, in the order of the file, and a draft for `mapfile.from_dict`.

    Where no column looks like a date the draft has no period either: only a person knows when people were
    asked. An outcome of kind nps stands first, so that it is the default.
    """

    profiles: list[Profile]
    draft: dict[str, Any]


def propose(table: Table, source: str = "Survey") -> Proposal:
    """What each column of a table seems to be, and the map that follows from it."""
    leave_out = _totals(table) | _previews(table)
    table, _ = without(table, leave_out)
    decimal = _decimal(table)
    profiles = [
        judged(profile(column, len(table), table.about.get(column.name), decimal), decimal) for column in table.columns
    ]
    profiles = _one_each(_by_values(_beside_comments(_settled_ratings(profiles))))
    profiles = _of_rows(profiles, table)
    told = []
    for seen, column in zip(_called(profiles), table.columns, strict=True):
        how, bars = drawn(seen, column, decimal)
        told.append(_asked(replace(seen, drawn=how, bars=bars)))
    return Proposal(told, draft_of(table, told, source, decimal, leave_out))


def _totals(table: Table) -> dict[str, list[str]]:
    """Lines at the end that are no answers: one of the first columns says "Total"."""
    for column in table.columns[:3]:
        tail = {column[row].strip() for row in range(max(len(table) - 3, 0), len(table))}
        if found := sorted(text for text in tail if TOTAL.match(canonical(text))):
            counts = column.counts()
            if all(counts[code] <= 2 for code, text in enumerate(column.texts) if text.strip() in found):
                return {column.name: found}
    return {}


def _previews(table: Table) -> dict[str, list[str]]:
    """Answers that Qualtrics itself calls tries."""
    status = table.column("Status")
    tries = [text for text in status.texts if text in ("Survey Preview", "Survey Test", "Spam")] if status else []
    return {status.name: tries} if status and tries else {}


def _decimal(table: Table) -> str:
    """The sign between a number and its fraction: the comma where more columns are written so."""

    def count(pattern: re.Pattern[str]) -> int:
        return sum(_mostly(column, pattern) for column in table.columns)

    return "," if table.separator != "," and count(COMMA) > count(POINT) else "."


def _mostly(column: Column, pattern: re.Pattern[str]) -> bool:
    texts = [text.strip() for text in column.texts[:200] if text.strip()]
    return bool(texts) and sum(bool(pattern.fullmatch(text)) for text in texts) >= max(1, 0.3 * len(texts))


def _settled_ratings(profiles: list[Profile]) -> list[Profile]:
    """The first overall rating is an outcome; others are touchpoints if they sit in a battery or sound so.

    A battery has one stem of names, or stands side by side with one scale and one code for what was not met.
    """
    ratings = [seen for seen in profiles if seen.use == "rating" and not SENTIMENT.search(seen.plain)]
    overall = _of_the_whole([seen for seen in ratings if not EFFORT.search(seen.plain)])
    stems = [seen.stem for seen in ratings]
    battery = _side_by_side(profiles)
    settled = []
    for seen in profiles:
        if seen.use != "rating":
            settled.append(seen)
        elif seen is overall:
            settled.append(_outcome(seen, "rating", seen.reason + ", and a name that means the whole"))
        elif SENTIMENT.search(seen.plain):
            settled.append(replace(seen, use="score", reason="its name: how the comment speaks of you"))
        elif EFFORT.search(seen.plain):
            settled.append(_outcome(seen, "effort", seen.reason + ", and its name"))
        elif (
            stems.count(seen.stem) >= 3
            or seen.name in battery
            or RATED.search(seen.plain)
            or seen.labels
            or (seen.codes and seen.reason.startswith("the file"))
        ):
            settled.append(replace(seen, use="touchpoint"))
        else:
            settled.append(replace(seen, use="", reason=seen.reason + ", but nothing says that it is a rating"))
    return settled


def _outcome(seen: Profile, kind: str, reason: str) -> Profile:
    """What is not applicable to a touchpoint is no answer to an outcome."""
    missing = (*seen.not_applicable, *seen.missing)
    return replace(seen, use="outcome", kind=kind, reason=reason, missing=missing, not_applicable=())


def _of_the_whole(ratings: list[Profile]) -> Profile | None:
    """The first that says so; else the one that asks for satisfaction, where no other does."""
    if found := next((seen for seen in ratings if WHOLE.search(seen.plain)), None):
        return found
    alike = [seen for seen in ratings if OVERALL.search(seen.plain)]
    return alike[0] if len(alike) == 1 else None


def _called(profiles: list[Profile]) -> list[Profile]:
    """What each is called: the end of its wording or header, where a battery shares the beginning.

    "How satisfied are you with - Delivery" beside others of its kind is Delivery.
    """
    heads = Counter(_cut(seen)[0] for seen in profiles if seen.use in ("touchpoint", "segment"))
    names = []
    for seen in profiles:
        head, tail = _cut(seen)
        shared = seen.use == "touchpoint" and bool(head) and heads[head] >= SHARED
        short = seen.question if 0 < len(seen.question) <= SHORT and seen.use != "" else seen.name
        names.append(tail if shared and tail else short)
    twice = Counter(plain(name) for name in names)
    pairs = zip(profiles, names, strict=True)
    return [replace(seen, called=name if twice[plain(name)] == 1 else seen.name) for seen, name in pairs]


def _cut(seen: Profile) -> tuple[str, str]:
    found = CUT.fullmatch(seen.question or seen.name)
    return (found[1], found[2].strip(" ]")) if found else ("", "")


def _side_by_side(profiles: list[Profile]) -> set[str]:
    """Names of ratings that stand in a row of at least five which are asked alike.

    With a code for what was not met, or on a scale that few other things are counted on; else a row of ten.
    """
    found: set[str] = set()
    for _, alike in groupby(profiles, key=lambda seen: (seen.use, seen.scale, seen.not_applicable)):
        row = list(alike)
        sure = row[0].not_applicable or row[0].scale in ((0, 10), (1, 10), (1, 7)) or row[0].step != 1.0
        if row[0].use == "rating" and len(row) >= (BATTERY if sure else LONG):
            found.update(seen.name for seen in row)
    return found


def _beside_comments(profiles: list[Profile]) -> list[Profile]:
    """A run of columns that only mark rows says what the comments are about; a score without comments says nothing."""
    spoken = any(seen.use == "comment" for seen in profiles)
    if not spoken:
        return [replace(seen, use="") if seen.use == "score" else seen for seen in profiles]
    marks: set[str] = set()
    for marking, run in groupby(profiles, key=lambda seen: _marks(seen) or not seen.filled):
        row = list(run)
        if marking and sum(_marks(seen) for seen in row) >= MARKS:
            at = [place for place, seen in enumerate(row) if seen.filled]
            marks.update(seen.name for seen in row[at[0] : at[-1] + 1])
    reason = "one of a row of columns that only mark rows, as themes of comments are marked"
    return [replace(seen, use="theme", reason=reason) if seen.name in marks else seen for seen in profiles]


def _marks(seen: Profile) -> bool:
    said = {canonical(text) for text, _ in seen.top}
    one_hot = bool(said & MARKED) and bool(said & UNMARKED) and said <= MARKED | UNMARKED and len(said - {""}) <= 2
    return one_hot and seen.use in ("", "segment", "theme")


def _by_values(profiles: list[Profile]) -> list[Profile]:
    """A day and a respondent that no name gives away: the first column of days, and a first one that never repeats."""
    used = {seen.use for seen in profiles}
    days = next((seen for seen in profiles if _of_now(seen) and seen.use in ("", "segment")), None)
    first = profiles[0] if profiles else None
    if "date" not in used and days:
        reason = "values that are dates"
        profiles = [replace(seen, use="date", reason=reason) if seen is days else seen for seen in profiles]
    if "respondent" not in used and first and not first.use and first.distinct == first.filled == first.rows > FEW:
        profiles = [replace(first, use="respondent", reason="the first column, and no value twice"), *profiles[1:]]
    return profiles


def _of_now(seen: Profile) -> bool:
    """Nearly every row holds a day on which somebody may have been asked: no time of day, no birthday."""
    asked = seen.dates and seen.days is not None and seen.days[0].year >= ASKED_SINCE
    return asked and seen.filled >= 0.9 * seen.rows and not BIRTH.search(seen.plain)


def _one_each(profiles: list[Profile]) -> list[Profile]:
    """A map has one respondent, weight and date: the first column that looks like it."""
    taken: set[str] = set()
    settled = []
    for seen in profiles:
        if seen.use in taken:
            seen = replace(seen, use="", reason=f"another column is already the {seen.use}")
        if seen.use in ("respondent", "weight", "date", "account", "score"):
            taken.add(seen.use)
        settled.append(seen)
    return settled


def _of_rows(profiles: list[Profile], table: Table) -> list[Profile]:
    """Where several rows are one respondent, what differs between them is said of the row and parts no respondents."""
    place = next((place for place, seen in enumerate(profiles) if seen.use == "respondent"), None)
    if place is None or profiles[place].distinct == profiles[place].filled:
        return profiles
    people = table.columns[place].codes.astype(np.int64)
    reason = "a few words, but not the same in all rows of a respondent"
    return [
        replace(seen, use="", reason=reason) if seen.use == "segment" and _differs(people, column) else seen
        for seen, column in zip(profiles, table.columns, strict=True)
    ]


def _differs(people: np.ndarray, column: Column) -> bool:
    """Whether more than one in a hundred respondents has rows that say different things."""
    said = np.array([bool(text.strip()) for text in column.texts], dtype=bool)[column.codes]
    pairs = np.unique(people[said] * len(column.texts) + column.codes[said])
    each = np.unique(pairs // len(column.texts), return_counts=True)[1]
    return bool(len(each)) and int((each > 1).sum()) > 0.01 * len(each)


def _asked(seen: Profile) -> Profile:
    """What only a person can say of a column is asked."""
    if seen.use == "date" and seen.day_order == "unknown":
        return replace(seen, hint="Which comes first, the day or the month? Say it above.")
    if not seen.scale or seen.labels or seen.kind == "nps" or seen.scale[0] > seen.scale[1] or seen.use == "":
        return seen
    answers = [bar for bar in seen.bars if bar.kind == "answer"]
    n = sum(bar.n for bar in answers)
    top = max(answers, key=lambda bar: bar.n, default=None)
    if top and n and top is answers[0] and top.n >= 0.4 * n:
        share = round(100 * top.n / n)
        return replace(seen, hint=f"{share} % answered {top.label}. If that is the best answer, turn the scale round.")
    return seen
