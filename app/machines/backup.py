"""A backup: one tar file with the database as it was at one moment, the files that its rows name, and a manifest.

People go on writing meanwhile: SQLite copies a snapshot (`VACUUM INTO`), PostgreSQL dumps one (`pg_dump --snapshot`),
and rows and the record's head are counted in that same snapshot. Files are copied after it, under their sha256, each
held against it: none that a row names is ever changed. The tar appears under its name only when it is whole.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Missing, Trouble
from app.record.chain import Keys, key_beside
from app.record.queries import verify
from app.settings import Settings
from app.talk.files.models import File
from app.talk.files.queries import wanted
from app.talk.files.store import Store, store_of

FORMAT = 1
MANIFEST = "manifest.json"
KEY = "record.key"
CONTENTS = "files/"
MEMBERS = {"sqlite": "pilotage.db", "postgresql": "pilotage.dump"}
KEEP = {"idle_in_transaction_session_timeout": 0, "statement_timeout": 0}


def back_up(settings: Settings, database: Database, target: Path, *, with_key: bool = False) -> dict[str, Any]:
    """Write the backup and give its manifest back. Raises Trouble when what was copied is not sound."""
    if target.exists():
        raise Trouble(f"{target} exists already. Name a file that is not there yet.")
    if not target.parent.is_dir():
        raise Trouble(f"There is no folder {target.parent}.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
        folder = Path(name)
        kind = "sqlite" if database.embedded else "postgresql"
        member = folder / MEMBERS[kind]
        copied = copy_sqlite(database, member) if database.embedded else copy_postgres(database, member)
        named: list[str] = copied.pop("wanted")
        members = [member]
        if with_key:
            (folder / KEY).write_text(key_words(settings))
            members.append(folder / KEY)
        manifest = {
            "format": FORMAT,
            "made_at": now().isoformat(timespec="seconds"),
            "database": kind,
            **copied,
            "files": {one.name: {"sha256": sha256(one), "size": one.stat().st_size} for one in members},
            "contents": summed(named),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        store = store_of(settings)
        still = partial(still_wanted, database)
        pack([folder / MANIFEST, *members], folder / "whole.tar", taken_from(store, named, folder, still))
        os.replace(folder / "whole.tar", target)
    sync(target.parent)
    return manifest


def summed(names: Sequence[str]) -> dict[str, Any]:
    """How many files' contents there are, and one hash over their names, which are hashes themselves."""
    return {"count": len(names), "sha256": hashlib.sha256("".join(sorted(names)).encode()).hexdigest()}


def wanted_contents(connection: Connection) -> list[str]:
    """The contents that rows of a database name, in the snapshot that this connection sees."""
    if "file" not in inspect(connection).get_table_names():
        return []
    columns = (File.sha256, File.preview, File.cleaned)
    found = {name for column in columns for name in connection.scalars(select(col(column)).distinct()) if name}
    return sorted(found)


def still_wanted(database: Database, name: str) -> bool:
    with database.reading() as db:
        return bool(wanted(db, [name]))


def taken_from(store: Store, names: Iterable[str], folder: Path, still: Callable[[str], bool]) -> Iterator[Path]:
    """Each content as a file of its own, checked, and gone when the next one comes. What an erasure took away while
    the backup was being made is left empty: it is to be forgotten."""
    for name in names:
        path = folder / name
        try:
            with path.open("wb") as out:
                out.writelines(store.read(name))
        except Missing:
            if still(name):
                raise Trouble(f"The file {name[:12]}... is not in the store: nothing was written.") from None
        if path.stat().st_size and sha256(path) != name:
            raise Trouble(f"The file {name[:12]}... in the store is not what it was: nothing was written.")
        yield path
        path.unlink()


def key_words(settings: Settings) -> str:
    words = settings.record_key.get_secret_value()
    return words or key_beside(settings.database_file).read_text()


