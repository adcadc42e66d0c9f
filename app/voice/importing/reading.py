"""A file becomes a table, in a process of its own: whoever asks never parses a stranger's bytes."""

import json
import os
import signal
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.voice.importing import limits
from app.voice.importing.kinds import kind_of, refuse_disguise
from app.voice.importing.limits import Unreadable, size
from app.voice.importing.qualtrics import untangled
from app.voice.importing.table import About, Column, Table

ROOT = Path(__file__).resolve().parents[3]
TYPES = {1: np.uint8, 2: np.uint16, 4: np.uint32}
TOO_LONG = "The file takes too long to read; leave out columns or rows, or save it as CSV."
BROKE = "The file could not be read: it is damaged, or needs more than {} of memory."


def read_table(
    path: Path,
    name: str | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    nameless: bool = False,
    memory: int = limits.MEMORY_BYTES,
    seconds: int = limits.CPU_SECONDS,
) -> Table:
    """The table in a file of a kind of kinds.py; `name` is what its owner called it, where the path is our own.

    `encoding` is UTF-8 (or UTF-16 by its mark) unless a person says `windows-1252`; `sheet` the first one unless
    named; `nameless` as gathering.py has it. Raises Unreadable with one sentence, before parsing where the size or
    the first bytes say enough. Blocks for up to limits.SECONDS: call it from a worker thread.
    """
    kind = kind_of(name or path.name)
    with _regular(path) as file:
        refuse_disguise(file.read(512), kind)
    ask = {"path": str(path.resolve()), "kind": kind, "encoding": encoding, "sheet": sheet, "nameless": nameless}
    with tempfile.TemporaryFile() as output:
        _run(json.dumps({**ask, "memory": memory, "seconds": seconds}), output, memory)
        output.seek(0)
        return untangled(_table(output, memory))


def _regular(path: Path) -> IO[bytes]:
    """The open file, if it is a file, within the size, and there."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("That is not a file.")
        if found.st_size > limits.FILE_BYTES:
            most = size(limits.FILE_BYTES)
            raise Unreadable(f"The file is {size(found.st_size)}; at most {most} can be imported at once.")
        return path.open("rb")
    except OSError as error:
        raise Unreadable(f"The file cannot be opened: {(error.strerror or 'unknown reason').lower()}.") from None


def _run(ask: str, output: IO[bytes], memory: int) -> None:
    """Run the reader on nothing but the question: no environment of ours, so no secrets either.

    With Python's own allocator a reader at its limit of memory crawls on for minutes instead of failing.
    """
    environment = {"PYTHONUTF8": "1", "PYTHONMALLOC": "malloc", "PATH": os.environ.get("PATH", "")}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.voice.importing.reader", ask],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            timeout=limits.SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(TOO_LONG) from None
    if done.returncode == -signal.SIGXCPU:
        raise Unreadable(TOO_LONG)
    if done.returncode:
        raise Unreadable(BROKE.format(size(memory)))


def _frames(output: IO[bytes]) -> Iterator[bytes]:
    while header := output.read(8):
        (length,) = struct.unpack(">Q", header)
        body = output.read(length)
        if len(body) != length:
            return
        yield body


def _table(output: IO[bytes], memory: int) -> Table:
    frames = _frames(output)
    try:
        found: dict[str, Any] = json.loads(next(frames))
        if "unreadable" in found:
            raise Unreadable(found["unreadable"], found["could_be"])
        numbers = np.frombuffer(next(frames), dtype=np.uint32)
        columns = [
            Column(name, json.loads(next(frames)), np.frombuffer(next(frames), dtype=TYPES[item]))
            for name, item in zip(found["header"], found["sizes"], strict=True)
        ]
    except StopIteration:
        raise Unreadable(BROKE.format(size(memory))) from None
    if any(len(column.codes) != len(numbers) for column in columns):
        raise Unreadable(BROKE.format(size(memory)))
    about = {name: About(said["question"], said["labels"], tuple(said["missing"])) for name, said in _said(found)}
    sheets = tuple(found["sheets"])
    return Table(columns, numbers, found["encoding"], found["separator"], found["sheet"], sheets, about)


def _said(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(found.get("about", {}).items())
