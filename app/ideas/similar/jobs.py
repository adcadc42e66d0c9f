"""The index of similar ideas catches up with what was written."""

from app.db import Database
from app.ideas.similar.keeping import catch_up, waiting
from app.outbox import Watch


def look(database: Database) -> None:
    """Asks for one row every few seconds."""
    with database.reading() as db:
        fresh = waiting(db)
    if fresh:
        catch_up(database)


watches = [Watch("similar ideas", look)]
