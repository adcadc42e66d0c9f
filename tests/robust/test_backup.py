"""Backups made while people write, brought back whole; and what is refused."""

import hashlib
import json
import os
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db import Database
from app.errors import Trouble
from app.machines.backup import back_up, contents, looking_at
from app.machines.restore import restore
from app.main import open_database
from app.record.actions import write
from app.record.chain import Keys, key_beside
from app.record.queries import verify
from app.settings import Settings
from app.talk.files.models import File
from app.talk.files.store import store_of
from tests.cast import the_cast
from tests.conftest import RECORD_KEY, settings_for
from tests.postgres import find_programs, fresh_database


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{find_programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def empty(both: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """The settings of a place to restore to, of the same kind."""
    if both.embedded:
        return settings_for(f"sqlite:///{tmp_path / 'elsewhere' / 'pilotage.db'}")
    return settings_for(fresh_database(request.getfixturevalue("postgres")))


class Writers:
    """Four who write entries of the record until they are stopped."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.over = False
        self.threads = [threading.Thread(target=self.write, args=(place,)) for place in range(4)]
        for thread in self.threads:
            thread.start()

    def write(self, place: int) -> None:
        number = 0
        while not self.over:
            with self.database.writing() as db:
                write(db, None, "test", f"idea:{place}", figures={"number": number}, words={"reason": "Because"})
            number += 1

    def stop(self) -> None:
        self.over = True
        for thread in self.threads:
            thread.join()


def test_three_backups_under_writers_come_back_whole(both: Database, empty: Settings, tmp_path: Path) -> None:
    with both.writing() as db:
        the_cast(db)
    writers, made = Writers(both), []
    try:
        for number in range(3):
            made.append(back_up(settings_for(both.url), both, tmp_path / f"{number}.tar"))
    finally:
        writers.stop()
    assert made[0]["record"]["number"] < made[2]["record"]["number"]
    for number, manifest in enumerate(made):
        assert restore(empty, tmp_path / f"{number}.tar", force=number > 0) == manifest
        restored = open_database(empty)
        with restored.reading() as db:
            assert contents(db.connection())["rows"] == manifest["rows"]
            assert verify(db, Keys.of(RECORD_KEY)).entries == manifest["record"]["number"]
        with restored.writing() as db:
            assert write(db, None, "test", "idea:1").number == manifest["record"]["number"] + 1
        restored.close()


def with_files(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update={"files_url": str(folder)})


def hung(database: Database, settings: Settings, folder: Path) -> dict[str, bytes]:
    """Two rows and the bytes that they name."""
    with database.writing() as db:
        amal = the_cast(db).amal
        same = {"about": "idea:1", "kind": "document", "type": "text/plain", "size": 1, "added_by": amal.id}
        for place, words in enumerate((b"one", b"two" * 500_000)):
            path = folder / f"file {place}"
            path.write_bytes(words)
            db.add(File(**same, place=place, name="a.txt", sha256=store_of(settings).put(path)))
    return {name: b"".join(store_of(settings).read(name)) for name, _ in store_of(settings).names()}


def test_files_come_back_with_their_rows(both: Database, empty: Settings, tmp_path: Path) -> None:
    here, there = with_files(settings_for(both.url), tmp_path / "here"), with_files(empty, tmp_path / "there")
    kept = hung(both, here, tmp_path)
    (tmp_path / "stray").write_text("no row names it")
    store_of(here).put(tmp_path / "stray")
    manifest = back_up(here, both, tmp_path / "kept.tar")
    assert manifest["contents"]["count"] == 2
    assert restore(there, tmp_path / "kept.tar") == manifest
    assert {name: b"".join(store_of(there).read(name)) for name, _ in store_of(there).names()} == kept


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_file_that_is_not_what_its_row_says_stops_a_backup(database: Database, tmp_path: Path, harm: str) -> None:
    here = with_files(settings_for(database.url), tmp_path / "here")
    name = sorted(hung(database, here, tmp_path))[0]
    path = tmp_path / "here" / name[:2] / name
    path.unlink() if harm == "gone" else path.write_bytes(b"other")
    with pytest.raises(Trouble, match="nothing was written"):
        back_up(here, database, tmp_path / "kept.tar")
    assert not (tmp_path / "kept.tar").exists()


@pytest.mark.parametrize("harm", ["gone", "changed", "added"])
def test_a_backup_with_other_files_is_refused(database: Database, tmp_path: Path, harm: str) -> None:
    here = with_files(settings_for(database.url), tmp_path / "here")
    hung(database, here, tmp_path)
    back_up(here, database, tmp_path / "kept.tar", with_key=True)
    folder = tmp_path / "unpacked"
    with tarfile.open(tmp_path / "kept.tar") as archive:
        archive.extractall(folder, filter="data")
    one = sorted((folder / "files").iterdir())[0]
    match harm:
        case "gone":
            one.unlink()
        case "changed":
            one.write_bytes(b"other")
        case "added":
            (folder / "files" / hashlib.sha256(b"more").hexdigest()).write_bytes(b"more")
    with tarfile.open(tmp_path / "wrong.tar", "w") as archive:
        for path in sorted(folder.rglob("*"), key=lambda path: path.name != "manifest.json"):
            if path.is_file():
                archive.add(path, arcname=path.relative_to(folder).as_posix())
    target = with_files(settings_for(f"sqlite:///{tmp_path / 'elsewhere' / 'pilotage.db'}"), tmp_path / "there")
    with pytest.raises(Trouble, match=r"damaged|missing"):
        restore(target, tmp_path / "wrong.tar")
    assert not (tmp_path / "elsewhere" / "pilotage.db").exists()


def test_a_backup_is_for_its_owner_alone_and_without_the_key(both: Database, tmp_path: Path) -> None:
    back_up(settings_for(both.url), both, tmp_path / "plain.tar")
    back_up(settings_for(both.url), both, tmp_path / "whole.tar", with_key=True)
    assert (tmp_path / "plain.tar").stat().st_mode & 0o777 == 0o600
    assert RECORD_KEY.encode() not in (tmp_path / "plain.tar").read_bytes()
    with tarfile.open(tmp_path / "whole.tar") as archive:
        assert "record.key" in archive.getnames()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")] == []
    with pytest.raises(Trouble, match="exists already"):
        back_up(settings_for(both.url), both, tmp_path / "plain.tar")


def test_a_database_that_holds_something_is_not_overwritten_unasked(both: Database, tmp_path: Path) -> None:
    settings = settings_for(both.url)
    with both.writing() as db:
        write(db, None, "test", "idea:1")
    back_up(settings, both, tmp_path / "b.tar")
    both.close()
    with pytest.raises(Trouble, match="--force"):
        restore(settings, tmp_path / "b.tar")
    restore(settings, tmp_path / "b.tar", force=True)
    if both.embedded:
        assert len(list(tmp_path.glob("pilotage.db.before-*"))) == 1


def test_a_database_that_is_in_use_is_not_replaced(database: Database, tmp_path: Path) -> None:
    settings = settings_for(database.url)
    back_up(settings, database, tmp_path / "b.tar")
    database.stay_open()
    with pytest.raises(Trouble, match="Stop the server first"):
        restore(settings, tmp_path / "b.tar", force=True)
    with database.writing() as db:
        write(db, None, "test", "idea:1")


def repacked(source: Path, change: Callable[[Path], None]) -> Path:
    folder = source.with_suffix("")
    folder.mkdir()
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    change(folder)
    target = source.with_name("changed.tar")
    with tarfile.open(target, "w") as archive:
        for file in sorted(folder.iterdir(), key=lambda file: file.name != "manifest.json"):
            archive.add(file, arcname=file.name)
    return target


def flip(folder: Path) -> None:
    content = bytearray((folder / "pilotage.db").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "pilotage.db").write_bytes(content)


def say(**said: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(manifest | said))

    return change


def outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../outside"] = manifest["files"]["pilotage.db"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (flip, "was damaged"),
        (lambda folder: (folder / "manifest.json").unlink(), "not a backup"),
        (lambda folder: (folder / "pilotage.db").unlink(), "not a backup"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "not a backup"),
        (say(format=9), "another version"),
        (say(database="postgresql"), "of postgresql"),
        (say(record={"number": 9, "hash": "f"}), "the record ends elsewhere"),
        (say(rows={"person": 5}), "rows instead of"),
        (outside, "does not belong there"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_touched(
    database: Database, tmp_path: Path, change: Callable[[Path], None], words: str
) -> None:
    back_up(settings_for(database.url), database, tmp_path / "b.tar")
    settings = settings_for(f"sqlite:///{tmp_path / 'elsewhere' / 'pilotage.db'}")
    with pytest.raises(Trouble, match=words):
        restore(settings, repacked(tmp_path / "b.tar", change))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_is_no_tar_file_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("something else")
    with pytest.raises(Trouble, match="not a backup"):
        restore(settings_for(database.url), tmp_path / "b.tar")


def test_a_record_that_was_tampered_with_is_not_backed_up(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        for number in range(3):
            write(db, None, "test", f"idea:{number}")
    with database.writing() as db:
        db.execute(text("DROP TRIGGER record_no_update"))
        db.execute(text("UPDATE record SET ref = 'idea:9' WHERE number = 2"))
    with pytest.raises(Trouble, match="at entry 2"):
        back_up(settings_for(database.url), database, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_the_key_comes_back_and_the_one_that_signs_here_stays(database: Database, tmp_path: Path) -> None:
    old = settings_for(database.url)
    with database.writing() as db:
        write(db, None, "test", "idea:1")
    back_up(old, database, tmp_path / "b.tar", with_key=True)
    keyless = old.model_copy(
        update={"record_key": type(old.record_key)(""), "database_url": f"sqlite:///{tmp_path / 'new' / 'p.db'}"}
    )
    key = key_beside(keyless.database_file)
    key.parent.mkdir()
    key.write_text("ab" * 32 + "\n")
    restore(keyless, tmp_path / "b.tar")
    assert key.read_text().split() == [RECORD_KEY, "ab" * 32]
    assert key.stat().st_mode & 0o777 == 0o600
    with looking_at(keyless.database_file) as connection:
        assert contents(connection)["record"]["number"] == 1
