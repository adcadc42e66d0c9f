"""Files become tables, or one clear sentence with row and column."""

import datetime
import os
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from app.voice.importing import limits, reading
from app.voice.importing.limits import Unreadable
from app.voice.importing.reading import read_table
from app.voice.importing.table import Table

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def written(folder: Path, content: bytes | str, name: str = "survey.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def why_not(path: Path, **options: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read_table(path, **options)  # type: ignore[arg-type]
    return refused.value.sentence


def workbook(path: Path, fill: Callable[[xlsxwriter.Workbook], None]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        fill(book)
    return path


def cells(table: Table) -> list[list[str]]:
    return list(table.rows())


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, found: str, separator: str) -> None:
    text = "Größe{0}Note\n日本, ja{0}5\n😀 | ; {0}4\n".replace("{0}", separator)
    text = text.replace("日本, ja", '"日本, ja"').replace("😀 | ; ", '"😀 | ; "')
    table = read_table(written(tmp_path, text.encode(encoding)))
    assert (table.encoding, table.separator) == (found, separator)
    assert table.header == ["Größe", "Note"]
    assert cells(table) == [["日本, ja", "5"], ["😀 | ; ", "4"]]


def test_big_endian_and_tsv(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xfe\xff" + "a\tb\n1\t2\n".encode("utf-16-be"), "survey.TSV")
    assert cells(read_table(path)) == [["1", "2"]]


def test_windows_1252_only_by_a_persons_word(tmp_path: Path) -> None:
    path = written(tmp_path, "Ort;Note\nKöln;5\nMünchen;4\n".encode("cp1252"))
    with pytest.raises(Unreadable) as refused:
        read_table(path)
    assert refused.value.sentence.startswith('Row 2, column "Ort": the text is not valid UTF-8.')
    assert refused.value.could_be == "windows-1252"
    table = read_table(path, encoding="windows-1252")
    assert (table.encoding, cells(table)[0]) == ("windows-1252", ["Köln", "5"])


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "Food,b,Food (1), FOOD ,\n1,2,3,4,\n"))
    assert table.header == ["Food (2)", "b", "Food (1)", "FOOD (3)"]


def test_quoted_line_breaks_keep_the_row_numbers(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, 'id,said\n1,"one\ntwo"\n\n2,"say ""hi"""\r\n3,x'))
    assert cells(table) == [["1", "one\ntwo"], ["2", 'say "hi"'], ["3", "x"]]
    assert table.numbers.tolist() == [2, 4, 5]


