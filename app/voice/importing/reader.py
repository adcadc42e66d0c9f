"""The process that opens a stranger's file: `python -m app.voice.importing.reader`, started by reading.py.

It knows no secrets, has bounded memory, processor time and output, and answers on its standard output with
frames: eight bytes of length, then that many bytes. The first frame is JSON, either `unreadable` with its
sentence or what was found; then the row numbers, then for each column its distinct texts (JSON) and their
codes (one unsigned number a row, in the item size that `found` names). Nothing of it is pickled.
"""

import json
import resource
import struct
import sys
from array import array
from pathlib import Path
from typing import Any

from app.voice.importing import limits
from app.voice.importing.delimited import read_delimited
from app.voice.importing.gathering import Gathered
from app.voice.importing.kinds import WORKBOOKS
from app.voice.importing.limits import Unreadable
from app.voice.importing.workbook import read_workbook

MEMORY = "The file needs more than {} of memory to be read; leave out columns or rows, or save it as CSV."


def bound(memory: int, seconds: int) -> None:
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, limits.ANSWER_BYTES, limits.ANSWER_BYTES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def read(
    path: Path, kind: str, encoding: str | None, sheet: str | None, *, nameless: bool = False
) -> tuple[dict[str, Any], Gathered]:
    if kind == "sav":
        from app.voice.importing.sav import read_sav  # numpy, which no other kind needs

        about, gathered = read_sav(path)
        return {"encoding": "", "separator": "", "sheet": "", "sheets": [], "about": about}, gathered
    if kind in WORKBOOKS:
        name, sheets, gathered = read_workbook(path, sheet, kind, nameless=nameless)
        return {"encoding": "", "separator": "", "sheet": name, "sheets": sheets}, gathered
    found, gathered = read_delimited(path, encoding, nameless=nameless)
    words = {"encoding": found.encoding, "separator": found.separator, "sheet": "", "sheets": []}
    return words, gathered


def frame(body: bytes) -> None:
    sys.stdout.buffer.write(struct.pack(">Q", len(body)))
    sys.stdout.buffer.write(body)


def answer(found: dict[str, Any], gathered: Gathered) -> None:
    sizes = [codes.itemsize for codes in gathered.codes]
    frame(json.dumps({**found, "header": gathered.names, "sizes": sizes}).encode())
    frame(gathered.numbers.tobytes())
    for place, texts in enumerate(gathered.texts):
        frame(json.dumps(list(texts)).encode())
        frame(gathered.codes[place].tobytes())
        gathered.codes[place] = array("B")


def main() -> None:
    ask = json.loads(sys.argv[1])
    bound(ask["memory"], ask["seconds"])
    try:
        answer(*read(Path(ask["path"]), ask["kind"], ask["encoding"], ask["sheet"], nameless=ask["nameless"]))
    except Unreadable as why:
        frame(json.dumps({"unreadable": why.sentence, "could_be": why.could_be}).encode())
    except MemoryError:
        frame(json.dumps({"unreadable": MEMORY.format(limits.size(ask["memory"])), "could_be": None}).encode())


if __name__ == "__main__":
    main()
