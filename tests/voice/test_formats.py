"""Files of other kinds than text and XLSX: old Excel, OpenDocument, SPSS, and what Qualtrics exports."""

import datetime
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas
import pyreadstat
import pytest

from app.settings import TOP
from app.voice.importing.limits import Unreadable
from app.voice.importing.proposing import propose
from app.voice.importing.reading import read_table

ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)


def why_not(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        read_table(path)
    return refused.value.sentence


def cell(value: object, more: str = "") -> str:
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"{more}/>'
    return f'<table:table-cell office:value-type="string"{more}><text:p>{value}</text:p></table:table-cell>'


def ods(path: Path, rows: list[str], mime: str = ODS) -> Path:
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Wave">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def test_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    rows = [cell("id") + cell("Größe"), cell(1) + cell(4.5), cell(2) + cell("=1+1")]
    table = read_table(ods(tmp_path / "a.ods", rows))
    assert (table.sheet, list(table.rows())) == ("Wave", [["1", "4.5"], ["2", "=1+1"]])


def test_an_opendocument_bomb_by_repetition(tmp_path: Path) -> None:
    """One cell that says it stands for 17 thousand million."""
    bomb = cell("x" * 50, ' table:number-columns-repeated="16384"')
    row = f'</table:table-row><table:table-row table:number-rows-repeated="1048576">{bomb}'
    begun = time.monotonic()
    assert why_not(ods(tmp_path / "a.ods", [cell("a"), row]))
    assert time.monotonic() - begun < 60


def test_an_archive_that_is_no_spreadsheet(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    assert why_not(tmp_path / "a.ods") == "The file is named .ods but its archive holds no spreadsheet."
    (tmp_path / "b.ods").write_bytes(ods(tmp_path / "c.ods", [cell("a"), cell(1)]).read_bytes()[:300])
    assert why_not(tmp_path / "b.ods") == "The workbook is damaged: its archive cannot be unpacked."


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(words: str) -> bytes:
    return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")


def biff(rows: list[list[object]]) -> bytes:
    """A workbook of one sheet as Excel 97 wrote it."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
    end = record(0x0A, b"")
    name = struct.pack("<BB", 4, 1) + "Wave".encode("utf-16-le")
    start = len(begin) + len(record(0x85, b"\0" * 6 + name)) + len(end)
    book = begin + record(0x85, struct.pack("<IH", start, 0) + name) + end
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                sheet += record(0x204, place + text(value))
            else:
                sheet += record(0x203, place + struct.pack("<d", value))
    return book + sheet + end


def ole(stream: bytes) -> bytes:
    """The container around it: a header, one sector of FAT, one of names, then the stream."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        words = name.encode("utf-16-le")
        none = 0xFFFFFFFF
        head = words.ljust(64, b"\0") + struct.pack("<HBBIII", len(words) + 2, kind, 1, none, none, child)
        return head + b"\0" * 36 + struct.pack("<IQ", start, size)

    names = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + b"\0" * 256
    return header + struct.pack("<128I", *fat) + names + stream.ljust(sectors * 512, b"\0")


def test_an_old_workbook(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(ole(biff([["id", "Größe"], [1, 4.5], [2, "=cmd()"]])))
    table = read_table(tmp_path / "a.xls")
    assert list(table.rows()) == [["1", "4.5"], ["2", "=cmd()"]]
    (tmp_path / "b.xls").write_bytes(ole(b"nothing"))
    assert why_not(tmp_path / "b.xls") == "The workbook is damaged: its sheets cannot be read."
    (tmp_path / "c.xls").write_bytes(b"PK\x03\x04")
    assert why_not(tmp_path / "c.xls") == "The file is named .xls but is a ZIP archive or a workbook."


def sav(path: Path) -> Path:
    frame = pandas.DataFrame(
        {
            "nr": ["a", "b", "c", "d", "e", "f"],
            "food": [1.0, 5, 9, 2, 4, 6],
            "queue": [5.0, 1, 3, np.nan, 2, 4],
            "sex": [1.0, 2, 2, 1, 1, 2],
            "day": [datetime.date(2025, 1, day) for day in range(1, 7)],
        }
    )
    good = {1.0: "Very good", 2.0: "Good", 3.0: "Neither", 4.0: "Poor", 5.0: "Very poor", 6.0: "Did not use"}
    labels = {"food": {**good, 9.0: "Refused"}, "sex": {1.0: "Men", 2.0: "Women"}}
    labels["queue"] = {1.0: "Very bad", 5.0: "Very good"}
    wordings = ["Who", "How was the food?", "How was the queue?", "You are", "Interviewed on"]
    pyreadstat.write_sav(
        frame, str(path), column_labels=wordings, variable_value_labels=labels, missing_ranges={"food": [9]}
    )
    return path


def test_an_spss_file_says_what_its_codes_mean(tmp_path: Path) -> None:
    table = read_table(sav(tmp_path / "a.sav"))
    assert table.header == ["nr", "food", "queue", "sex", "day"]
    assert list(table.rows())[3] == ["d", "2", "", "1", "2025-01-04"]
    food = table.about["food"]
    assert (food.question, food.labels["9"], food.missing) == ("How was the food?", "Refused", ("9",))
    seen = {one.name: one for one in propose(table).profiles}
    assert (seen["food"].use, seen["food"].scale, seen["food"].missing) == ("touchpoint", (5, 1), ("9", ""))
    assert seen["food"].not_applicable == ("6",)
    assert (seen["queue"].use, seen["queue"].scale) == ("touchpoint", (1, 5))
    assert propose(table).draft["segments"]["You are"]["labels"] == {"1": "Men", "2": "Women"}
    assert propose(table).draft["touchpoints"][0]["question"] == "How was the food?"


@pytest.mark.parametrize("body", [b"$FL2" + b"\0" * 600, b"$FL3@(#) SPSS DATA FILE", b"$FL2" + b"\xff" * 4000])
def test_a_damaged_spss_file(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.sav").write_bytes(body)
    assert why_not(tmp_path / "a.sav") == "The SPSS file is damaged: its variables cannot be read."


def test_half_an_spss_file_and_one_that_is_none(tmp_path: Path) -> None:
    whole = sav(tmp_path / "a.sav").read_bytes()
    (tmp_path / "b.sav").write_bytes(whole[: len(whole) // 2])
    assert why_not(tmp_path / "b.sav").startswith("The SPSS file is damaged")
    (tmp_path / "c.sav").write_bytes(b"a,b\n1,2\n")
    assert why_not(tmp_path / "c.sav") == "The file is named .sav but is not an SPSS file."
    (tmp_path / "d.csv").write_bytes(whole)
    assert why_not(tmp_path / "d.csv") == "The file is named as text with separators but is an SPSS file."


QUALTRICS = (
    "ResponseId,Status,Q1,Q2\n"
    'Response ID,Response Type,"How likely are you\nto recommend us?",Why?\n'
    '"{""ImportId"":""_recordId""}","{""ImportId"":""status""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}"\n'
)


def test_the_three_header_rows_of_qualtrics(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(QUALTRICS + "R_1,IP Address,10,Good\nR_2,Survey Preview,0,x\nR_3,IP Address,9,\n")
    table = read_table(tmp_path / "a.csv")
    assert table.header == ["ResponseId", "Status", "Q1", "Q2"]
    assert next(table.rows()) == ["R_1", "IP Address", "10", "Good"]
    assert table.about["Q1"].question == "How likely are you to recommend us?"
    assert table.numbers.tolist() == [4, 5, 6]
    proposal = propose(table)
    assert proposal.draft["leave_out"] == {"Status": ["Survey Preview"]}
    assert proposal.draft["outcomes"][0]["kind"] == "nps"
    assert proposal.profiles[2].rows == 2
    (tmp_path / "b.csv").write_text(QUALTRICS)
    assert why_not(tmp_path / "b.csv") == "The file has the three header rows of Qualtrics but no rows below them."


def test_ten_thousand_columns_are_refused_at_once(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(10_000))
    (tmp_path / "a.csv").write_text(header + "\n" + (",".join("1" * 10_000) + "\n") * 500)
    begun = time.monotonic()
    assert why_not(tmp_path / "a.csv") == "The file has 10,000 columns; at most 2,000 can be imported."
    assert time.monotonic() - begun < 10


def test_an_spss_file_is_read_without_what_tests_alone_have(tmp_path: Path) -> None:
    """pandas is here for other tests' sake; whoever runs the product has none."""
    told = "import sys; sys.modules['pandas'] = None; from pathlib import Path\n"
    told += f"from app.voice.importing.sav import read_sav; print(read_sav(Path({str(sav(tmp_path / 'a.sav'))!r})))"
    done = subprocess.run([sys.executable, "-c", told], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
