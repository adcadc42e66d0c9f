"""The live page of a meeting, for all its members; and the stream that tells it of changes."""

from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from app.changes import counts
from app.columns import now
from app.db import Db
from app.people.actor import Actor, Member
from app.review.meetings import actions
from app.review.meetings.finding import TheMeeting, back, must_lead
from app.review.meetings.forms import FloorForm, PresenceForm
from app.review.meetings.live import Listener, bell_of, come, rights_of
from app.review.meetings.queries import agenda
from app.review.meetings.rules import may_come, running
from app.review.meetings.showing import SHOWN, facts, seen
from app.review.models import Meeting
from app.web import Request, Response, Typed, fill, page, router, see, unchanged

routes = router()


@routes.get("/review/meetings/{id}/live")
def live(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    if kept := unchanged(request, actor.rights, may_come(meeting, now()), counts(db, *SHOWN)):
        return kept
    return draw(db, request, actor, meeting)


def draw(db: Session, request: Request, actor: Actor, meeting: Meeting, status: int = 200) -> Response:
    known = facts(db, meeting)
    found, there = agenda(db, meeting, actor, known.plan), known.there
    item = found.on
    counting = len(found.counts(item.idea_id, there)) if item and not item.mine_out else 0
    return page(
        request,
        "review/meetings/live.html",
        status=status,
        meeting=meeting,
        agenda=found,
        there=there,
        motions=seen(actor, known.voting, found.hidden, there),
        counting=counting,
        able=len(found.counts(item.idea_id, [one.id for one in found.seated])) if item else 0,
        quorum=known.quorum,
        running=running(meeting),
        may_come=may_come(meeting, now()),
        here_now=actor.id in there,
        heads=actor.chairs(meeting.committee_id),
    )


@routes.get("/review/meetings/{id}/live/stream")
async def stream(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    """The request's own transaction ends before the first word is sent."""
    bell = bell_of(request.app.state)
    bell.must_have_room(actor.session)
    listener = Listener(meeting.id, actor.session, rights_of(actor), come(db, meeting.id))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(bell.follow(listener), media_type="text/event-stream", headers=headers)


@routes.post("/review/meetings/{id}/presence")
def presence(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    form = fill(PresenceForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    here = form.data.value == "here"
    actions.come_or_go(db, actor, meeting, here)
    return see(request, f"/review/meetings/{meeting.id}/live", "You are there." if here else "You have left.")


@routes.post("/review/meetings/{id}/floor")
def floor(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(FloorForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    actions.take_up(db, meeting, form.data.item)
    return see(request, back(meeting))
