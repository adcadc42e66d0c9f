"""An analysis to take away: its rows, its options and a script in base R that comes to the same figures."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from app.web.sheets import Cell, csv_rows

STAMP = (1980, 1, 1, 0, 0, 0)  # the same analysis is the same file, byte by byte


def bundle(
    rows: Iterable[Sequence[Cell]],
    options: Mapping[str, Any],
    script: str,
    readme: str,
    *,
    rows_name: str = "rows.csv",
    tables: Mapping[str, Iterable[Sequence[Cell]]] | None = None,
) -> bytes:
    """A ZIP of `rows_name`, options.json, analysis.R, README.txt and further `tables` by their file names.

    The first row of a table is its header. Cells that a spreadsheet would take for a formula are defused.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as told:
        for name, table in {rows_name: rows, **(tables or {})}.items():
            with told.open(entry(name), "w") as file:
                for line in lines(table):
                    file.write(line.encode())
        words = json.dumps(options, ensure_ascii=False, indent=2, sort_keys=True, default=str)
        for name, text in (("options.json", words + "\n"), ("analysis.R", script), ("README.txt", readme)):
            told.writestr(entry(name), text)
    return out.getvalue()


def entry(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, STAMP)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o644 << 16
    return found


def lines(table: Iterable[Sequence[Cell]]) -> Iterable[str]:
    """Numbers unrounded; text as in every other export."""
    told = iter(table)
    header = [str(name) for name in next(told, ())]
    return chain(csv_rows(header, told))