def test_columns_without_name_and_text_are_left_out(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,,b,\n1,,2, \n"))
    assert table.header == ["a", "b"]
    assert why_not(written(tmp_path, "a,,b\n1,,2\n3,x,4\n")) == (
        "Row 3, column 2: the cell stands in a column that has no name in row 1."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty."),
        ("\n \n,,\n", "The file is empty."),
        ("a,b\n", "The file has a header in row 1 but no rows below it."),
        ("a,b\n1,2\n1\n", 'Row 3 has 1 cell where the header has 2: it ends after column "a".'),
        ("a,b\n1,2,3\n", 'Row 2 has 3 cells where the header has 2: cells follow after column "b".'),
        (b"a,b\n1,2\n3,x\x00y\n", 'Row 3, column "b": the cell holds a NUL byte, which is not text.'),
        ('a,b\n1,2\n3,"open\n4,5\n', "Row 3: a quotation mark is opened and never closed."),
        (
            'a,b\n"x" y,2\n',
            "Row 2: a cell begins with a quotation mark and goes on after the closing one;"
            " a mark inside is doubled.",
        ),
        (
            b"a,b\n1,\xe2\x82\xac\n2,\xc3\x28\n",
            'Row 3, column "b": the text is not valid UTF-8. Save the file as UTF-8, or say'
            " that it is Windows-1252 if it comes from an older program.",
        ),
        (b"a,b\n1,\x81\n", 'Row 2, column "b": the text is not valid UTF-8. Save the file as UTF-8.'),
        (
            b"\xff\xfe" + "a,b\n1,2".encode("utf-16-le") + b"x",
            'Row 2, column "b": the text is not valid UTF-16. Save the file as UTF-8.',
        ),
        (b"a\xff,b\n1,2\n", "Row 1, column 1: the text is not valid UTF-8. Save the file as UTF-8, or say"
            " that it is Windows-1252 if it comes from an older program."),
        (
            "a,b\n1," + "x" * 100_001 + "\n",
            'Row 2, column "b": the cell is longer than 100,000 characters.',
        ),
        (
            ",".join(f"c{n}" for n in range(2001)) + "\n",
            "The file has 2,001 columns; at most 2,000 can be imported.",
        ),
    ],
)  # fmt: skip
def test_bad_text_is_one_sentence(tmp_path: Path, content: bytes | str, sentence: str) -> None:
    assert why_not(written(tmp_path, content)) == sentence


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", "a.csv", "The file is named as text with separators but is a PNG image."),
        (b"%PDF-1.7", "a.csv", "The file is named as text with separators but is a PDF."),
        (
            b"PK\x03\x04",
            "a.csv",
            "The file is named as text with separators but is a ZIP archive or a workbook.",
        ),
        (b"\n<!DOCTYPE html>", "a.tsv", "The file is named as text with separators but is a web page."),
        (b"a,b\n1,2\n", "a.xlsx", "The file is named .xlsx but is not a workbook."),
        (b"%PDF-1.7", "a.xlsx", "The file is named .xlsx but is a PDF."),
        (
            b"\xd0\xcf\x11\xe0",
            "a.xlsx",
            "The file is named .xlsx but is an old or password-protected Office file.",
        ),
        (b"PK\x03\x04 and no more", "a.xlsx", "The workbook is damaged: its archive cannot be unpacked."),
        (b"", "a.xlsx", "The file is empty."),
        (
            b"MZ",
            "a.exe",
            "Only CSV, TSV, XLSX, XLS, ODS and SAV files can be imported: the name has to end in one of .csv, .tsv,"
            " .txt, .tab, .xlsx, .xls, .ods, .sav, .zsav.",
        ),
    ],
)
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, content: bytes, name: str, sentence: str) -> None:
    assert why_not(written(tmp_path, content, name)) == sentence


