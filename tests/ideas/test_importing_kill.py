"""An import by command, killed by the system in the middle of its votes: nothing is seen, and it can be begun again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.ideas.actions import wrong_counters
from app.ideas.listing import Filter, places
from app.ideas.models import Idea, Vote
from app.people.actor import find_actor
from app.people.queries import count_people
from app.record.models import Entry
from app.record.queries import verify
from app.settings import TOP
from tests.cast import the_cast
from tests.ideas.imports import MAPS, real

NAME = "american-assembly.bowling-green"


def votes(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Vote)) or 0


def test_killed_among_its_votes(both: Database, data: Path) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    folder = data / "polis_open_data" / NAME
    command = [sys.executable, "-m", "app", "ideas", "import", str(folder), "--map", str(MAPS / f"{NAME}.toml")]
    own = {"PILOTAGE_DATABASE_URL": both.url, "PILOTAGE_RECORD_KEY": "5e" * 32}
    process = subprocess.Popen(command, cwd=TOP, env=os.environ | own, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while votes(both) < 5_000:
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"It ended before it could be killed: {process.communicate()[1].decode()}")
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 5_000 <= votes(both) < 109_752
    with both.reading() as db:
        noor = find_actor(db, cast.noor.id)
        assert places(db, noor, Filter())[0] == []
        assert count_people(db, "", "imported") == 0
        assert db.scalar(select(func.count()).where(col(Entry.move) == "import")) == 0
        assert wrong_counters(db) == []
    assert real(both, data, NAME)["votes"]["support"] == votes(both) == 109_752
    with both.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 896
        assert wrong_counters(db) == []
        assert verify(db, both.known["record_keys"]).intact
