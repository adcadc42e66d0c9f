"""Papers of a meeting: an entry for calendars, the pack, the minutes."""

from app.columns import now
from app.db import Db
from app.errors import Missing
from app.people.actor import Member
from app.review.meetings import minutes, papers
from app.review.meetings.finding import TheMeeting, must_lead
from app.review.meetings.forms import AnewForm
from app.review.meetings.invitations import download
from app.web import Request, Response, Typed, fill, router, see, slow
from app.web.papers import answer

routes = router()


@routes.get("/review/meetings/{id}/meeting.ics")
def entry(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    made = download(request.app.state.settings, meeting)
    name = f'attachment; filename="meeting-{meeting.id}.ics"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)


@routes.get("/review/meetings/{id}/pack.pdf")
@slow
def pack(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    return answer(papers.pack(db, actor, meeting), f"meeting-{meeting.id}-pack.pdf")


@routes.get("/review/meetings/{id}/minutes.pdf")
@slow
def drawn(request: Request, db: Db, actor: Member, meeting: TheMeeting, version: int | None = None) -> Response:
    """The newest that is kept, or the version that is named; a draft while none is."""
    kept = minutes.versions(db, meeting.id)
    one = next((one for one in kept if version in (None, one.number)), None)
    if version is not None and one is None:
        raise Missing()
    if one is None:
        made = papers.minutes(db, actor, minutes.gather(db, meeting), None, now())
        return answer(made, f"meeting-{meeting.id}-minutes-draft.pdf")
    made = papers.minutes(db, actor, minutes.read(one), one.number, one.made_at)
    return answer(made, f"meeting-{meeting.id}-minutes-{one.number}.pdf")


@routes.post("/review/meetings/{id}/minutes")
def anew(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(AnewForm, fields)
    here = f"/review/meetings/{meeting.id}"
    if not form:
        return see(request, here, "Say why the minutes are written anew.")
    made = minutes.anew(db, actor, meeting, form.data.why, form.data.version)
    return see(request, here, f"Version {made.number} of the minutes is kept. The earlier ones stay.")
