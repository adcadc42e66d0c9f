"""A first guess at a survey map, from names, wordings and values; a person looks at it before anything is imported.

Each column is judged by what it looks like alone, then the few roles that only one column can have are given
to the first that qualifies. The same table always gives the same draft.
"""

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from app.voice.importing import words
from app.voice.importing.cells import canonical
from app.voice.importing.columns import ABSENT, Profile, drawn, profile
from app.voice.importing.finding import without
from app.voice.importing.table import Column, Table

RECOMMEND = re.compile(r"\bnps\b|net ?pro|recommend|empfehl|weiterempf|recomend|recommand")
OVERALL = re.compile(r"overall|as a whole|q\d+all\b|satisf|experience|fft|gesamt|zufrieden|general|en conjunto")
RATED = re.compile(
    r"rat(e|ing)|satis|ease|easy|safe|clean|quality|score|find|pass|friendly|helpful|waiting|stars?\b"
    r"|how (good|well|happy)|bewert|zufrieden|note\b|calidad|limpieza|sauber|freundlich"
)
EFFORT = re.compile(r"effort|\bces\b|aufwand|esfuerzo")
STAYED = re.compile(r"\bstay|renew|return again|visit again|come again|churn|complain|cancel|repurchase|resolved")
AMOUNT = re.compile(r"amount|spen[dt]\b|revenue|price|umsatz|gasto|turnover|basket")
WEIGHT = re.compile(r"\b(weight|wt|wgt|weighting|poids|gewicht|peso)s?\b")
RESPONDENT = re.compile(r"respnum|respond|(response|customer|participant|case|visitor|guest|patient) ?id|^id\b|uuid")
ACCOUNT = re.compile(r"\b(account|company|client|organi[sz]ation|konto|firma|empresa)\b")
DATE = re.compile(r"date|datum|fecha|timestamp|completed|submitted|recorded|\bday\b|\btag\b|when\b")
SEGMENT = re.compile(r"area|strata|peak|region|segment|purp|type|channel|country|gender|age$|trust|branch|geo")
COMMENT = re.compile(r"comment|suggest|answer|remark|feedback|why|verbatim|other|problem|kommentar|coment")
SENTIMENT = re.compile(r"sentiment|criticality|stimmung")
TOTAL = re.compile(
    r"^(grand |sub)?total\b.*|^(sum|mean|average|summe|gesamt|mittelwert|durchschnitt|promedio|media|base"
    r"|all respondents):?$"
)
SCALES = ((0, 10), (1, 5), (1, 7), (1, 10))
NAMED_SCALES = ((1, 4), (1, 6), (1, 9), (0, 5), (0, 4), (1, 3), (0, 100))
BATTERY, MARKS = 5, 3
MARKED = frozenset(("1", "yes", "y", "true", "x"))
UNMARKED = frozenset(("", "0", "no", "n", "false"))
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
        _judged(profile(column, len(table), table.about.get(column.name), decimal), decimal) for column in table.columns
    ]
    profiles = _one_each(_beside_comments(_settled_ratings(profiles)))
    profiles = _of_rows(profiles, table)
    told = []
    for seen, column in zip(profiles, table.columns, strict=True):
        how, bars = drawn(seen, column, decimal)
        told.append(_asked(replace(seen, drawn=how, bars=bars)))
    return Proposal(told, _draft(table, told, source, decimal, leave_out))


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


def _judged(seen: Profile, decimal: str) -> Profile:
    """What a column looks like on its own."""
    name = seen.plain
    if not seen.filled:
        return replace(seen, use="", reason="every cell is empty")
    if WEIGHT.search(name) and seen.low is not None and seen.low > 0:
        return replace(seen, use="weight", reason="its name, and every value is above zero")
    if RESPONDENT.search(name) and seen.distinct > seen.rows / 3 and not seen.dates:
        return replace(seen, use="respondent", reason="its name, and values that differ from row to row")
    if DATE.search(name) and seen.dates:
        return replace(seen, use="date", reason="its name, and values that are dates")
    return _scored(seen, decimal) or _told(seen)


