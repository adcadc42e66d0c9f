"""A new wave, or a changed register, is read in the background; the pages find it ready."""

from app.changes import counts
from app.db import Database
from app.lately import lately
from app.outbox import Watch
from app.processes.standing.actions import read_waves


def look(database: Database) -> None:
    """Two counters say whether there can be anything new."""
    with database.reading() as db:
        seen, now = lately(db, "waves read", 1), counts(db, "voice", "processes")
        known = seen.get("counts") == now
    if not known:
        read_waves(database)
        with database.reading() as db:
            seen.put("counts", counts(db, "voice", "processes"))


watches = [Watch("what waves say of processes", look, every=5.0)]
