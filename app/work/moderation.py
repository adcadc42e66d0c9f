"""What waits for whoever moderates: comments that somebody reported."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.talk.moderation.queries import moderates_any, open_reports
from app.todo import Todo


def waiting(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    """One line for all of them: the page lists them, longest waiting first."""
    if not moderates_any(actor):
        return
    found = open_reports(db, actor)
    if not found:
        return
    count = len(found)
    rest = "a comment that was reported" if count == 1 else f"{count} comments that were reported"
    href = f"/talk/comments/{found[0].comment_id}/moderation" if count == 1 else "/talk/moderation"
    title = found[0].thing.title if count == 1 else ""
    sub = f"on “{title}”" if title else ""
    yield Todo("Look at", href, "moderation", day, rest=rest, sub=sub, things=count)
