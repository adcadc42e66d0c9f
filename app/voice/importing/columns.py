"""What stands in a column: how many rows say what, as numbers for a guess and as bars for a person."""

import re
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from app.voice.importing.cells import canonical, date_order, day, number, plain_number
from app.voice.importing.table import About, Column, plain
from app.voice.importing.words import is_absent, is_elsewhere

ABSENT = (-9, -1, 97, 98, 99, 999)
MOST = 1_000
TOP = 20


@dataclass(frozen=True)
class Bar:
    """How many rows say one thing. `kind` is answer, missing, elsewhere (not applicable) or rest (all other texts)."""

    label: str
    n: int
    kind: str = "answer"


@dataclass(frozen=True)
class Profile:
    """A column's distribution, and what it seems to be used for.

    `use` is respondent, account, date, weight, outcome, touchpoint, segment, comment, score, theme or nothing, with the
    `reason`; the rest is what a survey map would say of it. `top` has the most frequent texts with their rows. `words`
    are texts that are no numbers and `values` the distinct numbers, of the first thousand texts at most. `drawn` says
    how `bars` are drawn: scale, words, spread (of numbers), days, texts or empty. `hint` is a question to the person,
    `called` the name that is proposed for what it holds.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    top: list[tuple[str, int]]
    values: list[float]
    words: list[str]
    whole: bool
    low: float | None
    high: float | None
    dates: bool
    mean_length: float
    question: str = ""
    called: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    days: tuple[date, date] | None = None
    day_order: str = ""
    use: str = ""
    reason: str = ""
    hint: str = ""
    kind: str = ""
    scale: tuple[float, float] | None = None
    step: float = 1.0
    labels: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    drawn: str = ""
    bars: tuple[Bar, ...] = ()

    @property
    def plain(self) -> str:
        """Its name and wording, for words to be looked for in."""
        return plain(f"{self.name} {self.question}").replace("_", " ")

    @property
    def stem(self) -> str:
        """The number of the question, which a battery of ratings shares: q7 of Q7FOOD."""
        found = re.match(r"[a-z]*\d+", plain(self.name).replace("_", " "))
        return found[0] if found else plain(self.name).replace("_", " ")


def profile(column: Column, rows: int, about: About | None = None, decimal: str = ".") -> Profile:
    counts = column.counts()
    filled = [code for code, text in enumerate(column.texts) if text.strip() and counts[code]]
    few = filled if len(filled) <= MOST else filled[:MOST]
    texts = [column.texts[code].strip() for code in few]
    numbers = {text: value for text in texts if (value := number(text, decimal)) is not None}
    words = [text for text in texts if text not in numbers]
    order = date_order(texts)
    days = [one for text in texts if (one := day(text, order) or day(text, "day first"))]
    lengths = sum(len(column.texts[code]) * int(counts[code]) for code in filled)
    n = int(counts[filled].sum())
    dates = bool(texts) and len(days) >= 0.9 * len(texts)
    return Profile(
        name=column.name,
        rows=rows,
        filled=n,
        distinct=len(filled),
        top=_top(column, counts),
        values=sorted(set(numbers.values())),
        words=words,
        whole=bool(numbers)
        and len(filled) <= MOST
        and all(value.is_integer() for value in numbers.values())
        and all(is_absent(word) or is_elsewhere(word) for word in words),
        low=min(numbers.values()) if numbers and not words else None,
        high=max(numbers.values()) if numbers else None,
        dates=dates,
        mean_length=lengths / n if n else 0.0,
        question=about.question if about else "",
        codes=dict(about.labels) if about else {},
        gone=about.missing if about else (),
        days=(min(days), max(days)) if dates else None,
        day_order=order or ("" if _iso_only(texts) else "unknown") if dates else "",
    )


def _iso_only(texts: list[str]) -> bool:
    return all(day(text, None) for text in texts)


def _top(column: Column, counts: np.ndarray) -> list[tuple[str, int]]:
    """The most frequent texts, ties in the order of the file."""
    there = np.flatnonzero(counts)
    order = there[np.lexsort((there, -counts[there]))][:TOP]
    return [(column.texts[int(code)], int(counts[code])) for code in order]


def drawn(seen: Profile, column: Column, decimal: str = ".") -> tuple[str, tuple[Bar, ...]]:
    """How a column's distribution is drawn, and its bars."""
    counts = column.counts()
    if not seen.filled:
        return "empty", ()
    if seen.scale:
        return "scale", _on_scale(seen, column, counts, decimal)
    if seen.dates and seen.use == "date":
        return "days", _by_month(column, counts)
    numbers = len(seen.values) > 12 and len(seen.words) <= 3 and seen.use not in ("segment", "respondent")
    own = seen.distinct > 12 and seen.distinct > 0.4 * seen.filled
    if seen.use in ("comment", "respondent") or seen.mean_length > 40 or (own and not numbers):
        return "texts", tuple(Bar(text[:160], n) for text, n in seen.top if text.strip())[:3]
    if numbers:
        return "spread", _spread(column, counts, decimal)
    return "words", _commonest(seen)