def _scored(seen: Profile, decimal: str) -> Profile | None:
    """A column with a scale: of numbers, or of words that stand for numbers."""
    name = seen.plain
    if RECOMMEND.search(name) and seen.whole and seen.high is not None and 9 <= seen.high <= 11 and seen.values[0] >= 0:
        found = replace(seen, use="outcome", kind="nps", reason="its name, and values from 0 to 10")
        return _beside(found, (0, 10))
    if labelled := _labelled(seen):
        return labelled
    if scale := _scale_of(seen):
        low, high, step = scale
        found = replace(seen, use="rating", kind="rating", step=step, reason=f"values from {low} to {high}")
        return _turned(_beside(found, (low, high)))
    return None


def _told(seen: Profile) -> Profile:
    """A column of words or of numbers that are no scale."""
    name = seen.plain
    amounts = bool(seen.values) and not seen.words and seen.distinct > 20
    if AMOUNT.search(name) and amounts:
        return replace(seen, use="outcome", kind="amount", reason="its name, and numbers that differ")
    if STAYED.search(name) and _yes_or_no(seen):
        return replace(seen, use="outcome", kind="yesno", reason="its name, and yes or no")
    if (
        seen.words
        and not plain_ends_with_id(seen)
        and (seen.mean_length > 25 or (COMMENT.search(name) and seen.distinct > 50))
        and not seen.dates
    ):
        return replace(seen, use="comment", reason="long texts that differ")
    if ACCOUNT.search(name) and 2 <= seen.distinct < 0.9 * seen.filled and seen.distinct > 12:
        return replace(seen, use="account", reason="its name, and values that several rows share")
    if SEGMENT.search(name) and 2 <= seen.distinct <= 40:
        return replace(seen, use="segment", reason="its name, and few values")
    if seen.codes and 2 <= seen.distinct <= 40:
        return replace(seen, use="segment", reason="a few values that the file has words for")
    if seen.words and 2 <= seen.distinct <= 12:
        return replace(seen, use="segment", reason="a few words")
    return replace(seen, use="", reason="nothing that a survey map asks for")


def plain_ends_with_id(seen: Profile) -> bool:
    return seen.name.strip().casefold().endswith("id")


def _yes_or_no(seen: Profile) -> bool:
    said = {canonical(text) for text, _ in seen.top if text.strip()}
    return 1 < len(said) <= 2 and said <= (MARKED | UNMARKED | {"ja", "nein", "sí", "si", "oui", "non"})


def _labelled(seen: Profile) -> Profile | None:
    """Answers in words that make a scale ("Very satisfied"), or codes that the file has such words for."""
    if seen.codes:
        return _coded(seen)
    texts = [text for text, _ in seen.top if text.strip()]
    gone = [text for text in texts if words.is_absent(text)]
    elsewhere = [text for text in texts if words.is_elsewhere(text)]
    told = [text for text in texts if text not in gone and text not in elsewhere]
    if not seen.words or seen.distinct > 15 or not set(told) & set(seen.words):
        return None
    found = words.numbered(told)
    if not found:
        return None
    labels, scale = found
    said = {value: words.LEADING.sub(r"\2", text) for text, value in labels.items()}
    ends = (scale[1], scale[0]) if words.backwards(said, *scale) else scale
    nps = RECOMMEND.search(seen.plain) and max(labels.values()) in (9, 10)
    reason = "answers in words that make a scale" + (", best first" if ends != scale else "")
    return replace(
        seen,
        use="outcome" if nps else "rating",
        kind="nps" if nps else "rating",
        scale=(0, 10) if nps else ends,
        labels={text: value for text, value in labels.items() if canonical(text) != f"{value:g}"},
        missing=(*gone, ""),
        not_applicable=tuple(elsewhere),
        reason=reason,
    )


