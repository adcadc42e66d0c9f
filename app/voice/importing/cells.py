"""What one cell says: the same text, number or day, however it is written."""

import math
import re
from datetime import date, datetime
from typing import Literal

DateOrder = Literal["day first", "month first"]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T ].*)?", re.ASCII | re.DOTALL)
SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})([T ,].*)?", re.ASCII | re.DOTALL)


def number(text: str, decimal: str = ".") -> float | None:
    """The number that the text is, else None; 1e999 is infinite, which callers have to refuse."""
    text = text.strip()
    if decimal == ",":
        text = text.replace(",", ".") if "." not in text else ""
    return float(text) if NUMBER.fullmatch(text) else None


def canonical(text: str, decimal: str = ".") -> str:
    """Equal for cells that say the same: blanks around and case do not count, and 5, 5.0 and +5 are one."""
    value = number(text, decimal)
    if value is None or not math.isfinite(value):
        return text.strip().casefold()
    return plain_number(value)


def plain_number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def day(text: str, order: DateOrder | None) -> date | None:
    """The day that the text names, else None: ISO, or day and month in the given order.

    Without an order only what can be read in one way is a day: 28/06/2021 and 05/05/2021, not 03/10/2021.
    """
    text = text.strip()
    if ISO.fullmatch(text):
        return _iso(text)
    found = SLASHED.fullmatch(text)
    if not found:
        return None
    first, second, year = (int(found[place]) for place in (1, 2, 3))
    day_first, month_first = _date(year, second, first), _date(year, first, second)
    if order is not None:
        return day_first if order == "day first" else month_first
    readings = {reading for reading in (day_first, month_first) if reading}
    return readings.pop() if len(readings) == 1 else None


def _iso(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _date(year: int, month: int, day_of_month: int) -> date | None:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def date_order(texts: list[str]) -> DateOrder | None:
    """Which of day and month comes first, where the column itself proves it by a number above 12."""
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := SLASHED.fullmatch(text.strip()))]
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    if day_first == month_first:
        return None
    return "day first" if day_first else "month first"
