"""After a source came in: its codes become themes, and what a merged theme brought goes where it went."""

from app.changes import counts
from app.db import Database
from app.outbox import Watch
from app.voice.comments import actions

seen: dict[str, tuple[int, ...]] = {}


def look(database: Database) -> None:
    """Asks for one number every few seconds; for more only when something in the voice has changed."""
    with database.reading() as db:
        now = counts(db, "voice")
        if seen.get(database.url) == now:
            return
        sources = actions.with_codes(db)
    for source_id in sources:
        actions.adopt_codes(database, source_id)
    with database.writing() as db:
        actions.tidy(db)
    with database.reading() as db:
        seen[database.url] = counts(db, "voice")


watches = [Watch("codes of comments", look, every=5.0)]
