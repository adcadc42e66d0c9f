"""A cross-table as a bundle."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.voice.reproducing import Group, Tested, Told
from app.voice.tables.crosstab import Asked, Cell, Table
from app.voice.trends.taking import answered, joined, written
from app.web import sheets


def of_table(db: Session, actor: Actor, asked: Asked, table: Table, options: Any, build: str) -> bytes:
    counted = table.counted
    told = [
        Told(group(asked, cell), asked.weighted, cell.figure, counted.sums(cell.groups))
        for cell in table.all_cells
        if cell.figure
    ]
    return written(
        db,
        actor,
        asked.scope,
        [asked.wave],
        asked.what,
        asked.measure,
        told,
        list(tests(asked, table)),
        rows(db, asked),
        options,
        build,
        asked.correction,
        table.withheld,
    )


def group(asked: Asked, cell: Cell, rest: str = "") -> Group:
    return Group(asked.wave.source.name, cell.row or "", cell.column or "", rest)


def tests(asked: Asked, table: Table) -> Iterator[Tested]:
    """Each cell and the rest of its line."""
    by_columns = asked.against == "columns"
    total = table.total.cells
    for row in (*table.rows, table.total):
        for place, cell in enumerate(row.cells):
            if cell.test is None:
                continue
            whole = row.cells[-1] if by_columns else total[place]
            left = sorted(set(whole.groups) - set(cell.groups))
            sums = (table.counted.sums(left), table.counted.sums(cell.groups))
            before = group(asked, cell, "column" if by_columns else "row")
            yield Tested("all", before, group(asked, cell), asked.weighted, cell.test, sums)


def rows(db: Session, asked: Asked) -> Iterator[Sequence[sheets.Cell]]:
    for labels, own in answered(db, asked.scope, asked.wave, asked.what, asked.measure, asked.keys):
        row, column = joined(labels, len(asked.rows))
        yield (asked.wave.source.name, row, column, *own)
