"""What the pages of meetings and motions begin with."""

from typing import Annotated

from fastapi import Depends

from app.errors import Refused
from app.people.actor import Actor
from app.people.found import found
from app.review.meetings.models import Motion
from app.review.meetings.queries import motions_visible_to, visible_to
from app.review.meetings.rules import running
from app.review.models import Meeting

TheMeeting = Annotated[Meeting, Depends(found(Meeting, visible_to))]
TheMotion = Annotated[Motion, Depends(found(Motion, motions_visible_to))]


def must_lead(actor: Actor, meeting: Meeting) -> None:
    if not actor.chairs(meeting.committee_id):
        raise Refused("The chair or the deputy leads meetings.")


def back(meeting: Meeting) -> str:
    """Where a meeting is looked at: while it is running, live."""
    here = f"/review/meetings/{meeting.id}"
    return f"{here}/live" if running(meeting) else here
