"""What a file is by its first bytes, whatever its name says."""

from app.voice.importing.limits import Unreadable

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
KINDS = {
    "delimited": (".csv", ".tsv", ".txt", ".tab"),
    "xlsx": (".xlsx",),
    "xls": (".xls",),
    "ods": (".ods",),
    "sav": (".sav", ".zsav"),
}
WORKBOOKS = ("xlsx", "xls", "ods")
# What a file of a kind has to begin with. BIFF before 1997 had no container of its own.
BEGINS = {"xlsx": (ZIP,), "xls": (OLE,), "ods": (ZIP,), "sav": (b"$FL2", b"$FL3")}
NAMES = {
    "xlsx": "a workbook",
    "xls": "an old Excel workbook",
    "ods": "an OpenDocument spreadsheet",
    "sav": "an SPSS file",
}
ENDINGS = tuple(ending for endings in KINDS.values() for ending in endings)

SIGNATURES = (
    (ZIP, "a ZIP archive or a workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file"),
    (b"$FL2", "an SPSS file"),
    (b"$FL3", "an SPSS file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "an RTF document"),
)
MARKUP = ((b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<?xml", "an XML document"))


def kind_of(name: str) -> str:
    """A key of KINDS, by the name's ending."""
    for kind, endings in KINDS.items():
        if name.lower().endswith(endings):
            return kind
    raise Unreadable(
        "Only CSV, TSV, XLSX, XLS, ODS and SAV files can be imported: the name has to end in one of"
        f" {', '.join(ENDINGS)}."
    )


def refuse_disguise(head: bytes, kind: str) -> None:
    """Raise when the first bytes belong to something other than what the name says."""
    if not head:
        raise Unreadable("The file is empty.")
    found = next((what for mark, what in SIGNATURES if head.startswith(mark)), None)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
    found = found or next((what for mark, what in MARKUP if start.startswith(mark)), None)
    if kind == "delimited" and found:
        raise Unreadable(f"The file is named as text with separators but is {found}.")
    if kind in BEGINS and not head.startswith(BEGINS[kind]):
        raise Unreadable(f"The file is named .{kind} but is {found or 'not ' + NAMES[kind]}.")
