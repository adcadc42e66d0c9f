"""A map against a file: which column is meant where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.voice.importing.cells import canonical
from app.voice.importing.limits import counted, quoted
from app.voice.importing.mapfile import WrongMap, unknown_column
from app.voice.importing.maps import PART, Comments, Score, SurveyMap, Themes
from app.voice.importing.reading import read_table
from app.voice.importing.table import Column, Table, plain


@dataclass(frozen=True)
class Code:
    label: str
    theme: str


CodeList = dict[str, Code]


@dataclass(frozen=True)
class CommentColumn:
    column: Column
    missing: frozenset[str]
    codes: CodeList | None
    scored: Column | None = None
    score: Score | None = None


@dataclass(frozen=True)
class ThemeColumn:
    """A column that marks the theme `name`, or, where that is empty, one whose text names it."""

    column: Column
    name: str
    marked: frozenset[str]
    unmarked: frozenset[str]
    separator: str


@dataclass(frozen=True)
class Found:
    """The columns that a map names, in the map's order; None where it names none."""

    respondent: Column | None
    date: Column | None
    weight: Column | None
    account: Column | None
    outcomes: list[Column]
    touchpoints: list[Column]
    segments: dict[str, Column]
    comments: list[CommentColumn]
    themes: list[ThemeColumn]


class _Finder:
    def __init__(self, table: Table) -> None:
        self.by_name = {plain(column.name): column for column in table.columns}
        self.header = table.header
        self.sentences: list[str] = []

    def find(self, aliases: Sequence[str] | None, used_for: str) -> Column | None:
        if aliases is None:
            return None
        there = [column for alias in dict.fromkeys(map(plain, aliases)) if (column := self.by_name.get(alias))]
        if not there:
            self.sentences.append(unknown_column(aliases, self.header, used_for))
        elif len(there) > 1:
            names = " and ".join(quoted(column.name) for column in there)
            self.sentences.append(f"{used_for}: the file has both {names}; name the one that is meant.")
        return there[0] if there else None


def find(survey_map: SurveyMap, table: Table, code_tables: Mapping[str, Table]) -> Found:
    """Every column that the map names. Raises WrongMap with a sentence for each that is not there.

    `code_tables` holds the code lists of the map by their names in it, read like any other file.
    """
    finder = _Finder(table)
    outcomes = [finder.find(part.column, f"Outcome {quoted(part.name)}") for part in survey_map.outcomes]
    touchpoints = [finder.find(part.column, f"Touchpoint {quoted(part.name)}") for part in survey_map.touchpoints]
    segments = {name: finder.find(part.column, f"Segment {quoted(name)}") for name, part in survey_map.segments.items()}
    if survey_map.part:
        segments[PART] = finder.find(survey_map.part, PART)
    single = {
        name: finder.find(getattr(survey_map, name), name.capitalize())
        for name in ("respondent", "date", "weight", "account")
    }
    comments = [found for part in survey_map.comments for found in _comments(finder, part, code_tables)]
    themes = [found for theme in survey_map.themes for found in _themes(finder, theme)]
    _refuse_twice(finder, touchpoints)
    if finder.sentences:
        raise WrongMap(finder.sentences)
    return Found(
        **single,
        outcomes=[column for column in outcomes if column],
        touchpoints=[column for column in touchpoints if column],
        segments={name: column for name, column in segments.items() if column},
        comments=comments,
        themes=themes,
    )


def without(table: Table, leave_out: Mapping[str, Sequence[str]]) -> tuple[Table, list[str]]:
    """The table without the rows that the map leaves out (totals, test answers), and how many they are in words."""
    kept, notes = np.ones(len(table), dtype=bool), []
    finder = _Finder(table)
    for name, cells in leave_out.items():
        column = finder.find([name], "Rows to leave out")
        if column is None:
            continue
        wanted = frozenset(map(canonical, cells))
        gone = np.array([canonical(text) in wanted for text in column.texts], dtype=bool)[column.codes]
        said = " or ".join(map(quoted, cells))
        notes.append(f"{counted(int(gone.sum()), 'row')} left out: {quoted(column.name)} is {said}.")
        kept &= ~gone
    if finder.sentences:
        raise WrongMap(finder.sentences)
    if kept.all():
        return table, notes
    columns = [replace(column, codes=column.codes[kept]) for column in table.columns]
    return replace(table, columns=columns, numbers=table.numbers[kept]), notes


def _refuse_twice(finder: _Finder, columns: list[Column | None]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column and column.name in seen:
            finder.sentences.append(f"Two touchpoints are read from the same column {quoted(column.name)}.")
        if column:
            seen.add(column.name)


def _comments(finder: _Finder, part: Comments, code_tables: Mapping[str, Table]) -> list[CommentColumn]:
    missing = frozenset(map(canonical, part.missing)) | {""}
    codes = None
    if part.codes is not None and part.codes not in code_tables:
        finder.sentences.append(f"Comments: the code list {quoted(part.codes)} is not there.")
    elif part.codes is not None:
        codes = code_list(code_tables[part.codes], part.codes, part.question)
    columns = [finder.find(aliases, "Comments") for aliases in part.all_columns]
    scored = finder.find(part.score.column, "The comments' score") if part.score else None
    return [CommentColumn(column, missing, codes, scored, part.score) for column in columns if column]


def _themes(finder: _Finder, part: Themes) -> list[ThemeColumn]:
    marked, unmarked = frozenset(map(canonical, part.marked)), frozenset(map(canonical, part.unmarked)) | {""}
    columns = [finder.find(aliases, f"Theme {quoted(part.name or aliases[0])}") for aliases in part.all_columns]

    def name(column: Column) -> str:
        return "" if part.each == "text" else part.name or column.name

    return [ThemeColumn(column, name(column), marked, unmarked, part.separator) for column in columns if column]


def code_tables(survey_map: SurveyMap, places: Sequence[Path] | Mapping[str, Path]) -> dict[str, Table]:
    """The map's code lists: each from the first of some folders that has it, or by its name from where it lies.

    Raises WrongMap, Unreadable.
    """
    tables: dict[str, Table] = {}
    for name in dict.fromkeys(part.codes for part in survey_map.comments if part.codes):
        if isinstance(places, Mapping):
            path, where = places.get(name), "was not sent with the file"
        else:
            path = next((folder / name for folder in places if (folder / name).is_file()), None)
            where = "is not beside the map nor beside the file"
        if path is None:
            raise WrongMap([f"Comments: the code list {quoted(name)} {where}."])
        tables[name] = read_table(path, name)
    return tables


def code_list(table: Table, name: str, question: str | None) -> CodeList:
    """What each code means: the columns are code and label, and where there are such, theme and question."""
    code, label = table.column("code"), table.column("label")
    theme, asked = table.column("theme"), table.column("question")
    if code is None or label is None:
        raise WrongMap([f"The code list {quoted(name)} needs the columns code and label."])
    if question is not None and (asked is None or plain(question) not in map(plain, asked.texts)):
        raise WrongMap([f"The code list {quoted(name)} has no question {quoted(question)}."])
    return {
        canonical(code[row]): Code(label[row].strip(), theme[row].strip() if theme else "")
        for row in range(len(table))
        if question is None or asked is None or plain(asked[row]) == plain(question)
    }
