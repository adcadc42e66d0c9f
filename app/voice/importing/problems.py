"""Cells that cannot be taken: all counted, the first thousand kept, equal cells of a column as one group."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.voice.importing.limits import counted, quoted
from app.voice.importing.table import Column, Table

KEPT = 1_000


@dataclass(frozen=True)
class Problem:
    row: int
    column: str
    cell: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"Row {self.row}, column {quoted(self.column)}: {quoted(self.cell)} {self.reason}."


@dataclass(frozen=True)
class Group:
    """The same cell of one column, wherever it stands and for whatever the column is used."""

    column: str
    cell: str
    reason: str
    n: int
    first_row: int

    @property
    def sentence(self) -> str:
        cells = counted(self.n, "cell") + ("" if self.n == 1 else ", first")
        return f"{self.column}: {quoted(self.cell)} in {cells} in row {self.first_row}: it {self.reason}."


@dataclass
class Problems:
    """`total` counts every bad cell; a column that is used twice counts for each use."""

    table: Table
    total: int = 0
    groups_total: int = 0
    groups: list[Group] = field(default_factory=list)
    _kept: list[tuple[int, int, Problem]] = field(default_factory=list)

    @property
    def first(self) -> list[Problem]:
        """The first thousand in the order of the file."""
        return [problem for _, _, problem in sorted(self._kept, key=lambda kept: kept[:2])[:KEPT]]

    def texts(self, column: Column, bad: Mapping[int, str]) -> None:
        """Distinct texts of a column, by their codes, that cannot be taken, each with the reason."""
        if not bad:
            return
        wrong = np.zeros(len(column.texts), dtype=bool)
        wrong[list(bad)] = True
        rows = np.flatnonzero(wrong[column.codes])
        codes, first, counts = np.unique(column.codes[rows], return_index=True, return_counts=True)
        self.total += len(rows)
        self.groups_total += len(codes)
        for at in np.argsort(first)[: max(KEPT - len(self.groups), 0)]:
            code = int(codes[at])
            row = int(self.table.numbers[rows[first[at]]])
            self.groups.append(Group(column.name, column.texts[code], bad[code], int(counts[at]), row))
        for row in rows[:KEPT]:
            self._keep(column, int(row), bad[int(column.codes[row])])

    def contradictions(self, column: Column, rows: NDArray[np.int64], others: NDArray[np.int64]) -> None:
        """Rows that say something else than an earlier row of the same respondent."""
        self.total += len(rows)
        self.groups_total += len(rows)
        for row, other in zip(rows[:KEPT], others[:KEPT], strict=True):
            number = int(self.table.numbers[other])
            reason = f"contradicts row {number} of the same respondent, which says {quoted(column[int(other)])}"
            self._keep(column, int(row), reason)
            if len(self.groups) < KEPT:
                here = int(self.table.numbers[row])
                self.groups.append(Group(column.name, column[int(row)], reason, 1, here))

    def _keep(self, column: Column, row: int, reason: str) -> None:
        problem = Problem(int(self.table.numbers[row]), column.name, column[row], reason)
        self._kept.append((row, len(self._kept), problem))
        if len(self._kept) > 20 * KEPT:
            self._kept = sorted(self._kept, key=lambda kept: kept[:2])[:KEPT]
