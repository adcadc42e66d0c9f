"""What files have done by themselves: bytes that no row names are swept away."""

from datetime import timedelta
from typing import Any

from app.db import Database
from app.outbox import Task
from app.talk.files.actions import A_DAY, SWEEP, sweep
from app.talk.files.store import store_of

AN_HOUR = timedelta(hours=1)  # longer than a request that has put bytes and not committed yet


def run(database: Database, payload: dict[str, Any]) -> None:
    with database.reading() as db:
        sweep(db, store_of(database.known["settings"]), older=AN_HOUR if payload.get("erased") else A_DAY)


tasks = [Task(SWEEP, run)]
