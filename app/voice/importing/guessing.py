"""What a column looks like on its own: by its name, its wording and its values."""

import re
from dataclasses import replace

from app.voice.importing import words
from app.voice.importing.cells import canonical
from app.voice.importing.columns import ABSENT, Profile

RECOMMEND = re.compile(r"\bnps\b|net ?pro|recommend|empfehl|weiterempf|recomend|recommand")
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
BIRTH = re.compile(r"birth|\bborn\b|geburt|nacimiento|naissance")
SEGMENT = re.compile(r"area|strata|peak|region|segment|purp|type|channel|country|gender|age$|trust|branch|geo")
COMMENT = re.compile(r"comment|suggest|answer|remark|feedback|why|verbatim|other|problem|kommentar|coment")
WHOLE = re.compile(r"overall|as a whole|q\d+all\b|fft|gesamt|in general|all in all|en conjunto")
OVERALL = re.compile(rf"{WHOLE.pattern}|satisf|experience|zufrieden|general")
SCALES = ((0, 10), (1, 5), (1, 7), (1, 10))
NAMED_SCALES = ((1, 4), (1, 6), (1, 9), (0, 5), (0, 4), (1, 3), (0, 100))
MARKED = frozenset(("1", "yes", "y", "true", "x"))
UNMARKED = frozenset(("", "0", "no", "n", "false"))


def judged(seen: Profile, decimal: str) -> Profile:
    """What a column looks like on its own."""
    name = seen.plain
    if not seen.filled:
        return replace(seen, use="", reason="every cell is empty")
    if WEIGHT.search(name) and seen.low is not None and seen.low > 0:
        return replace(seen, use="weight", reason="its name, and every value is above zero")
    if RESPONDENT.search(name) and seen.distinct > seen.rows / 3 and not seen.dates:
        return replace(seen, use="respondent", reason="its name, and values that differ from row to row")
    if DATE.search(name) and seen.dates and not BIRTH.search(name):
        return replace(seen, use="date", reason="its name, and values that are dates")
    return _scored(seen, decimal) or _told(seen)


def _scored(seen: Profile, decimal: str) -> Profile | None:
    """A column with a scale: of numbers, or of words that stand for numbers."""
    name = seen.plain
    if RECOMMEND.search(name) and seen.whole and _from_0_to_10(seen):
        found = replace(seen, use="outcome", kind="nps", reason="its name, and values from 0 to 10")
        return _beside(found, (0, 10))
    if labelled := _labelled(seen):
        return labelled
    if scale := _scale_of(seen):
        low, high, step = scale
        found = replace(seen, use="rating", kind="rating", step=step, reason=f"values from {low} to {high}")
        return _turned(_beside(found, (low, high)))
    return None


def _from_0_to_10(seen: Profile) -> bool:
    """Answers from 0 to 10, one of the best two among them; other values only as the usual codes beside many."""
    answers = [value for value in seen.values if 0 <= value <= 10]
    codes = {11, *ABSENT, *(float(code) for code in seen.gone if re.fullmatch(r"-?\d+", code))}
    told = len(answers) == len(seen.values) or len(answers) >= 6
    return told and answers[-1:] >= [9] and set(seen.values) - set(answers) <= codes


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
