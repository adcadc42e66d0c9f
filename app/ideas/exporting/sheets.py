"""A table as a workbook: text stays text, whatever it begins with; rows go to the disk as they come."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO

MOST_ROWS = 200_000
LONGEST = 32_767  # characters of a cell, by the format
IN_MEMORY = 4 * 1024 * 1024
PIECE = 256 * 1024
UNDATED = datetime(2000, 1, 1)  # the same rows make the same bytes
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNSOUND = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])


def workbook(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The bytes of a workbook with one sheet, in pieces; it ends after MOST_ROWS rows and says so."""
    with SpooledTemporaryFile(IN_MEMORY) as file:
        write(file, head, rows)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def write(file: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    from xlsxwriter import Workbook  # loaded where a sheet is written

    with Workbook(file, options) as book:
        book.set_properties({"created": UNDATED})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, word in enumerate(head):
            sheet.write_string(0, place, word, bold)
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                sheet.write_string(number, 0, f"There are more than {MOST_ROWS:,} rows: take the CSV.")
                return
            for place, cell in enumerate(row):
                put(sheet, number, place, cell)


def put(sheet: object, row: int, column: int, cell: object) -> None:
    if isinstance(cell, bool) or cell is None or cell == "":
        return
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell)  # type: ignore[attr-defined]
    else:
        words = cell.isoformat() if isinstance(cell, date) else str(cell)
        sheet.write_string(row, column, words.translate(UNSOUND)[:LONGEST])  # type: ignore[attr-defined]
