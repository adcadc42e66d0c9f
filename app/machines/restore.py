"""Bringing a backup back: everything is checked before anything is touched, and what stood there is kept beside."""

import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from app import schema
from app.columns import now
from app.db import Database
from app.errors import Trouble
from app.machines.backup import (
    CONTENTS,
    FORMAT,
    KEY,
    MANIFEST,
    MEMBERS,
    contents,
    differing,
    looking_at,
    refuse_broken,
    refuse_false_record,
    run_postgres,
    sha256,
    summed,
    sync,
)
from app.record.chain import Keys, key_beside
from app.settings import Settings
from app.talk.files.store import A_NAME, Store, store_of

MANIFEST_LIMIT = 1024 * 1024


def restore(settings: Settings, source: Path, *, force: bool = False) -> dict[str, Any]:
    """Put a backup in the place of the configured database, and give its manifest back."""
    if not source.is_file():
        raise Trouble(f"There is no file {source}.")
    home = settings.database_file.absolute().parent if settings.embedded else None
    if home:
        home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=home) as name:
        folder = Path(name)
        manifest = unpack(source, folder)
        kind = "sqlite" if settings.embedded else "postgresql"
        if manifest["database"] != kind:
            raise Trouble(f"The backup is of {manifest['database']}; PILOTAGE_DATABASE_URL names a {kind} database.")
        words = key_words(settings, folder / KEY)
        member = folder / MEMBERS[kind]
        put_contents(settings, source, manifest, folder)
        if settings.embedded:
            restore_sqlite(settings, member, manifest, words, force=force)
        else:
            restore_postgres(settings, member, manifest, words, force=force)
    return manifest


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """The members that the manifest names, each with the hash that it names."""
    try:
        with tarfile.open(source) as archive:
            manifest = read_manifest(archive)
            for name, said in manifest["files"].items():
                if name not in (*MEMBERS.values(), KEY):
                    raise Trouble(f"The backup holds {name}, which does not belong there.")
                take_out(archive, name, folder / name)
                if sha256(folder / name) != said["sha256"]:
                    raise Trouble(f"{name} in the backup is not what its manifest says: the file was damaged.")
    except (tarfile.TarError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise Trouble(f"{source} is not a backup of Pilotage, or it is damaged.") from error
    return manifest


def put_contents(settings: Settings, source: Path, manifest: dict[str, Any], folder: Path) -> None:
    """The files' contents, each held against the hash that is its name, into the store beside what it holds already:
    one more is harmless there. All of them before the database that names them."""
    try:
        found = put_each(store_of(settings), source, folder)
    except tarfile.TarError as error:
        raise Trouble(f"{source} is not a backup of Pilotage, or it is damaged.") from error
    if summed(found) != manifest.get("contents", summed([])):
        raise Trouble("Files are missing from the backup, or there are more than its manifest says.")


def put_each(store: Store, source: Path, folder: Path) -> list[str]:
    found: list[str] = []
    with tarfile.open(source) as archive:
        for member in archive:
            name = member.name.removeprefix(CONTENTS)
            if name == member.name:
                continue
            if not A_NAME.fullmatch(name):
                raise Trouble(f"The backup holds {member.name[:80]}, which does not belong there.")
            found.append(name)
            if member.size:
                take_out(archive, member.name, folder / name)
                if sha256(folder / name) != name:
                    raise Trouble(f"A file in the backup, {name[:12]}..., is damaged.")
                store.put(folder / name)
                (folder / name).unlink()
    return found


def read_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    content = archive.extractfile(MANIFEST)
    manifest: dict[str, Any] = json.loads(content.read(MANIFEST_LIMIT)) if content else {}
    if manifest["format"] != FORMAT:
        raise Trouble("The backup was made by another version, in a form that this one cannot read.")
    return manifest


def take_out(archive: tarfile.TarFile, name: str, target: Path) -> None:
    content = archive.extractfile(name)
    if content is None:
        raise Trouble(f"{name} in the backup is not a file.")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(content, out)
        out.flush()
        os.fsync(out.fileno())


def key_words(settings: Settings, packed: Path) -> str:
    """Every key there is: those of the backup first, ours last, since the last one signs."""
    ours = settings.record_key.get_secret_value()
    beside = key_beside(settings.database_file) if settings.embedded else None
    if not ours and beside and beside.exists():
        ours = beside.read_text()
    theirs = packed.read_text() if packed.exists() else ""
    words = list(dict.fromkeys([*(word for word in theirs.split() if word not in ours.split()), *ours.split()]))
    if not words:
        raise Trouble(
            "The key of the record is not here. Put record.key beside the database, or set PILOTAGE_RECORD_KEY."
        )
    return "\n".join(words) + "\n"


def restore_sqlite(settings: Settings, member: Path, manifest: dict[str, Any], words: str, *, force: bool) -> None:
    target = settings.database_file.absolute()
    with looking_at(member) as connection:
        refuse_broken(connection)
        if problem := differing(manifest, contents(connection)):
            raise Trouble(f"The backup is not what its manifest says: {problem}.")
        refuse_false_record(connection, Keys.of(words))
    if target.exists() and target.stat().st_size:
        set_aside(target, force=force)
    if not settings.record_key.get_secret_value():
        write_key(key_beside(target), words)
    os.replace(member, target)
    sync(target.parent)


def set_aside(target: Path, *, force: bool) -> None:
    """Out of use and complete in its one file, the old database goes beside the new one."""
    from pysqlite3 import dbapi2

    connection = dbapi2.connect(str(target), timeout=1)
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return
        if not force:
            raise Trouble(f"{target} holds a database already. To put the backup in its place, say --force.")
        connection.execute("PRAGMA journal_mode=DELETE")
    except dbapi2.OperationalError as error:
        raise Trouble("The database is in use. Stop the server first.") from error
    finally:
        connection.close()
    target.rename(target.with_name(f"{target.name}.before-{now():%Y%m%d-%H%M%S}"))


def write_key(file: Path, words: str) -> None:
    fresh = file.with_name(file.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(words)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, file)


def restore_postgres(settings: Settings, member: Path, manifest: dict[str, Any], words: str, *, force: bool) -> None:
    """In one transaction of PostgreSQL's own program: either all of it is there, or all that was before."""
    database = Database(settings.database_url)
    try:
        if not schema.is_empty(database) and not force:
            raise Trouble("The database holds tables already. To put the backup in their place, say --force.")
        database.close()
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--clean", "--if-exists")
        run_postgres("pg_restore", settings.database_url, *options, str(member))
        with database.reads.connect() as connection:
            if problem := differing(manifest, contents(connection)):
                raise Trouble(f"What was restored is not what the manifest says: {problem}.")
            refuse_false_record(connection, Keys.of(words))
    finally:
        database.close()
