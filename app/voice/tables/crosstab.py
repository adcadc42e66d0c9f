"""A cross-table: a figure by one or two segments on its rows and one on its columns, and which cells differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sqlalchemy.orm import Session

from app.voice.cells import Cells, cells
from app.voice.comparing import Difference, Overall, overall
from app.voice.distributions import benjamini_hochberg, holm
from app.voice.scopes import Scope, Wave, What
from app.voice.segments import BETWEEN
from app.voice.tallies import Figure, Measure, Sums
from app.voice.withholding import withheld

MOST_ROWS = 150
MOST_COLUMNS = 16
CORRECTIONS: dict[str, Callable[[list[float | None]], list[float | None]]] = {
    "holm": holm,
    "bh": benjamini_hochberg,
    "none": list,
}


@dataclass(frozen=True)
class Asked:
    """`against`: each cell is tested against the other rows of its column, or the other columns of its row."""

    scope: Scope
    wave: Wave
    what: What
    measure: Measure
    rows: tuple[str, ...]
    column: str = ""
    weighted: bool = False
    against: str = "rows"
    correction: str = "holm"

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.rows, *([self.column] if self.column else []))


@dataclass(frozen=True)
class Cell:
    """`figure` is None where it is withheld or nobody answered. `row` and `column` are None for a margin."""

    row: str | None
    column: str | None
    labels: tuple[str, ...]
    groups: tuple[int, ...]
    n: int
    figure: Figure | None
    withheld: bool
    test: Difference | None = None


@dataclass(frozen=True)
class Row:
    """The last cell is that of all columns together."""

    name: str
    labels: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """`total` is the row of everybody; `tests` how many comparisons were corrected together."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    tests: int
    certain: int
    withheld: int
    whole: Overall | None
    counted: Cells

    @property
    def all_cells(self) -> list[Cell]:
        return [cell for row in (*self.rows, self.total) for cell in row.cells]


class TooLarge(Exception):
    """More rows or columns than one can read."""


def crosstab(db: Session, asked: Asked) -> Table | None:
    """None where the source cannot say it."""
    told = cells(db, asked.scope, asked.wave, asked.what, asked.measure, asked.keys, asked.weighted)
    return None if told is None else laid_out(asked, told)


def laid_out(asked: Asked, told: Cells) -> Table:
    hidden = withheld(told.counts, asked.wave.source.minimum_cell)
    deep = len(asked.rows)

    def cell(row: tuple[int | None, ...], column: int | None) -> Cell:
        places = (*row, *([column] if asked.column else []))
        groups = told.groups(*places)
        n = int(told.told.n[groups].sum())
        gone = bool(hidden[tuple(-1 if at is None else at for at in places)])
        labels = tuple("" if at is None else axis[at] for axis, at in zip(told.axes, places, strict=True))
        name = BETWEEN.join(labels[:deep]) if row[0] is not None else None
        shown = None if gone or not n else told.figure(groups)
        return Cell(name, None if column is None else labels[-1], labels, tuple(groups), n, shown, gone)

    by_column = told.counts.sum(axis=tuple(range(deep))) if asked.column else []
    columns = [at for at, n in enumerate(by_column) if n]
    by_row = told.counts.sum(axis=-1) if asked.column else told.counts
    rows = [at for at in product(*(range(len(axis)) for axis in told.axes[:deep])) if by_row[at]]
    if len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        words = f"{len(rows):,} rows and {len(columns):,} columns" if asked.column else f"{len(rows):,} rows"
        raise TooLarge(f"That would be {words}; {MOST_ROWS} by {MOST_COLUMNS} can be read.")

    def line(name: str, row: tuple[int | None, ...]) -> Row:
        own = tuple(cell(row, at) for at in (*columns, None))
        return Row(name, own[-1].labels[:deep], own)

    lines = [line(BETWEEN.join(told.axes[axis][at] for axis, at in enumerate(row)), row) for row in rows]
    total = line("Everybody", (None,) * deep)
    lines, total, tests = tested(asked, told, lines, total)
    shown = [one.cells[-1] for one in lines if one.cells[-1].figure]
    whole = overall([told.sums(one.groups) for one in shown], told.summed, asked.weighted)
    every = [one for row in (*lines, total) for one in row.cells]
    certain = sum(bool(one.test and one.test.certain) for one in every)
    gone = sum(one.withheld for one in every)
    names = tuple(told.axes[-1][at] for at in columns)
    return Table(names, tuple(lines), total, tests, certain, gone, whole, told)


def tested(asked: Asked, told: Cells, lines: list[Row], total: Row) -> tuple[list[Row], Row, int]:
    """Every cell that is shown against the rest of its line, corrected for all of them together."""
    tests = {(cell.row, cell.column): test for cell, test in against_rest(asked, told, lines, total)}
    corrected = CORRECTIONS[asked.correction]([test.p for test in tests.values()])
    known = {place: replace(test, corrected=p) for (place, test), p in zip(tests.items(), corrected, strict=True)}

    def again(row: Row) -> Row:
        return replace(row, cells=tuple(replace(one, test=known.get((one.row, one.column))) for one in row.cells))

    return [again(row) for row in lines], again(total), len(known)


def against_rest(asked: Asked, told: Cells, lines: Sequence[Row], total: Row) -> list[tuple[Cell, Difference]]:
    """Where no rest is left, or there is nothing to tell apart, there is no test."""
    found = []
    by_columns = bool(asked.against == "columns" and asked.column)
    wholes: dict[tuple[int, ...], Sums] = {}
    for row in (*lines, total) if by_columns else lines:
        for place, cell in enumerate(row.cells[:-1] if by_columns else row.cells):
            whole = row.cells[-1] if by_columns else total.cells[place]
            if cell.figure is None or whole.figure is None or cell.n == whole.n:
                continue
            if whole.groups not in wholes:
                wholes[whole.groups] = told.sums(whole.groups)
            if (test := told.against_rest(cell.groups, wholes[whole.groups])) is not None:
                found.append((cell, test))
    return found
