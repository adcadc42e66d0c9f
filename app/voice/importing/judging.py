"""What each distinct text of a column says under the map: judged once, however many rows hold it."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date

from app.voice.importing.cells import DateOrder, canonical, date_order, day, number
from app.voice.importing.maps import Outcome, OutcomeKind
from app.voice.importing.packing import MISSING, NOT_APPLICABLE, Scale
from app.voice.importing.table import Column

Bad = dict[int, str]
CURRENCY = re.compile(r"^[$€£¥₹]|[$€£¥₹]$|^[A-Z]{3}\b|\b[A-Z]{3}$")
GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}([,' \u00a0\u202f]\d{3})+(\.\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}([.' \u00a0\u202f]\d{3})+(,\d+)?"),
}
THOUSANDS = {".": re.compile(r"[,' \u00a0\u202f]"), ",": re.compile(r"[.' \u00a0\u202f]")}


def _canonical(cells: Collection[str], decimal: str) -> frozenset[str]:
    return frozenset(canonical(cell, decimal) for cell in cells)


def indices(
    column: Column,
    scale: Scale,
    missing: Collection[str],
    not_applicable: Collection[str],
    decimal: str,
    labels: Mapping[str, float] | None = None,
) -> tuple[list[int], Bad]:
    """Of each distinct text its index on the scale, NOT_APPLICABLE or MISSING, and which are none of these.

    What the map names as missing or not applicable is so even if it lies on the scale; what it labels comes next.
    """
    gone, elsewhere = _canonical(missing, decimal), _canonical(not_applicable, decimal)
    named = {canonical(label, decimal): value for label, value in (labels or {}).items()}
    found: list[int] = []
    bad: Bad = {}
    for code, text in enumerate(column.texts):
        said = canonical(text, decimal)
        value = named[said] if said in named else number(text, decimal)
        index = scale.index(value) if value is not None and math.isfinite(value) else None
        if said in gone or said in elsewhere:
            index = MISSING if said in gone else NOT_APPLICABLE
        elif index is None:
            bad[code] = _off_scale(scale)
        found.append(MISSING if index is None else index)
    return found, bad


def _off_scale(scale: Scale) -> str:
    ends = f"{scale.worst:g} to {scale.best:g}"
    return f"is neither on the scale from {ends} nor named as missing or not applicable"


def values(column: Column, outcome: Outcome, decimal: str) -> tuple[list[float], Bad]:
    """Of each distinct text the outcome's value, NaN where there is none; higher is better on every scale."""
    if scale := outcome.range:
        found, bad = indices(column, scale, outcome.missing, (), decimal, outcome.labels)
        return [math.nan if index < 0 else scale.low + index * scale.step for index in found], bad
    read = _yes_or_no(outcome, decimal) if outcome.kind is OutcomeKind.YESNO else _amount(decimal)
    gone = _canonical(outcome.missing, decimal)
    return _each(column, lambda text: math.nan if canonical(text, decimal) in gone else read(text))


def _yes_or_no(outcome: Outcome, decimal: str) -> Callable[[str], float | str]:
    yes, no = _canonical(outcome.yes, decimal), _canonical(outcome.no, decimal)

    def read(text: str) -> float | str:
        said = canonical(text, decimal)
        return 1.0 if said in yes else 0.0 if said in no else "is neither yes nor no nor named as missing"

    return read


def _amount(decimal: str) -> Callable[[str], float | str]:
    def read(text: str) -> float | str:
        value = number(bare_amount(text, decimal), decimal)
        return value if value is not None and math.isfinite(value) else "is not a number"

    return read


def bare_amount(text: str, decimal: str) -> str:
    """An amount without its currency and the signs between its thousands: "$ 1,234.50" is 1234.50."""
    bare = CURRENCY.sub("", text.strip()).strip()
    return THOUSANDS[decimal].sub("", bare) if GROUPED[decimal].fullmatch(bare) else bare


def weights(column: Column, decimal: str) -> tuple[list[float], Bad]:
    def read(text: str) -> float | str:
        value = number(text, decimal)
        if value is None or not math.isfinite(value):
            return "is not a number, and a weight has to be one"
        return value if value > 0 else "is not above zero, and a weight has to be"

    return _each(column, read)


def _each(column: Column, read: Callable[[str], float | str]) -> tuple[list[float], Bad]:
    found: list[float] = []
    bad: Bad = {}
    for code, text in enumerate(column.texts):
        value = read(text)
        if isinstance(value, str):
            bad[code] = value
        found.append(math.nan if isinstance(value, str) else value)
    return found, bad


def days(column: Column, said: DateOrder | None, latest: date | None = None) -> tuple[list[date | None], Bad]:
    """Of each distinct text its day; day and month in the order that was said or that the column proves.

    Nobody can have answered after `latest`: a later day is a mistake, and is treated as none.
    """
    order = said or date_order(column.texts)
    found = [day(text, order) for text in column.texts]
    bad: Bad = {}
    for code, text in enumerate(column.texts):
        if found[code] is None:
            unclear = order is None and (day(text, "day first") or day(text, "month first"))
            bad[code] = "could be two days: say which of day and month comes first" if unclear else "is not a date"
        elif latest and found[code] > latest:  # type: ignore[operator]
            bad[code], found[code] = "lies in the future", None
    return found, bad


def labels(column: Column, names: dict[str, str], missing: Collection[str]) -> list[str | None]:
    """Of each distinct text its label: the one the map gives to the code, else the text itself."""
    gone = _canonical(missing, ".") | {""}
    named = {canonical(code): label for code, label in names.items()}
    first: dict[str, str] = {}
    found: list[str | None] = []
    for text in column.texts:
        said = canonical(text)
        label = named.get(said) or first.setdefault(said, text.strip())
        found.append(None if said in gone else label)
    return found
