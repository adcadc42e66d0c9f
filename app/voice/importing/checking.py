"""A table under a map: the responses that it would give, and every cell that stands in the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.voice.importing import judging
from app.voice.importing.cells import canonical
from app.voice.importing.finding import CommentColumn, Found, ThemeColumn, find, without
from app.voice.importing.limits import counted, quoted
from app.voice.importing.mapfile import WrongMap
from app.voice.importing.maps import SurveyMap
from app.voice.importing.packing import MISSING, pack_into, parts, row_bytes
from app.voice.importing.problems import Problems
from app.voice.importing.responses import Checked, Comment, OutcomeValues, Touched
from app.voice.importing.table import Column, Table

NOBODY = "names no respondent"
UNMARKED = "neither marks the theme nor leaves it unmarked"
THEMES = "themes"
FEW = 5  # of fewer rows nothing is said that would need a pattern
Progress = Callable[[int, int], None]


def nothing(done: int, total: int) -> None:
    """Nobody asks how far it is."""


def _named(text: str, part: ThemeColumn) -> tuple[str, ...]:
    """The themes that a cell names; what leaves it unmarked names none."""
    told = text.split(part.separator) if part.separator else [text]
    names = [" ".join(one.split())[:200] for one in told]
    return tuple(name for name in names if name and canonical(name) not in part.unmarked)


def apply(
    table: Table,
    survey_map: SurveyMap,
    code_tables: Mapping[str, Table] | None = None,
    *,
    set_aside: bool = False,
    today: date | None = None,
    progress: Progress = nothing,
) -> Checked:
    """What importing the table under the map would give; nothing is stored.

    Rows of one respondent are one response: for each question the first row that answers counts, and a
    later row that answers otherwise is a problem. A cell with a problem is treated as missing; unless
    `set_aside` says that the person wants that, `Checked.acceptable` is false while there is one.
    `code_tables` holds the map's code lists by their names in it, read like any other file. `today` is the last
    day on which anybody can have answered; `progress` is told how many columns of how many are done. Raises
    WrongMap when the file does not have the columns that the map names, or they hold nothing that it can mean.
    """
    if today and survey_map.period and survey_map.period[1] > today:
        raise WrongMap([f"The period ends on {survey_map.period[1]}, which lies in the future."])
    kept, notes = without(table, survey_map.leave_out)
    check = _Check(kept, survey_map, find(survey_map, kept, code_tables or {}), today, progress)
    check.notes += notes
    return check.checked(set_aside)


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
    key = same_but_for_blanks(column.texts)[column.codes]
    nobody = np.isin(column.codes, list(blank)) if blank else np.zeros(n, dtype=bool)
    key[nobody] = len(column.texts) + rows[nobody]
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return _Rows(place[group], first[order]), blank


def same_but_for_blanks(texts: list[str]) -> NDArray[np.int64]:
    """A number for each text, the same for texts that differ in blanks around them alone."""
    if all(text == text.strip() for text in texts):
        return np.arange(len(texts), dtype=np.int64)
    known: dict[str, int] = {}
    return np.array([known.setdefault(text.strip(), len(known)) for text in texts], dtype=np.int64)


class _Check:
    def __init__(
        self, table: Table, survey_map: SurveyMap, found: Found, today: date | None, progress: Progress
    ) -> None:
        self.table, self.map, self.found, self.today, self.progress = table, survey_map, found, today, progress
        self.problems = Problems(table)
        self.notes: list[str] = []
        self.sentences: list[str] = []
        self.done = 0
        self.rows, nobody = _grouped(found.respondent, len(table))
        if found.respondent is not None:
            self.problems.texts(found.respondent, nobody)
            self._refuse_one_respondent(found.respondent)

    def _refuse_one_respondent(self, column: Column) -> None:
        if self.rows.n == 1 and len(self.table) >= FEW:
            said = f"all {len(self.table):,} rows name the same one, {quoted(column[0])}"
            self.sentences.append(f"Respondent, column {quoted(column.name)}: {said}, so they would be one response.")

    def _step(self) -> None:
        self.done += 1
        self.progress(self.done, len(self.map.outcomes) + len(self.map.touchpoints) + len(self.found.comments))

    def _look(self, what: str, column: Column, found: NDArray[Any], gone: NDArray[np.bool_], bad: judging.Bad) -> None:
        """What a whole column says of its map: that nothing fits, or that everybody said the same."""
        counts = column.counts()
        said = np.flatnonzero((counts > 0) & ~gone)
        wrong = [code for code in sorted(bad, key=lambda code: -counts[code]) if counts[code]]
        if not len(said) and counts[wrong].sum() >= FEW:
            held = ", ".join(quoted(column.texts[code], 30) for code in wrong[:5])
            why = bad[wrong[0]].removeprefix("is neither ").partition(" nor ")[0]
            self.sentences.append(f"{what}: nothing in column {quoted(column.name)} is {why}; it holds {held}.")
        elif len(said) and counts[said].sum() >= FEW and len(np.unique(found[said])) == 1:
            self.notes.append(f"{what}: every answer is the same ({quoted(column.texts[said[0]], 30)}).")
        self._step()

    def checked(self, set_aside: bool) -> Checked:
        checked = self._all(set_aside)
        if self.sentences:
            raise WrongMap(self.sentences)
        return checked

    def _all(self, set_aside: bool) -> Checked:
        scales = tuple(part.range for part in self.map.touchpoints)
        ratings = np.empty((self.rows.n, row_bytes(scales)), dtype=np.uint8)
        packed = parts(ratings, scales)
        touchpoints = [self._touchpoint(place, packed[place]) for place in range(len(scales))]
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
            ratings=ratings,
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

    def _touchpoint(self, place: int, packed: NDArray[np.uint8]) -> Touched:
        part, column, decimal = self.map.touchpoints[place], self.found.touchpoints[place], self.map.decimal
        found, bad = judging.indices(column, part.range, part.missing, part.not_applicable, decimal, part.labels)
        self.problems.texts(column, bad)
        per_text = np.array(found, dtype=np.int32)
        self._look(f"Touchpoint {quoted(part.name)}", column, per_text, per_text < 0, bad)
        pack_into(packed, self._spread(column, per_text, per_text == MISSING, MISSING))
        return Touched(part.name, part.range, packed)

    def _outcome(self, place: int, column: Column) -> OutcomeValues:
        part = self.map.outcomes[place]
        found, bad = judging.values(column, part, self.map.decimal)
        self.problems.texts(column, bad)
        per_text = np.array(found, dtype=np.float64)
        self._look(f"Outcome {quoted(part.name)}", column, per_text, np.isnan(per_text), bad)
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
        found, bad = judging.days(column, self.map.date_order, self.today)
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
        self.scores: dict[str, NDArray[np.float64]] = {}
        self.themes = self._themes()
        told = [one for part in self.found.comments for one in self._told(part)]
        told += self._wordless({one.row for _, one in told if one.code is None})
        return sorted(told, key=lambda one: (one[0], one[1].row))

    def _themes(self) -> dict[int, tuple[str, ...]]:
        """Of each row that is marked the themes, in the order of the columns."""
        marks: dict[int, list[str]] = {}
        for part in self.found.themes:
            said = [canonical(text) for text in part.column.texts]
            if part.name:
                names: list[tuple[str, ...]] = [(part.name,) if text in part.marked else () for text in said]
                wrong = {code for code, text in enumerate(said) if text not in part.marked | part.unmarked}
                self.problems.texts(part.column, dict.fromkeys(wrong, UNMARKED))
            else:
                names = [_named(text, part) for text in part.column.texts]
            told = np.array([bool(named) for named in names], dtype=bool)
            for row in np.flatnonzero(told[part.column.codes]):
                marks.setdefault(int(row), []).extend(names[part.column.codes[row]])
        return {row: tuple(dict.fromkeys(names)) for row, names in marks.items()}

    def _wordless(self, said: set[int]) -> list[tuple[int, Comment]]:
        """Rows that are marked but say nothing in words: the marks themselves are what was said."""
        found = []
        score = next((part for part in self.found.comments if part.scored), None)
        for row, names in self.themes.items():
            number = int(self.table.numbers[row])
            if number not in said:
                scored = self._score(score, row) if score else None
                told = Comment(THEMES, "; ".join(names), "", "", number, names, scored)
                found.append((int(self.rows.group[row]), told))
        return found

    def _score(self, part: CommentColumn, row: int) -> float | None:
        """How a row's comment speaks of us, on 0 to 100."""
        if part.scored is None or part.score is None:
            return None
        if part.scored.name not in self.scores:
            scale = part.score.range
            found, bad = judging.indices(
                part.scored, scale, part.score.missing, (), self.map.decimal, part.score.labels
            )
            self.problems.texts(part.scored, bad)
            per_text = np.array(found, dtype=np.float64)
            gone = per_text < 0
            self._look("The comments' score", part.scored, per_text, gone, bad)
            self.scores[part.scored.name] = np.where(gone, np.nan, 100 * per_text / (scale.values - 1))
        value = self.scores[part.scored.name][part.scored.codes[row]]
        return None if np.isnan(value) else float(value)

    def _told(self, part: CommentColumn) -> list[tuple[int, Comment]]:
        """Comments of one column, each with its response; codes that the list lacks are kept and noted."""
        column = part.column
        self._step()
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
        place, score = int(self.rows.group[row]), self._score(part, row)
        if part.codes is None:
            return place, Comment(column.name, text, None, "", number, self.themes.get(row, ()), score)
        known = part.codes.get(said[column.codes[row]])
        words = (known.label, known.theme) if known else ("", "")
        themes = (known.theme or known.label,) if known and (known.theme or known.label) else ()
        return place, Comment(column.name, words[0], text, words[1], number, themes, score)

    def _note_unlisted(self, column: Column, unlisted: set[int], rows: NDArray[np.int64]) -> None:
        counts = np.bincount(column.codes[rows], minlength=len(column.texts))
        for code in sorted(unlisted):
            if counts[code]:
                self.notes.append(
                    f"{column.name}: the code {column.texts[code]} is not in the code list"
                    f" ({counted(int(counts[code]), 'cell')})."
                )