def copy_sqlite(database: Database, member: Path) -> dict[str, Any]:
    raw = database.reads.raw_connection()
    try:
        assert raw.driver_connection
        raw.driver_connection.execute("VACUUM INTO ?", (str(member),))
    finally:
        raw.close()
    with looking_at(member) as connection:
        refuse_broken(connection)
        found = contents(connection) | {"wanted": wanted_contents(connection)}
        refuse_false_record(connection, database.known["record_keys"])
    return found


@contextmanager
def looking_at(file: Path) -> Iterator[Connection]:
    """An SQLite file that nobody else has open, without changing a byte of it."""
    from pysqlite3 import dbapi2

    engine: Engine = create_engine(f"sqlite:///file:{file}?immutable=1&uri=true", module=dbapi2)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def refuse_broken(connection: Connection) -> None:
    if (found := connection.scalar(text("PRAGMA integrity_check"))) != "ok":
        raise Trouble(f"The copy of the database is broken: {str(found).splitlines()[0]}.")
    if broken := connection.execute(text("PRAGMA foreign_key_check")).first():
        raise Trouble(f"A row of {broken[0]} in the copy points to one that is not there.")


def contents(connection: Connection) -> dict[str, Any]:
    """What a database holds, in figures that a restored one must show again."""
    names = sorted(inspect(connection).get_table_names())
    rows = {name: connection.scalar(select(func.count()).select_from(table(name))) for name in names}
    if "record_head" not in rows:
        raise Trouble("The database has no tables yet: there is nothing to keep.")
    number, last = connection.execute(text("SELECT number, hash FROM record_head")).one()
    revisions = connection.scalars(text("SELECT version_num FROM alembic_version ORDER BY version_num")).all()
    return {"rows": rows, "record": {"number": number, "hash": last}, "revisions": list(revisions)}


def refuse_false_record(connection: Connection, keys: Keys) -> None:
    with Session(connection) as db:
        verdict = verify(db, keys)
    if not verdict.intact:
        raise Trouble(f"The record does not verify at entry {verdict.first_broken}: {verdict.why}.")


def copy_postgres(database: Database, member: Path) -> dict[str, Any]:
    with database.reads.connect() as connection:
        for setting, value in KEEP.items():
            connection.exec_driver_sql(f"SET LOCAL {setting} = {value}")
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        run_postgres("pg_dump", database.url, "--format=custom", f"--snapshot={snapshot}", f"--file={member}")
        found = contents(connection) | {"wanted": wanted_contents(connection)}
        refuse_false_record(connection, database.known["record_keys"])
    return found


def run_postgres(program: str, address: str, *options: str) -> None:
    """One of PostgreSQL's programs; the password goes by its environment, where others cannot read it."""
    path = shutil.which(program)
    if path is None:
        raise Trouble(f"{program} is not installed here. On Debian: apt-get install postgresql-client")
    url = make_url(address).set(drivername="postgresql")
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    bare = url.set(password=None).render_as_string(hide_password=False)
    command = [path, f"--dbname={bare}", "--no-password", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Trouble(f"{program} failed: {(done.stderr.strip() or 'it said nothing').splitlines()[-1]}")


def pack(files: list[Path], target: Path, contents: Iterable[Path] = ()) -> None:
    """Readable by its owner alone, and on the disk before it gets its name. contents: into a folder of their own."""
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as archive:
            for file in files:
                archive.add(file, arcname=file.name, filter=nobody)
            for file in contents:
                archive.add(file, arcname=f"{CONTENTS}{file.name}", filter=nobody)
        out.flush()
        os.fsync(out.fileno())


def nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def differing(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The first thing in which a database is not what its manifest says, in words; empty when it is."""
    if wanted["record"] != found["record"]:
        return "the record ends elsewhere"
    for name in sorted(wanted["rows"].keys() | found["rows"].keys()):
        if wanted["rows"].get(name) != found["rows"].get(name):
            return f"{name} has {found['rows'].get(name)} rows instead of {wanted['rows'].get(name)}"
    return ""
