"""What a file is by its first bytes, whatever its name says."""

from app.voice.importing.limits import Unreadable

DELIMITED = (".csv", ".tsv", ".txt", ".tab")
WORKBOOK = ".xlsx"
ZIP = b"PK\x03\x04"

SIGNATURES = (
    (ZIP, "a ZIP archive or a workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file"),
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
    """ "delimited" or "workbook", by the name's ending."""
    lower = name.lower()
    if lower.endswith(DELIMITED):
        return "delimited"
    if lower.endswith(WORKBOOK):
        return "workbook"
    raise Unreadable("Only CSV, TSV and XLSX files can be imported: the name has to end in .csv, .tsv or .xlsx.")


def refuse_disguise(head: bytes, kind: str) -> None:
    """Raise when the first bytes belong to something other than what the name says."""
    if not head:
        raise Unreadable("The file is empty.")
    found = next((what for mark, what in SIGNATURES if head.startswith(mark)), None)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
    found = found or next((what for mark, what in MARKUP if start.startswith(mark)), None)
    if kind == "delimited" and found:
        raise Unreadable(f"The file is named as text with separators but is {found}.")
    if kind == "workbook" and not head.startswith(ZIP):
        raise Unreadable(f"The file is named .xlsx but is {found or 'not a workbook'}.")