def test_the_owners_name_counts_where_the_path_is_ours(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n", "upload")
    assert cells(read_table(path, "survey.csv")) == [["1", "2"]]


def test_two_gigabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    with path.open("wb") as file:
        file.truncate(2 * 10**9)
    start = time.monotonic()
    assert why_not(path) == "The file is 2 GB; at most 100 MB can be imported at once."
    assert time.monotonic() - start < 0.5


def test_what_is_not_a_file(tmp_path: Path) -> None:
    assert why_not(tmp_path / "none.csv") == "The file cannot be opened: no such file or directory."
    os.mkfifo(tmp_path / "pipe.csv")
    assert why_not(tmp_path / "pipe.csv") == "That is not a file."


def test_a_workbook_reads_as_it_looks(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Wave 1")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(1, 1, ["id", "score", "said", "sum"])
        sheet.write_row(2, 1, [1, 5.0])
        sheet.write_string(2, 3, "=cmd()")
        sheet.write_formula(2, 4, "=1+1", None, 2)
        sheet.write_row(4, 1, [2, 0.25, "x\ny"])
        sheet.write_datetime(4, 4, datetime.datetime(2026, 11, 2), day)
        book.add_worksheet("Wave 2").write_column(0, 0, ["only", True])

    path = workbook(tmp_path / "survey.xlsx", fill)
    table = read_table(path)
    assert (table.sheet, table.sheets) == ("Wave 1", ("Wave 1", "Wave 2"))
    assert cells(table) == [["1", "5", "=cmd()", "2"], ["2", "0.25", "x\ny", "2026-11-02"]]
    assert table.numbers.tolist() == [3, 5]
    assert cells(read_table(path, sheet="Wave 2")) == [["TRUE"]]
    assert why_not(path, sheet="Wave 3") == 'The workbook has no sheet "Wave 3"; it has "Wave 1", "Wave 2".'


def test_an_empty_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "survey.xlsx", lambda book: book.add_worksheet("None"))
    assert why_not(path) == 'The sheet "None" is empty.'


def bomb(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_by_its_declared_size(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.xlsx", {})
    archive = zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED)
    with archive, archive.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(501):
            part.write(b"0" * 10**6)
    assert path.stat().st_size < 10**6
    start = time.monotonic()
    assert why_not(path) == "The workbook unpacks to more than 500 MB, which is the most for one import."
    assert time.monotonic() - start < 2


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """The declared size in both headers says 1,000 bytes, and the member unpacks to 600 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join(packer.compress(b"0" * 10**6) for _ in range(600)) + packer.flush()
    path = bomb(tmp_path / "a.xlsx", {"xl/sharedStrings.xml": b"honest"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", packed)
    content = bytearray(path.read_bytes())
    for signature, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            name = 30 if size == 22 else 46
            if content[at + name :].startswith(b"xl/worksheets"):
                content[at + method : at + method + 2] = (8).to_bytes(2, "little")
                content[at + size : at + size + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("xl/worksheets/sheet1.xml").file_size == 1000
    assert why_not(path) == "The workbook unpacks to more than 500 MB, which is the most for one import."


def test_a_bomb_of_many_parts(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.xlsx", {f"xl/{n}.xml": b"" for n in range(1000)})
    assert why_not(path) == "The workbook has 1,002 parts; at most 1,000 can be imported."


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert why_not(tmp_path / "a.xlsx") == "The file is named .xlsx but its archive holds no workbook."


def test_a_sheet_that_is_wide_on_paper_only(tmp_path: Path) -> None:
    """Two cells in opposite corners of the largest sheet would need hundreds of gigabytes as a grid."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")

    path = workbook(tmp_path / "a.xlsx", fill)
    start = time.monotonic()
    assert why_not(path) == "The file could not be read: it is damaged, or needs more than 2 GB of memory."
    assert time.monotonic() - start < 10


def test_one_long_text_in_every_cell(tmp_path: Path) -> None:
    """A shared string of 32 kB that 70,000 cells point at is more than 2 GB once each cell holds it."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet, text = book.add_worksheet(), "x" * 32_000
        for row in range(70_000):
            sheet.write_string(row, 0, text)

    path = workbook(tmp_path / "a.xlsx", fill)
    assert path.stat().st_size < 10**6
    assert why_not(path) == "The file could not be read: it is damaged, or needs more than 2 GB of memory."


def test_memory_is_bounded(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{n},{n}\n" for n in range(400_000)))
    with pytest.raises(Unreadable) as refused:
        read_table(path, memory=60_000_000)
    assert "needs more than 60 MB of memory" in refused.value.sentence
    assert len(read_table(path)) == 400_000


def test_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{n},{n}\n" for n in range(400_000)))
    assert why_not_within(path, 0.05, monkeypatch) == reading.TOO_LONG


def why_not_within(path: Path, seconds: float, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(limits, "SECONDS", seconds)
    return why_not(path)


def test_too_many_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "a\n" + "1\n" * 1_000_001)
    assert why_not(path) == "The file has more than 1,000,000 rows, which is the most for one import."


def test_too_many_cells(tmp_path: Path) -> None:
    row = "," * 999 + "\n"
    path = written(tmp_path, ",".join(f"c{n}" for n in range(1000)) + "\n" + ("1" + row) * 50_001)
    assert "more than 50,000,000 cells" in why_not(path)


def test_the_reader_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, str]] = []
    run = reading.subprocess.run

    def watch(*asked: object, **options: dict[str, str]) -> object:
        seen.append(options["env"])
        return run(*asked, **options)  # type: ignore[call-overload]

    monkeypatch.setenv("PILOTAGE_SECRET_KEY", "do not tell")
    monkeypatch.setattr(reading.subprocess, "run", watch)
    read_table(written(tmp_path, "a,b\n1,2\n"))
    assert "do not tell" not in seen[0].values()