def _coded(seen: Profile) -> Profile | None:
    """Codes with words for them, as SPSS keeps them; the words say which end is the better."""
    numbers = {float(code): label for code, label in seen.codes.items() if re.fullmatch(r"-?\d+(\.\d+)?", code)}
    gone = {float(code) for code in seen.gone if re.fullmatch(r"-?\d+(\.\d+)?", code)}
    gone |= {value for value, label in numbers.items() if words.is_absent(label)}
    elsewhere = {value for value, label in numbers.items() if words.is_elsewhere(label)} - gone
    answers = sorted(set(numbers) - gone - elsewhere | {v for v in seen.values if v not in gone | elsewhere})
    leaning = [
        words.leaning(numbers[end]) if end in numbers else None for end in (answers or [0.0])[:: len(answers) - 1 or 1]
    ]
    nps = bool(RECOMMEND.search(seen.plain)) and answers[:1] >= [0.0] and answers[-1:] in ([10.0], [9.0])
    contiguous = len(answers) >= 3 and answers == [answers[0] + place for place in range(len(answers))]
    if not nps and not (contiguous and any(leaning) and len(set(leaning)) > 1):
        return None
    scale = (0.0, 10.0) if nps else (answers[0], answers[-1])
    turned = not nps and words.backwards(numbers, *scale)
    named = {f"{value:g}" for value in gone}
    return replace(
        seen,
        use="outcome" if nps else "rating",
        kind="nps" if nps else "rating",
        scale=(scale[1], scale[0]) if turned else scale,
        missing=(*sorted(named), ""),
        not_applicable=tuple(f"{value:g}" for value in sorted(elsewhere)),
        reason="the file's own words for its codes" + (f": {numbers[scale[0]]} is {scale[0]:g}" if turned else ""),
    )


def _scale_of(seen: Profile) -> tuple[int, int, float] | None:
    """The scale that the values fill, with at most the usual codes beside it, and its step."""
    steps = 1.0
    if not seen.whole:
        halves = bool(seen.values) and len(seen.values) <= 25 and all((2 * value).is_integer() for value in seen.values)
        if not halves or not all(words.is_absent(word) or words.is_elsewhere(word) for word in seen.words):
            return None
        steps = 0.5
    values = set(seen.values)
    rated = bool(RATED.search(seen.plain) or OVERALL.search(seen.plain) or EFFORT.search(seen.plain))
    for low, high in (*SCALES, *(NAMED_SCALES if rated else ())):
        answers = {value for value in values if low <= value <= high}
        if (low, high) == (0, 10) and not (max(values) in (10, 11) and len(answers) >= 8 and 0 in values):
            continue
        if (low, high) == (0, 100):
            enough = max(values) > 10 and len(answers) >= 6 and max(answers) >= 80
        elif steps == 1.0:
            enough = len(answers) >= high - low - (1 if high > 5 else 0) and high in answers
        else:
            enough = len(answers) >= high - low and max(answers) >= high - 0.5
        if enough and values - answers <= {0, high + 1, *ABSENT}:
            return low, high, steps
    return None


def _beside(seen: Profile, scale: tuple[int, int]) -> Profile:
    """Codes beside the scale: one above it is most often "never used", any other "no answer"."""
    low, high = scale
    outside = sorted({value for value in seen.values if not low <= value <= high})
    elsewhere = tuple(f"{value:g}" for value in outside if value == high + 1 and seen.kind != "nps")
    missing = [f"{value:g}" for value in outside if f"{value:g}" not in elsewhere]
    unmet = tuple(text for text in seen.words if words.is_elsewhere(text) and seen.kind != "nps")
    said = [text for text in seen.words if words.is_absent(text) or (seen.kind == "nps" and words.is_elsewhere(text))]
    gone = [text for text in seen.gone if text not in missing and low <= float(text) <= high] if seen.gone else []
    return replace(seen, scale=scale, not_applicable=(*elsewhere, *unmet), missing=(*missing, *gone, *said, ""))


def _turned(seen: Profile) -> Profile:
    """Best first, where the wording says so: "1 = very good"."""
    said = words.ends_said(f"{seen.name} {seen.question}")
    if seen.scale and words.backwards(said, *seen.scale):
        low, high = seen.scale
        return replace(seen, scale=(high, low), reason=f"{seen.reason}; its wording says that {low:g} is the best")
    return seen


