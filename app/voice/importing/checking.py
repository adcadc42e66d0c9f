"""A table under a map: the responses that it would give, and every cell that stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.voice.importing import judging
from app.voice.importing.cells import canonical
from app.voice.importing.finding import CommentColumn, Found, find
from app.voice.importing.limits import counted
from app.voice.importing.maps import SurveyMap
from app.voice.importing.packing import MISSING, pack
from app.voice.importing.problems import Problems
from app.voice.importing.responses import Checked, Comment, OutcomeValues, Touched
from app.voice.importing.table import Column, Table

NOBODY = "names no respondent"


def apply(
    table: Table,
    survey_map: SurveyMap,
    code_tables: Mapping[str, Table] | None = None,
    *,
    set_aside: bool = False,
) -> Checked:
    """What importing the table under the map would give; nothing is stored.

    Rows of one respondent are one response: for each question the first row that answers counts, and a
    later row that answers otherwise is a problem. A cell with a problem is treated as missing; unless
    `set_aside` says that the person wants that, `Checked.acceptable` is false while there is one.
    `code_tables` holds the map's code lists by their names in it, read like any other file. Raises
    WrongMap when the file does not have the columns that the map names.
    """
    return _Check(table, survey_map, find(survey_map, table, code_tables or {})).checked(set_aside)


@dataclass
class _Rows:
    """Which response each row belongs to; responses stand in the order of their first rows."""

    group: NDArray[np.int64]
    first: NDArray[np.int64]

    @property
    def n(self) -> int:
        return len(self.first)


def _grouped(column: Column | None, n: int) -> tuple[_Rows, judging.Bad]:
    """Rows by respondent; a row that names nobody stands for itself, as all do without such a column."""
    rows = np.arange(n, dtype=np.int64)
    if column is None:
        return _Rows(rows, rows), {}
    blank = {code: NOBODY for code, text in enumerate(column.texts) if not text.strip()}
    people: dict[str, int] = {}
    number = np.array([people.setdefault(text.strip(), len(people)) for text in column.texts], dtype=np.int64)
    key = number[column.codes]
    nobody = np.isin(column.codes, list(blank)) if blank else np.zeros(n, dtype=bool)
    key[nobody] = len(people) + rows[nobody]
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return _Rows(place[group], first[order]), blank


class _Check:
    def __init__(self, table: Table, survey_map: SurveyMap, found: Found) -> None:
        self.table, self.map, self.found = table, survey_map, found
        self.problems = Problems(table)
        self.notes: list[str] = []
        self.rows, nobody = _grouped(found.respondent, len(table))
        if found.respondent is not None:
            self.problems.texts(found.respondent, nobody)

    def checked(self, set_aside: bool) -> Checked:
        touchpoints = [self._touchpoint(place, column) for place, column in enumerate(self.found.touchpoints)]
        scales = tuple(part.range for part in self.map.touchpoints)
        indices = np.empty((self.rows.n, len(touchpoints)), dtype=np.int32)
        for place, touched in enumerate(touchpoints):
            indices[:, place] = touched.indices
        return Checked(
            rows=len(self.table),
            outcomes=[self._outcome(place, column) for place, column in enumerate(self.found.outcomes)],
            weights=self._weights(),
            dates=self._dates(),
            period=self.map.period,
            keys=self._keys(),
            accounts=self._labels(self.found.account, {}, [""]),
            segments={name: self._segment(name, column) for name, column in self.found.segments.items()},
            touchpoints=touchpoints,
            scales=scales,
            ratings=pack(indices, scales),
            comments=self._comments(),
            first_rows=self.table.numbers[self.rows.first],
            problems=self.problems,
            set_aside=self.problems.total if set_aside else 0,
            notes=self.notes,
        )

    def _settle(self, column: Column, per_text: NDArray[Any], absent: NDArray[np.bool_], strict: bool = True) -> Any:
        """For each response the row whose answer counts, else -1; later rows that differ are problems."""
        values, gone = per_text[column.codes], absent[column.codes]
        rows = np.flatnonzero(~gone)
        chosen = np.full(self.rows.n, -1, dtype=np.int64)
        chosen[self.rows.group[rows[::-1]]] = rows[::-1]
        if strict and self.rows.n < len(self.table):
            first = chosen[self.rows.group[rows]]
            other = values[rows] != values[first]
            if other.any():
                self.problems.contradictions(column, rows[other], first[other])
        return chosen

    def _spread(self, column: Column, per_text: NDArray[Any], absent: NDArray[np.bool_], default: Any) -> Any:
        chosen = self._settle(column, per_text, absent)
        return np.where(chosen >= 0, per_text[column.codes[chosen]], default)

    def _touchpoint(self, place: int, column: Column) -> Touched:
        part = self.map.touchpoints[place]
        found, bad = judging.indices(column, part.range, part.missing, part.not_applicable, self.map.decimal)
        self.problems.texts(column, bad)
        per_text = np.array(found, dtype=np.int32)
        return Touched(part.name, part.range, self._spread(column, per_text, per_text == MISSING, MISSING))

    def _outcome(self, place: int, column: Column) -> OutcomeValues:
        part = self.map.outcomes[place]
        found, bad = judging.values(column, part, self.map.decimal)
        self.problems.texts(column, bad)
        per_text = np.array(found, dtype=np.float64)
        return OutcomeValues(part.name, part.kind, self._spread(column, per_text, np.isnan(per_text), np.nan))

    def _weights(self) -> NDArray[np.float64] | None:
        column = self.found.weight
        if column is None:
            return None
        found, bad = judging.weights(column, self.map.decimal)
        self.problems.texts(column, bad)
        per_text = np.array(found, dtype=np.float64)
        weights: NDArray[np.float64] = self._spread(column, per_text, np.isnan(per_text), np.nan)
        return weights

    def _dates(self) -> list[date | None] | None:
        """The first day that a respondent's rows name; several days are no contradiction, only noted."""
        column = self.found.date
        if column is None:
            return None
        found, bad = judging.days(column, self.map.date_order)
        self.problems.texts(column, bad)
        ordinals = np.array([day.toordinal() if day else 0 for day in found], dtype=np.int64)
        chosen = self._settle(column, ordinals, ordinals == 0, strict=False)
        days = ordinals[column.codes]
        differ = (days > 0) & (days != days[chosen[self.rows.group]])
        if several := len(np.unique(self.rows.group[differ])):
            self.notes.append(f"{counted(several, 'respondent')} with rows of several days; the first row's counts.")
        return [found[column.codes[row]] if row >= 0 else None for row in chosen]

    def _keys(self) -> list[str]:
        column = self.found.respondent
        keys = [column[row].strip() if column else "" for row in self.rows.first]
        return [key or f"row {self.table.numbers[row]}" for key, row in zip(keys, self.rows.first, strict=True)]

    def _labels(self, column: Column | None, names: dict[str, str], missing: Sequence[str]) -> list[str | None]:
        if column is None:
            return [None] * self.rows.n
        found = judging.labels(column, names, missing)
        numbers: dict[str, int] = {}
        per_text = np.array([-1 if one is None else numbers.setdefault(one, len(numbers)) for one in found])
        chosen = self._settle(column, per_text, per_text < 0)
        return [found[column.codes[row]] if row >= 0 else None for row in chosen]

    def _segment(self, name: str, column: Column) -> list[str | None]:
        """The part in the purchase is a segment that the map names apart."""
        part = self.map.segments.get(name)
        return self._labels(column, part.labels if part else {}, part.missing if part else [""])

    def _comments(self) -> list[tuple[int, Comment]]:
        told = [one for part in self.found.comments for one in self._told(part)]
        return sorted(told, key=lambda one: (one[0], one[1].row))

    def _told(self, part: CommentColumn) -> list[tuple[int, Comment]]:
        """Comments of one column, each with its response; codes that the list lacks are kept and noted."""
        column = part.column
        said = [canonical(text) for text in column.texts]
        present = np.array([text not in part.missing for text in said], dtype=bool)
        rows = np.flatnonzero(present[column.codes])
        told = [self._comment(part, said, int(row)) for row in rows]
        if part.codes is not None:
            self._note_unlisted(column, {code for code, text in enumerate(said) if text not in part.codes}, rows)
        return told

    def _comment(self, part: CommentColumn, said: list[str], row: int) -> tuple[int, Comment]:
        column, number = part.column, int(self.table.numbers[row])
        text = column[row].strip()
        if part.codes is None:
            return int(self.rows.group[row]), Comment(column.name, text, None, "", number)
        known = part.codes.get(said[column.codes[row]])
        words = (known.label, known.theme) if known else ("", "")
        return int(self.rows.group[row]), Comment(column.name, words[0], text, words[1], number)

    def _note_unlisted(self, column: Column, unlisted: set[int], rows: NDArray[np.int64]) -> None:
        counts = np.bincount(column.codes[rows], minlength=len(column.texts))
        for code in sorted(unlisted):
            if counts[code]:
                self.notes.append(
                    f"{column.name}: the code {column.texts[code]} is not in the code list"
                    f" ({counted(int(counts[code]), 'cell')})."
                )
