"""The moves of a meeting, each with what follows from it."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.meetings.actions import arrive, must_not_be_voted_on
from app.review.meetings.invitations import invite
from app.review.meetings.minutes import keep
from app.review.meetings.models import Presence
from app.review.meetings.queries import in_the_room
from app.review.models import AgendaItem, Meeting, MeetingStage
from app.review.rules import heads, meeting_life


def begin(db: Session, actor: Actor, meeting: Meeting, version: int | None) -> None:
    """From now on times are noted. Who begins it is there, and so is from the beginning who was noted before."""
    if meeting.began_at is not None:
        raise Stale("This meeting has begun already.")
    start = now()
    if heads(actor, meeting) and actor.id not in in_the_room(db, meeting.id):
        arrive(db, meeting.id, [actor.id])
        write(db, actor.id, "arrive", meeting.ref, figures={"person": actor.id})
    meeting_life.make(db, actor, meeting, "begin", form=True, version=version, began_at=start, beat=meeting.beat + 1)
    here = (col(Presence.meeting_id) == meeting.id, col(Presence.left_at).is_(None))
    db.execute(update(Presence).where(*here).values(came_at=start))


def hold(db: Session, actor: Actor, meeting: Meeting, note: str, version: int | None) -> None:
    """Closed: nothing is voted on any more, all have left, and the minutes are kept as they are now."""
    must_not_be_voted_on(db, meeting.id)
    end = now()
    also: dict[str, Any] = {"ended_at": end} if meeting.began_at else {}
    meeting_life.make(db, actor, meeting, "hold", note, version=version, beat=meeting.beat + 1, **also)
    here = (col(Presence.meeting_id) == meeting.id, col(Presence.left_at).is_(None))
    db.execute(update(Presence).where(*here).values(left_at=end))
    on = (col(AgendaItem.meeting_id) == meeting.id, col(AgendaItem.begun_at).is_not(None))
    db.execute(update(AgendaItem).where(*on, col(AgendaItem.ended_at).is_(None)).values(ended_at=end))
    db.expire_all()
    keep(db, actor, meeting, "")


def cancel(db: Session, actor: Actor, meeting: Meeting, note: str, version: int | None) -> None:
    if meeting.began_at is not None and meeting.stage is MeetingStage.PLANNED:
        raise Stale("This meeting has begun. Close it instead.")
    meeting_life.make(db, actor, meeting, "cancel", note, version=version, beat=meeting.beat + 1)
    if meeting.invited:
        invite(db, meeting)


def move(db: Session, actor: Actor, meeting: Meeting, name: str, note: str, version: int | None) -> str:
    """Returns what the page says of it."""
    match name:
        case "begin":
            begin(db, actor, meeting, version)
            return "The meeting has begun, and you are there. Take up the first item when you are ready."
        case "hold":
            hold(db, actor, meeting, note, version)
            return "The meeting is closed, and its minutes are kept."
        case "cancel":
            cancel(db, actor, meeting, note, version)
            return "The meeting is cancelled."
        case _:
            meeting_life.check(actor, meeting, name, note)
            raise AssertionError(name)
