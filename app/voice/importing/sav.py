"""SPSS files: answers as their codes, and beside them the wordings, the words for codes and the missing codes."""

from array import array
from pathlib import Path
from typing import Any

import numpy as np
import pyreadstat

from app.voice.importing import limits
from app.voice.importing.gathering import BadText, Gathered, Texts
from app.voice.importing.limits import Unreadable, counted
from app.voice.importing.workbook import text_of

DAMAGED = "The SPSS file is damaged: its variables cannot be read."
MOST_LABELS = 1_000


def read_sav(path: Path) -> tuple[dict[str, Any], Gathered]:
    """What the file says of each column, and the rows, numbered as SPSS numbers its cases."""
    try:
        _, meta = pyreadstat.read_sav(str(path), metadataonly=True, output_format="dict")
        refuse_size(meta.number_rows or 0, len(meta.column_names))
        found, meta = pyreadstat.read_sav(str(path), output_format="dict", user_missing=True, row_limit=limits.ROWS + 1)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError, OverflowError):
        raise Unreadable(DAMAGED) from None
    names = list(meta.column_names)
    rows = len(found[names[0]]) if names else 0
    refuse_size(rows, len(names))
    if not rows:
        raise Unreadable("The file has variables but no cases.")
    gathered = Gathered(names, 0)
    gathered.numbers = array("I", range(1, rows + 1))
    for place, name in enumerate(names):
        try:
            gathered.texts[place], gathered.codes[place] = texts_of(found.pop(name))
        except BadText as bad:
            raise Unreadable(f"Column {gathered.label(place)}: {bad.why}.") from None
    return {own: said for name, own in zip(names, gathered.names, strict=True) if (said := about(meta, name))}, gathered


def refuse_size(rows: int, columns: int) -> None:
    if rows > limits.ROWS:
        raise Unreadable(f"The file has more than {limits.ROWS:,} rows, which is the most for one import.")
    if columns > limits.COLUMNS:
        raise Unreadable(f"The file has {columns:,} columns; at most {limits.COLUMNS:,} can be imported.")
    if rows * columns > limits.CELLS:
        raise Unreadable(f"The file has more than {counted(limits.CELLS, 'cell')}, which is the most for one import.")


def texts_of(values: Any) -> "tuple[Texts, array[int]]":
    """A variable as distinct texts and codes; what SPSS itself has as missing is empty."""
    texts = Texts()
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        distinct, codes = np.unique(values, return_inverse=True)
        numbers = np.array([texts["" if np.isnan(value) else text_of(float(value))] for value in distinct])
        return texts, array("I", numbers[codes].astype(np.uint32).tobytes())
    return texts, array("I", (texts[one(value)] for value in values))


def one(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, str):
        return value.rstrip()
    return text_of(value.item() if isinstance(value, np.generic) else value)


def about(meta: Any, name: str) -> dict[str, Any]:
    """The wording, the words for codes, and the codes that the file itself calls missing."""
    question = meta.column_names_to_labels.get(name) or ""
    told = meta.variable_value_labels.get(name) or {}
    labels = {one(code): str(label).strip() for code, label in list(told.items())[:MOST_LABELS]}
    ranges = meta.missing_ranges.get(name) or []
    missing = [text for part in ranges for text in codes_in(part["lo"], part["hi"], told)]
    if not (question or labels or missing):
        return {}
    return {"question": question[:2_000], "labels": labels, "missing": list(dict.fromkeys(missing))}


def codes_in(low: Any, high: Any, labels: Any) -> list[str]:
    """A missing code, or of a range the codes that have words and its ends."""
    if low == high or isinstance(low, str):
        return [one(low)]
    inside = [code for code in labels if not isinstance(code, str) and low <= code <= high]
    return [one(code) for code in (*inside, low, high) if np.isfinite(code) and abs(code) < 1e15]
