"""Where files' bytes lie: a local folder, or a bucket of S3, Azure or Google through obstore; always by their sha256.

A name never goes into a path: what is not 64 hexadecimal digits is refused. Bytes are put before the row that names
them is committed; what no row names in the end is swept away a day later.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from app.errors import Missing, Trouble
from app.settings import TOP, Settings

A_NAME = re.compile(r"[0-9a-f]{64}")
PIECE = 256 * 1024
BUCKETS = ("s3", "s3a", "az", "azure", "abfs", "abfss", "gs", "memory")


class Store(Protocol):
    """put: the file's bytes under its sha256, which it gives back; the file at `path` may be gone afterwards.
    read: pieces; raises Missing at once. names: every one with the moment when it was last put."""

    def put(self, path: Path) -> str: ...

    def read(self, name: str) -> Iterator[bytes]: ...

    def has(self, name: str) -> bool: ...

    def remove(self, name: str) -> None: ...

    def names(self) -> Iterator[tuple[str, datetime]]: ...


def sound(name: str) -> str:
    if not A_NAME.fullmatch(name):
        raise Missing()
    return name


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Folder:
    """`ab/abcd...` below one folder that no web server serves, readable by its owner alone."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def place(self, name: str) -> Path:
        return self.home / sound(name)[:2] / name

    def put(self, path: Path) -> str:
        """On the disk before it gets its name: what a committed row names is there after a power cut."""
        name = digest(path)
        place = self.place(name)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = place.with_name(f".{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with path.open("rb") as source, os.fdopen(descriptor, "wb") as to:
            shutil.copyfileobj(source, to, PIECE)
            to.flush()
            os.fsync(to.fileno())
        os.replace(fresh, place)
        for folder in (place.parent, self.home):
            sync(folder)
        return name

    def read(self, name: str) -> Iterator[bytes]:
        try:
            file = self.place(name).open("rb")
        except FileNotFoundError:
            raise Missing() from None
        return pieces(file)

    def has(self, name: str) -> bool:
        return self.place(name).is_file()

    def remove(self, name: str) -> None:
        self.place(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self.home.glob("??/*"):
            if A_NAME.fullmatch(path.name):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


def pieces(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Bucket:
    """A bucket of a cloud, below the prefix that its address names. Credentials come as that cloud's own settings."""

    def __init__(self, address: str, store: Any = None) -> None:
        try:
            import obstore
        except ImportError:
            raise Trouble(f"PILOTAGE_FILES_URL names {address.partition(':')[0]}: install pilotage[buckets].") from None
        self.obstore: Any = obstore
        self.store = store or obstore.store.from_url(address)

    def put(self, path: Path) -> str:
        name = digest(path)
        with path.open("rb") as file:
            self.obstore.put(self.store, name, file)
        return name

    def read(self, name: str) -> Iterator[bytes]:
        try:
            found = self.obstore.get(self.store, sound(name))
        except FileNotFoundError:
            raise Missing() from None
        return (bytes(piece) for piece in found.stream(min_chunk_size=PIECE))

    def has(self, name: str) -> bool:
        try:
            self.obstore.head(self.store, sound(name))
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        try:
            self.obstore.delete(self.store, sound(name))
        except FileNotFoundError:
            return

    def names(self) -> Iterator[tuple[str, datetime]]:
        for batch in self.obstore.list(self.store):
            for found in batch:
                if A_NAME.fullmatch(found["path"]):
                    yield found["path"], found["last_modified"]


def store_of(settings: Settings) -> Store:
    """What PILOTAGE_FILES_URL names: a folder (as a path or file://), a bucket; else `files` beside the database."""
    address = settings.files_url
    parts = urlsplit(address)
    if parts.scheme in BUCKETS:
        return Bucket(address)
    if parts.scheme in ("", "file") and not parts.netloc:
        path = unquote(parts.path) if parts.scheme else address
        beside = settings.database_file.parent if settings.embedded else TOP / "var"
        return Folder(TOP / path if path else beside / "files")
    raise Trouble("PILOTAGE_FILES_URL is a folder, or begins with file:///, s3://, az:// or gs://.")


def incoming(settings: Settings) -> Path:
    """Where files lie while they are looked at: on this machine, in a folder of their own."""
    beside = settings.database_file.parent if settings.embedded else TOP / "var"
    place = beside / "incoming"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place
