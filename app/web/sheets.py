"""Tables as CSV that a spreadsheet cannot be led astray by."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# A cell that begins with one of these would be read as a formula; the full-width forms are read so too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """One line at a time. Text that could be a formula gets an apostrophe before it; numbers stay numbers."""
    yield line(header)
    for row in rows:
        yield line(row)


def line(cells: Sequence[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([cell(value) for value in cells])
    return written.getvalue()


def cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return value
        case datetime() | date():
            return value.isoformat()
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(FORMULA) else text
