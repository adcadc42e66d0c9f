"""Exports of Qualtrics have three header rows: names, wordings, and {"ImportId": ...}."""

import numpy as np

from app.voice.importing.limits import Unreadable
from app.voice.importing.table import About, Column, Table

MARK = '{"ImportId":'


def untangled(table: Table) -> Table:
    """The table as it is; of such an export the rows below the header, and the second row as the columns' wordings."""
    if len(table) < 2 or not table.columns or not all(column[1].startswith(MARK) for column in table.columns):
        return table
    if len(table) == 2:
        raise Unreadable("The file has the three header rows of Qualtrics but no rows below them.")
    about = {
        column.name: About(" ".join(column[0].split())[:2_000]) for column in table.columns if column[0] != column.name
    }
    columns = [Column(column.name, *_below(column)) for column in table.columns]
    return Table(
        columns, table.numbers[2:], table.encoding, table.separator, table.sheet, table.sheets, {**table.about, **about}
    )


def _below(column: Column) -> tuple[list[str], np.ndarray]:
    """Texts and codes of the rows from the third on, numbered anew: wordings are no answers."""
    kept, codes = np.unique(column.codes[2:], return_inverse=True)
    return [column.texts[int(code)] for code in kept], codes.astype(column.codes.dtype)
