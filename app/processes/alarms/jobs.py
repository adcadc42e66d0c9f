"""A source that came in, or grew, or whose coding is finished, is looked at for what got worse."""

from app.changes import counts
from app.db import Database
from app.outbox import Watch
from app.processes.alarms import actions

seen: dict[str, tuple[int, ...]] = {}


def look(database: Database) -> None:
    """Asks for one number every few seconds; for more only when something in the voice has changed."""
    with database.reading() as db:
        now = counts(db, "voice")
    if seen.get(database.url) != now:
        actions.look(database)
        seen[database.url] = now


watches = [Watch("alarms", look, every=5.0)]
