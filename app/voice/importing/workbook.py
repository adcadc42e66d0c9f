"""Workbooks: what the archive unpacks to is counted before anything of it is parsed."""

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from app.voice.importing import limits
from app.voice.importing.gathering import Gathered, gather
from app.voice.importing.limits import Unreadable, quoted, size

CHUNK = 1 << 20
LOCKED = "The workbook is protected by a password; save it without one."
# What the archive of each kind has to hold.
PARTS = {"xlsx": {"[content_types].xml", "xl/workbook.xml"}, "ods": {"content.xml", "mimetype"}}
NOUNS = {"xlsx": "workbook", "ods": "spreadsheet"}
Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read_workbook(
    path: Path, asked: str | None, kind: str = "xlsx", *, nameless: bool = False
) -> tuple[str, list[str], Gathered]:
    """The sheet's name, the names of all sheets, and the rows of the one asked for (else the first).

    Old workbooks (xls) are not packed, so that only the reader's own bounds hold them.
    """
    if kind in PARTS:
        refuse_bomb(path, kind)
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            name = _sheet(book.sheet_names, asked)
            return name, book.sheet_names, gather(_rows(book.get_sheet_by_name(name)), nameless=nameless)
    except PasswordError:
        raise Unreadable(LOCKED) from None
    except CalamineError:
        raise Unreadable("The workbook is damaged: its sheets cannot be read.") from None


def _sheet(names: list[str], asked: str | None) -> str:
    if not names:
        raise Unreadable("The workbook has no sheets.")
    if asked is not None and asked not in names:
        raise Unreadable(f"The workbook has no sheet {quoted(asked)}; it has {', '.join(map(quoted, names[:10]))}.")
    return names[0] if asked is None else asked


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Rows as numbered by the spreadsheet program; a formula is its cached value, an error blank."""
    if sheet.start is None:
        raise Unreadable(f"The sheet {quoted(sheet.name)} is empty.")
    if sheet.width > limits.COLUMNS:
        raise Unreadable(f"The sheet has {sheet.width:,} columns; at most {limits.COLUMNS:,} can be imported.")
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [text_of(cell) for cell in row]


def text_of(cell: Cell) -> str:
    """A cell as a person would have typed it: 5.0 is "5", a day is ISO, 15 digits as spreadsheets show."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def refuse_bomb(path: Path, kind: str = "xlsx") -> None:
    """Raise unless the archive is a workbook of its kind that stays small when unpacked, by its word and by our count.

    The declared sizes are the archive's own claim. What counts is inflated here piece by piece and thrown
    away, because the parser does not stop at the declared size either.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            _refuse_members({member.filename.lower() for member in members}, members, kind)
            total = 0
            for member in members:
                total += _inflated(file, member, limits.UNPACKED_BYTES - total)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError):
        raise Unreadable("The workbook is damaged: its archive cannot be unpacked.") from None


def _refuse_members(names: set[str], members: list[zipfile.ZipInfo], kind: str) -> None:
    if len(members) > limits.MEMBERS:
        raise Unreadable(f"The workbook has {len(members):,} parts; at most {limits.MEMBERS:,} can be imported.")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable(LOCKED)
    if not PARTS[kind] <= names:
        raise Unreadable(f"The file is named .{kind} but its archive holds no {NOUNS[kind]}.")
    if sum(member.file_size for member in members) > limits.UNPACKED_BYTES:
        raise _too_large()


def _too_large() -> Unreadable:
    return Unreadable(
        f"The workbook unpacks to more than {size(limits.UNPACKED_BYTES)}, which is the most for one import."
    )


def _inflated(file: IO[bytes], member: zipfile.ZipInfo, left: int) -> int:
    """How many bytes the member really unpacks to; raises as soon as they are more than `left`."""
    file.seek(member.header_offset)
    header = file.read(30)
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if member.compress_type == zipfile.ZIP_STORED:
        count = member.compress_size
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        count = _deflated(file, member.compress_size, left)
    else:
        raise Unreadable("The workbook is packed in a way that spreadsheets do not use.")
    if count > left:
        raise _too_large()
    if count != member.file_size:
        raise Unreadable("The workbook is damaged: a part unpacks to another size than it says.")
    return count


def _deflated(file: IO[bytes], packed: int, left: int) -> int:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    count = 0
    piece = b""
    while not inflate.eof:
        if not piece and packed:
            piece = file.read(min(CHUNK, packed))
            packed -= len(piece)
        plain = inflate.decompress(piece, CHUNK)
        if not plain and not piece:
            raise EOFError
        piece = inflate.unconsumed_tail
        count += len(plain)
        if count > left:
            raise _too_large()
    return count
