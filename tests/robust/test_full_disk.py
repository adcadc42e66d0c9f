"""A disk that is full: changes say so, pages go on, and nothing needs a restart when there is room again."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from app.main import open_database
from app.record.queries import verify
from tests.conftest import settings_for
from tests.robust.serving import Client, a_token, made, thread

SIZE = 16 * 1024 * 1024


class Disk:
    """A small disk of its own; where none may be mounted, a database that may not grow."""

    def __init__(self, folder: Path, template: Path) -> None:
        folder.mkdir()
        self.filler = folder / "filler"
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
        self.folder, self.own = folder, subprocess.run(mount, capture_output=True).returncode == 0
        shutil.copy(template, folder / "pilotage.db")
        self.limit = 0
        self.database = open_database(settings_for(f"sqlite:///{folder / 'pilotage.db'}"))
        event.listen(self.database.writes, "begin", self.cap)

    def cap(self, connection: object) -> None:
        if not self.own:
            connection.exec_driver_sql(f"PRAGMA max_page_count={self.limit or 2**30}")  # type: ignore[attr-defined]

    def fill(self) -> None:
        self.limit = 1
        if self.own:
            with self.filler.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    pass

    def make_room(self) -> None:
        self.limit = 0
        self.filler.unlink(missing_ok=True)

    def close(self) -> None:
        self.database.close()
        if self.own:
            subprocess.run(["umount", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path, sqlite_template: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk", sqlite_template)
    yield disk
    disk.close()


def writes(client: Client, numbers: range) -> list[int]:
    return [client.post("/test/write", key=f"k{n}", number=n, why="x" * 20_000).status for n in numbers]


def test_a_full_disk_refuses_changes_and_shows_pages(disk: Disk) -> None:
    database = disk.database
    app = made(settings_for(database.url), database, run_worker=False)
    with thread(app) as port:
        client = Client(port, a_token(database))
        assert writes(client, range(3)) == [303] * 3
        disk.fill()
        refused = writes(client, range(100, 130))
        assert refused[-1] == 507
        assert set(refused) <= {303, 507}
        assert [client.get("/test/read").status for _ in range(10)] == [200] * 10
        assert client.get("/readyz").status == 200
        disk.make_room()
        assert writes(client, range(100, 130)) == [303] * 30
        client.close()
    with database.reading() as db:
        assert db.scalar(text("PRAGMA integrity_check")) == "ok"
        assert db.scalar(text("SELECT count(DISTINCT ref) FROM record WHERE move = 'test'")) == 33
        assert db.scalar(text("SELECT count(*) FROM record WHERE move = 'test'")) == 33
        assert verify(db, database.known["record_keys"]).intact
