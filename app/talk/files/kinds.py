"""Which files may come: by the ending of their name, and what their content must then be. No HTML, no SVG, ever."""

import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

LIMIT = 10 * 1000 * 1000
PHOTO = "photo"
# Ending: what is looked for in the content (reader.py), and the type under which the file is handed out.
KINDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "heic", "heif"), (PHOTO, "")),
    "pdf": ("pdf", "application/pdf"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "odt": ("odf", "application/vnd.oasis.opendocument.text"),
    "ods": ("odf", "application/vnd.oasis.opendocument.spreadsheet"),
    "odp": ("odf", "application/vnd.oasis.opendocument.presentation"),
    "txt": ("text", "text/plain; charset=utf-8"),
    "md": ("text", "text/plain; charset=utf-8"),
    "csv": ("text", "text/csv; charset=utf-8"),
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS) + ",image/jpeg,image/png,image/webp,image/heic,image/heif"
LISTED = "photos (JPEG, PNG, WebP, HEIC), PDF, Word, Excel, PowerPoint, OpenDocument, text and CSV"
LONGEST = 100
# Marks that turn the direction of writing, or cannot be seen: a name could show another ending than it has.
UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
UNFIT = re.compile(r'[<>:"/\\|?*]')


class Unfit(Exception):
    """Why a file cannot be kept, in one sentence for who chose it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def cleaned(name: str) -> str:
    """A name without folders, hidden marks, control characters and what some system cannot store."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = PureWindowsPath(PurePosixPath(name).name).name
    name = UNFIT.sub("-", "".join(letter for letter in UNSEEN.sub("", name) if letter.isprintable()))
    name = " ".join(name.split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:LONGEST]
    return f"{stem.strip(' .')[: LONGEST - len(ending) - 1] or 'file'}.{ending}"


def ending_of(name: str) -> str:
    """The ending as the list knows it. Raises Unfit for a name that has none of the list."""
    _, dot, ending = cleaned(name).rpartition(".")
    ending = ending.lower()
    if not dot or ending not in KINDS:
        raise Unfit(f"“{cleaned(name) or 'A file without a name'}” is of a kind that is not kept here: {LISTED} are.")
    return ending


def plain(kind: str, place: int, name: str) -> str:
    """A name that tells nothing: "Photo 1.jpg", "File 2.pdf"."""
    return f"{'Photo' if kind == PHOTO else 'File'} {place}.{name.rpartition('.')[2]}"
