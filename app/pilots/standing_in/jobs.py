"""Days that come by themselves: terms end, absences begin and end, and with them work changes hands."""

from app.db import Database
from app.outbox import Watch
from app.people.roles import end_terms, terms_over
from app.pilots.standing_in.actions import anything, settle_all


def follow_the_days(database: Database) -> int:
    """How much was done. Asks first, and writes only where there is something to do."""
    with database.reading() as db:
        due = terms_over(db) or anything(db)
    if not due:
        return 0
    with database.writing() as db:
        return end_terms(db) + settle_all(db)


watches = [Watch("terms and absences", follow_the_days, every=30.0)]
