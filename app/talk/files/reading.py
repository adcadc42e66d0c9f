"""A chosen file becomes one that can be kept: counted while it is read, looked at in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.settings import TOP
from app.talk.files.kinds import KINDS, LIMIT, PHOTO, Unfit, cleaned, ending_of

MEMORY, CPU_SECONDS, SECONDS = 1500 * 1000 * 1000, 20, 40
TOO_LARGE = "At most 10 MB a file."
GAVE_UP = "The file cannot be read: it is damaged, or takes more time and memory than there is for one."


@dataclass(frozen=True)
class Ready:
    """A file that may be kept, not yet in the store. It lies in a folder that its maker removes."""

    name: str
    kind: str
    type: str
    content: Path
    preview: Path | None = None
    cleaned: Path | None = None
    width: int = 0
    height: int = 0

    @property
    def photo(self) -> bool:
        return self.kind == PHOTO


def taken_in(source: BinaryIO, name: str, home: Path) -> tuple[Ready, Path]:
    """The file, looked at, and the folder to remove when it is kept or not. Raises Unfit with one sentence."""
    ending = ending_of(name)
    kind, type_ = KINDS[ending]
    folder = Path(tempfile.mkdtemp(dir=home))
    try:
        original = folder / "original"
        copy_counted(source, original)
        told = look(original, kind, folder)
        return ready(cleaned(name), kind, type_, told, folder), folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def copy_counted(source: BinaryIO, target: Path) -> None:
    size = 0
    with target.open("wb") as out:
        while piece := source.read(256 * 1024):
            size += len(piece)
            if size > LIMIT:
                raise Unfit(TOO_LARGE)
            out.write(piece)
    if not size:
        raise Unfit("The file is empty.")


def look(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    """What the reader says of it. It runs on nothing but the question: no environment of ours, so no secrets."""
    ask = {"path": str(path), "kind": kind, "folder": str(folder), "memory": MEMORY, "seconds": CPU_SECONDS}
    environment = {"PYTHONUTF8": "1", "PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.talk.files.reader", json.dumps(ask)],
            cwd=TOP,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unfit(GAVE_UP) from None
    if done.returncode:
        raise Unfit(GAVE_UP)
    told: dict[str, Any] = json.loads(done.stdout)
    if "unfit" in told:
        raise Unfit(told["unfit"])
    return told


def ready(name: str, kind: str, type_: str, told: dict[str, Any], folder: Path) -> Ready:
    if kind == PHOTO:
        name = f"{name.rpartition('.')[0]}.{told['ending']}"
        sizes = {"width": told["width"], "height": told["height"]}
        return Ready(name, kind, told["type"], folder / "large", folder / "small", **sizes)
    copy = folder / "cleaned"
    return Ready(name, kind, type_, folder / "original", cleaned=copy if copy.exists() else None)