def _commonest(seen: Profile, most: int = 5) -> tuple[Bar, ...]:
    shown = [Bar(_with_words(text, seen), n, "answer" if text.strip() else "missing") for text, n in seen.top]
    numeric = len(shown) <= most and not seen.words
    if numeric:
        shown.sort(key=lambda bar: (bar.kind == "missing", number(bar.label.split(" ")[0]) or 0))
    rest = seen.rows - sum(bar.n for bar in shown[:most])
    more = seen.distinct + (seen.rows > seen.filled) - len(shown[:most])
    return (*shown[:most], *([Bar(f"{more:,} more", rest, "rest")] if rest and more > 0 else []))


def _with_words(text: str, seen: Profile) -> str:
    words = seen.codes.get(canonical(text))
    return (f"{text} {words}" if words else text.strip() or "empty")[:60]


def _on_scale(seen: Profile, column: Column, counts: np.ndarray, decimal: str) -> tuple[Bar, ...]:
    """Every answer of the scale in its order, also those that nobody gave; then what is no answer."""
    assert seen.scale is not None
    low, high = sorted(seen.scale)
    gone, elsewhere = set(map(canonical, seen.missing)), set(map(canonical, seen.not_applicable))
    named = {canonical(text): value for text, value in seen.labels.items()}
    on: dict[float, int] = {}
    off: dict[tuple[str, str], int] = {}
    for text, n in zip(column.texts, counts.tolist(), strict=True):
        said = canonical(text, decimal)
        value = named.get(said, number(text, decimal))
        kind = "missing" if said in gone or not said else "elsewhere" if said in elsewhere else "rest"
        if kind == "rest" and value is not None and low <= value <= high:
            on[value] = on.get(value, 0) + n
        elif n:
            key = (text.strip() or "empty", kind)
            off[key] = off.get(key, 0) + n
    places = round((high - low) / seen.step) + 1
    every = [low + seen.step * place for place in range(places)] if places <= 21 else sorted(on)
    bars = [Bar(plain_number(value), on.get(value, 0)) for value in every]
    if len(bars) > 21:
        bars = _binned(np.array(list(on)), np.array(list(on.values())), low, high)
    beside = sorted(off.items(), key=lambda one: -one[1])
    return (*bars, *(Bar(text[:30], n, kind) for (text, kind), n in beside[:4]))


def _binned(values: np.ndarray, counts: np.ndarray, low: float, high: float, bins: int = 12) -> list[Bar]:
    heights, edges = np.histogram(values, bins=bins, range=(low, high if high > low else low + 1), weights=counts)
    return [Bar(f"{edges[at]:,.6g} to {edges[at + 1]:,.6g}", int(n)) for at, n in enumerate(heights)]


def _spread(column: Column, counts: np.ndarray, decimal: str) -> tuple[Bar, ...]:
    pairs = [
        (value, n)
        for text, n in zip(column.texts, counts.tolist(), strict=True)
        if n and (value := number(text, decimal)) is not None and abs(value) < 1e300
    ]
    if not pairs:
        return ()
    values, heights = np.array([value for value, _ in pairs]), np.array([n for _, n in pairs])
    silent = int(counts.sum()) - int(heights.sum())
    bars = _binned(values, heights, float(values.min()), float(values.max()))
    return (*bars, *([Bar("empty", silent, "missing")] if silent else []))


def _by_month(column: Column, counts: np.ndarray) -> tuple[Bar, ...]:
    """By month, or by year where they are more than two years."""
    order = date_order([text for text in column.texts if text.strip()][:MOST])
    months: dict[str, int] = {}
    silent = 0
    for text, n in zip(column.texts, counts.tolist(), strict=True):
        found = day(text, order) or day(text, "day first")
        if found:
            months[found.isoformat()[:7]] = months.get(found.isoformat()[:7], 0) + n
        else:
            silent += n
    if len(months) > 24:
        years: dict[str, int] = {}
        for month, n in months.items():
            years[month[:4]] = years.get(month[:4], 0) + n
        months = years
    bars = [Bar(month, n) for month, n in sorted(months.items())]
    return (*bars, *([Bar("no date", silent, "missing")] if silent else []))
