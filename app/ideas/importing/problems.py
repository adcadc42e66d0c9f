"""What stands in the way of an import: every cell counted, the first of them kept with file, row and column."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.voice.importing.limits import counted, quoted
from app.voice.importing.mapfile import WrongMap, unknown_column
from app.voice.importing.table import Column, Table, plain

KEPT = 200
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    file: str
    row: int
    column: str
    cell: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.file}, row {self.row}, column {quoted(self.column)}: {quoted(self.cell)} {self.reason}."


@dataclass
class Problems:
    total: int = 0
    first: list[Problem] = field(default_factory=list)

    @property
    def words(self) -> str:
        return counted(self.total, "cell")


class Sheet:
    """A file's table under its name. `bad` are the rows with a problem, which are left out where that is asked for."""

    def __init__(self, name: str, table: Table, problems: Problems) -> None:
        self.name, self.table, self.problems = name, table, problems
        self.bad: Rows = np.zeros(len(table), dtype=bool)
        self.by_name = {plain(column.name): column for column in table.columns}
        self.missing: list[str] = []

    def __len__(self) -> int:
        return len(self.table)

    def find(self, aliases: list[str] | None, used_for: str) -> Column | None:
        """The column that a map names; what is not there is said by `refuse_missing`."""
        if aliases is None:
            return None
        there = list(dict.fromkeys(name for alias in aliases if (name := plain(alias)) in self.by_name))
        if not there:
            self.missing.append(f"{self.name}: {unknown_column(aliases, self.table.header, used_for)}")
            return None
        if len(there) > 1:
            self.missing.append(f"{self.name}: {used_for}: the file has several of these columns; name one.")
        return self.by_name[there[0]]

    def refuse_missing(self) -> None:
        if self.missing:
            raise WrongMap(self.missing)

    def wrong(self, column: Column, codes: Iterable[int], reason: str) -> None:
        """Every row whose cell is one of these distinct texts of the column, unless it was wrong already."""
        marks = np.zeros(len(column.texts), dtype=bool)
        marks[list(codes)] = True
        self.wrong_rows(column, np.flatnonzero(marks[column.codes] & ~self.bad), reason)

    def wrong_rows(self, column: Column, rows: NDArray[np.int64], reason: str) -> None:
        if not len(rows):
            return
        self.bad[rows] = True
        self.problems.total += len(rows)
        room = KEPT - len(self.problems.first)
        for row in rows[: max(room, 0)]:
            number = int(self.table.numbers[row])
            self.problems.first.append(Problem(self.name, number, column.name, column[int(row)], reason))

    def row(self, number: int) -> int:
        """The row's number in the file, as a spreadsheet shows it."""
        return int(self.table.numbers[number])
