"""A first guess at a survey map, from names and values; a person looks at it before anything is imported.

Each column is judged by what it looks like alone, then the few roles that only one column can have are given
to the first that qualifies. The same table always gives the same draft.
"""

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from app.voice.importing.cells import canonical
from app.voice.importing.columns import ABSENT, ABSENT_WORDS, Profile, profile
from app.voice.importing.table import Table

RECOMMEND = re.compile(r"nps|net ?pro|recommend|empfehl|recomend")
OVERALL = re.compile(r"overall|as a whole|q\d+all$|satisf|experience|fft|gesamt")
RATED = re.compile(r"rat(e|ing)|satis|ease|easy|safe|clean|quality|score|find|pass|friendly|helpful|waiting")
WEIGHT = re.compile(r"\b(weight|wt|wgt|weighting|poids|gewicht)s?\b")
RESPONDENT = re.compile(r"respnum|respond|(response|customer|participant) ?id|^id$")
DATE = re.compile(r"date|datum|fecha|timestamp|completed|submitted")
SEGMENT = re.compile(r"area|strata|peak|region|segment|purp|type|channel|country|gender|age$|trust|branch|geo")
COMMENT = re.compile(r"comment|suggest|answer|remark|feedback|why|verbatim|other|problem")
SCALES = ((0, 10), (1, 5), (1, 7))
BATTERY = 5


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
    profiles = [_judged(profile(column, len(table))) for column in table.columns]
    profiles = _one_each(_settled_ratings(profiles))
    return Proposal(profiles, _draft(table, profiles, source))


def _judged(seen: Profile) -> Profile:
    """What a column looks like on its own."""
    name = seen.plain
    if not seen.filled:
        return replace(seen, use="", reason="every cell is empty")
    if WEIGHT.search(name) and seen.low is not None and seen.low > 0:
        return replace(seen, use="weight", reason="its name, and every value is above zero")
    if RESPONDENT.search(name) and seen.distinct > seen.rows / 3:
        return replace(seen, use="respondent", reason="its name, and values that differ from row to row")
    if DATE.search(name) and seen.dates:
        return replace(seen, use="date", reason="its name, and values that are dates")
    if RECOMMEND.search(name) and seen.whole and seen.high is not None and 9 <= seen.high <= 11:
        return _scaled(replace(seen, use="outcome", kind="nps", reason="its name, and values from 0 to 10"), (0, 10))
    if scale := _scale_of(seen):
        reason = f"values from {scale[0]} to {scale[1]}"
        return _scaled(replace(seen, use="rating", kind="rating", reason=reason), scale)
    if (
        seen.words
        and not name.endswith("id")
        and (seen.mean_length > 25 or (COMMENT.search(name) and seen.distinct > 50))
    ):
        return replace(seen, use="comment", reason="long texts that differ")
    if SEGMENT.search(name) and 2 <= seen.distinct <= 40:
        return replace(seen, use="segment", reason="its name, and few values")
    if seen.words and 2 <= seen.distinct <= 12:
        return replace(seen, use="segment", reason="a few words")
    return replace(seen, use="", reason="nothing that a survey map asks for")


def _scale_of(seen: Profile) -> tuple[int, int] | None:
    """The scale that the values fill, with at most the usual codes beside it."""
    if not seen.whole:
        return None
    values = {int(value) for value in seen.values}
    for low, high in SCALES:
        answers = {value for value in values if low <= value <= high}
        if (low, high) == (0, 10) and not (max(values) in (10, 11) and len(answers) >= 8):
            continue
        enough = len(answers) >= high - low - (1 if high > 5 else 0)
        if enough and high in answers and values - answers <= {0, high + 1, *ABSENT}:
            return low, high
    return None


def _scaled(seen: Profile, scale: tuple[int, int]) -> Profile:
    """Codes beside the scale: one above it is most often "never used", any other "no answer"."""
    low, high = scale
    outside = sorted({int(value) for value in seen.values if not low <= value <= high})
    elsewhere = tuple(str(value) for value in outside if value == high + 1 and seen.kind != "nps")
    missing = [str(value) for value in outside if str(value) not in elsewhere]
    words = [text for text in seen.words if canonical(text) in ABSENT_WORDS]
    return replace(seen, scale=scale, not_applicable=elsewhere, missing=(*missing, *words, ""))


def _settled_ratings(profiles: list[Profile]) -> list[Profile]:
    """The first overall rating is an outcome; others are touchpoints if they sit in a battery or sound so.

    A battery has one stem of names, or stands side by side with one scale and one code for what was not met.
    """
    overall = next((seen for seen in profiles if seen.use == "rating" and OVERALL.search(seen.plain)), None)
    stems = [seen.stem for seen in profiles if seen.use == "rating"]
    battery = _side_by_side(profiles)
    settled = []
    for seen in profiles:
        if seen.use == "rating" and seen is overall:
            seen = replace(seen, use="outcome", reason=seen.reason + ", and a name that means the whole")
        elif seen.use == "rating" and (stems.count(seen.stem) >= 3 or seen.name in battery or RATED.search(seen.plain)):
            seen = replace(seen, use="touchpoint")
        elif seen.use == "rating":
            seen = replace(seen, use="", reason=seen.reason + ", but nothing says that it is a rating")
        settled.append(seen)
    return settled


def _side_by_side(profiles: list[Profile]) -> set[str]:
    """Names of ratings that stand in a row of at least five which are asked alike, with a code for what was not met."""
    found: set[str] = set()
    for _, alike in groupby(profiles, key=lambda seen: (seen.use, seen.scale, seen.not_applicable)):
        row = list(alike)
        if len(row) >= BATTERY and row[0].use == "rating" and row[0].not_applicable:
            found.update(seen.name for seen in row)
    return found


def _one_each(profiles: list[Profile]) -> list[Profile]:
    """A map has one respondent, weight and date: the first column that looks like it."""
    taken: set[str] = set()
    settled = []
    for seen in profiles:
        if seen.use in taken:
            seen = replace(seen, use="", reason=f"another column is already the {seen.use}")
        if seen.use in ("respondent", "weight", "date"):
            taken.add(seen.use)
        settled.append(seen)
    return settled


def _draft(table: Table, profiles: list[Profile], source: str) -> dict[str, Any]:
    def used(use: str) -> list[Profile]:
        return [seen for seen in profiles if seen.use == use]

    draft: dict[str, Any] = {"source": source}
    draft |= {seen.use: seen.name for seen in profiles if seen.use in ("respondent", "weight", "date")}
    draft["outcomes"] = [_outcome(seen) for seen in sorted(used("outcome"), key=lambda seen: seen.kind != "nps")]
    draft["touchpoints"] = [_touchpoint(seen) for seen in used("touchpoint")]
    draft["segments"] = {seen.name: seen.name for seen in used("segment")}
    draft["comments"] = [{"column": seen.name} for seen in used("comment")]
    said = {"encoding": table.encoding} if table.encoding == "windows-1252" else {}
    return draft | said | ({"sheet": table.sheet} if table.sheet else {})


def _outcome(seen: Profile) -> dict[str, Any]:
    scale = {} if seen.kind == "nps" else {"scale": list(seen.scale or ())}
    return {"name": seen.name, "column": seen.name, "kind": seen.kind, "missing": list(seen.missing), **scale}


def _touchpoint(seen: Profile) -> dict[str, Any]:
    return {
        "name": seen.name,
        "column": seen.name,
        "scale": list(seen.scale or ()),
        "not_applicable": list(seen.not_applicable),
        "missing": list(seen.missing),
    }
