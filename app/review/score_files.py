"""Scores out of a file, for `review calibrate`: one row a score, three columns that are named; and the answer."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from app.errors import Trouble
from app.review.calibration import Calibration, Row
from app.voice.importing.cells import number
from app.voice.importing.limits import Unreadable, quoted
from app.voice.importing.reading import read_table
from app.voice.importing.table import Column, Table, plain

NO_SCORE = frozenset({"", "na", "n/a", "n.a.", "nan", "null", "none", "-", "–", "."})
SHOWN = 20  # columns named in a sentence


@dataclass(frozen=True)
class Scores:
    rows: list[Row[str, str]]
    without: int  # rows without a score
    again: int  # scores of an item by a reviewer who had scored it already


def scores_in(file: Path, item: str, reviewer: str, score: str) -> Scores:
    """Raises Trouble, in one sentence, with what the user has to mend."""
    if len({plain(name) for name in (item, reviewer, score)}) < 3:
        raise Trouble("Name three different columns: the item, the reviewer and the score.")
    try:
        table = read_table(file)
    except Unreadable as error:
        raise Trouble(error.sentence) from error
    columns = [column_of(table, name) for name in (item, reviewer, score)]
    rows = list(read(table, columns))
    if not rows:
        raise Trouble(f"The column {quoted(columns[2].name)} holds no score.")
    pairs = Counter((row[0], row[1]) for row in rows)
    return Scores(rows, len(table) - len(rows), len(rows) - len(pairs))


def column_of(table: Table, name: str) -> Column:
    found = [column for column in table.columns if plain(column.name) == plain(name)]
    if not found:
        there = ", ".join(quoted(column) for column in table.header[:SHOWN])
        more = f" and {len(table.header) - SHOWN} more" if len(table.header) > SHOWN else ""
        raise Trouble(f"The file has no column {quoted(name)}; it has {there}{more}.")
    if len(found) > 1:
        raise Trouble(f"The file has {len(found)} columns named {quoted(name)}: rename all but one.")
    return found[0]


def read(table: Table, columns: list[Column]) -> Iterator[Row[str, str]]:
    scores = columns[2]
    values = values_of(scores.texts)
    for row, code in enumerate(scores.codes.tolist()):
        text = scores.texts[code].strip()
        if text.casefold() in NO_SCORE:
            continue
        where = f"Row {int(table.numbers[row])}"
        value = values[code]
        if value is None or not isfinite(value):
            raise Trouble(f"{where}, column {quoted(scores.name)}: {quoted(text)} is not a number.")
        of, by = (" ".join(column[row].split()) for column in columns[:2])
        if not of or not by:
            missing = columns[0 if not of else 1].name
            raise Trouble(f"{where} has a score, and nothing in the column {quoted(missing)}.")
        yield of, by, value


def values_of(texts: list[str]) -> list[float | None]:
    """As numbers; with a decimal comma where the cells can be read in no other way."""
    said = [text for text in texts if text.strip().casefold() not in NO_SCORE]
    readable = {mark: sum(number(text, mark) is not None for text in said) for mark in (".", ",")}
    mark = "," if readable[","] == len(said) > readable["."] else "."
    return [number(text, mark) for text in texts]


def as_json(found: Calibration[str, str]) -> dict[str, Any]:
    return {
        "n": found.n,
        "overall": found.overall,
        "variances": {
            "item": found.item_variance,
            "reviewer": found.reviewer_variance,
            "noise": found.noise_variance,
        },
        "connected": found.connected,
        "parts": found.parts,
        "doubts": [doubt.value for doubt in found.doubts],
        "items": [asdict(one) for one in found.items],
        "reviewers": [asdict(one) for one in found.reviewers],
    }