def _settled_ratings(profiles: list[Profile]) -> list[Profile]:
    """The first overall rating is an outcome; others are touchpoints if they sit in a battery or sound so.

    A battery has one stem of names, or stands side by side with one scale and one code for what was not met.
    """
    ratings = [seen for seen in profiles if seen.use == "rating" and not SENTIMENT.search(seen.plain)]
    overall = next((seen for seen in ratings if OVERALL.search(seen.plain) and not EFFORT.search(seen.plain)), None)
    stems = [seen.stem for seen in ratings]
    battery = _side_by_side(profiles)
    settled = []
    for seen in profiles:
        if seen.use != "rating":
            settled.append(seen)
        elif seen is overall:
            settled.append(replace(seen, use="outcome", reason=seen.reason + ", and a name that means the whole"))
        elif SENTIMENT.search(seen.plain):
            settled.append(replace(seen, use="score", reason="its name: how the comment speaks of you"))
        elif EFFORT.search(seen.plain):
            settled.append(replace(seen, use="outcome", kind="effort", reason=seen.reason + ", and its name"))
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


def _side_by_side(profiles: list[Profile]) -> set[str]:
    """Names of ratings that stand in a row of at least five which are asked alike.

    With a code for what was not met, or on a scale that few other things are counted on.
    """
    found: set[str] = set()
    for _, alike in groupby(profiles, key=lambda seen: (seen.use, seen.scale, seen.not_applicable)):
        row = list(alike)
        sure = row[0].not_applicable or row[0].scale in ((0, 10), (1, 10), (1, 7)) or row[0].step != 1.0
        if len(row) >= BATTERY and row[0].use == "rating" and sure:
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


def _draft(
    table: Table, profiles: list[Profile], source: str, decimal: str, leave_out: dict[str, list[str]]
) -> dict[str, Any]:
    def used(use: str) -> list[Profile]:
        return [seen for seen in profiles if seen.use == use]

    draft: dict[str, Any] = {"source": source}
    draft |= {seen.use: seen.name for seen in profiles if seen.use in ("respondent", "weight", "date", "account")}
    draft["outcomes"] = [_outcome(seen) for seen in sorted(used("outcome"), key=lambda seen: seen.kind != "nps")]
    draft["touchpoints"] = [_touchpoint(seen) for seen in used("touchpoint")]
    draft["segments"] = {seen.name: _segment(seen) for seen in used("segment")}
    draft["comments"] = [{"column": seen.name} for seen in used("comment")]
    for seen in used("score"):
        score = {"column": seen.name, "scale": list(seen.scale or ()), "missing": list(seen.missing)}
        draft["comments"][0]["score"] = score
    if marks := used("theme"):
        draft["themes"] = [{"columns": [[seen.name] for seen in marks]}]
    draft |= {"encoding": table.encoding} if table.encoding == "windows-1252" else {}
    draft |= {"decimal": decimal} if decimal != "." else {}
    draft |= {"leave_out": leave_out} if leave_out else {}
    return draft | ({"sheet": table.sheet} if table.sheet else {})


def _segment(seen: Profile) -> object:
    there = {canonical(text) for text, _ in seen.top}
    labels = {code: label for code, label in seen.codes.items() if code in there and label}
    return {"column": seen.name, "labels": labels, "missing": [*seen.gone, ""]} if labels else seen.name


def _wording(seen: Profile) -> dict[str, Any]:
    return {"question": seen.question} if seen.question else {}


def _asked_on(seen: Profile) -> dict[str, Any]:
    scale: dict[str, Any] = {"labels": seen.labels} if seen.labels else {}
    return scale | ({"step": seen.step} if seen.step != 1.0 else {})


def _outcome(seen: Profile) -> dict[str, Any]:
    scaled = {"scale": list(seen.scale or ())} if seen.kind in ("rating", "effort") else {}
    missing = [*seen.missing] or [""]
    labels = _asked_on(seen) if seen.scale else {}
    return {
        "name": seen.name,
        "column": seen.name,
        "kind": seen.kind,
        "missing": missing,
        **scaled,
        **labels,
        **_wording(seen),
    }


def _touchpoint(seen: Profile) -> dict[str, Any]:
    return {
        "name": seen.name,
        "column": seen.name,
        "scale": list(seen.scale or ()),
        "not_applicable": list(seen.not_applicable),
        "missing": list(seen.missing),
        **_asked_on(seen),
        **_wording(seen),
    }
