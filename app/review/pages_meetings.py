"""Pages of meetings: plan, look, say who came."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Member
from app.people.found import found
from app.review import meetings
from app.review.committees.queries import chosen, committees_of
from app.review.conflicts import members
from app.review.forms import AttendanceForm, MeetingForm
from app.review.meetings import visible_to
from app.review.models import Meeting
from app.review.rules import meeting_life
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see, unchanged
from app.workflow import MoveForm

routes = router()
TheMeeting = Annotated[Meeting, Depends(found(Meeting, visible_to))]


def listed(db: Session, actor: Actor) -> Sequence[Meeting]:
    query = select(Meeting).where(visible_to(actor)).order_by(col(Meeting.at).desc(), col(Meeting.id).desc()).limit(10)
    return list(db.scalars(query)) if actor.seats else []


def draw_form(
    db: Session,
    request: Request,
    actor: Actor,
    committee: int,
    form: Form[MeetingForm],
    meeting: Meeting | None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "review/meetings/edit.html",
        status=status,
        form=form,
        meeting=meeting,
        idea_options=meetings.possible(db, committee),
        committees=committees_of(db, actor, committee) if meeting is None else [],
        committee=committee,
    )


WHO = "The chair or the deputy plans meetings."


def must_lead(actor: Actor, meeting: Meeting) -> None:
    if not actor.chairs(meeting.committee_id):
        raise Refused("The chair or the deputy leads meetings.")


def check(db: Session, committee: int, form: Form[MeetingForm]) -> None:
    if form and not set(form.data.ideas) <= {idea for idea, _, _ in meetings.possible(db, committee)}:
        form.refuse("ideas", "Choose among the ideas that are offered.")


@routes.get("/review/meetings/new")
def new(request: Request, db: Db, actor: Member, committee: str = "") -> Response:
    which = chosen(actor, committee, WHO)
    return draw_form(db, request, actor, which, blank(MeetingForm, key=new_key(), at="09:30"), None)


@routes.post("/review/meetings/new")
def create(request: Request, db: Db, actor: Member, fields: Typed) -> Response:
    committee = chosen(actor, fields.get("committee"), WHO)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(MeetingForm, fields)
    check(db, committee, form)
    if not form:
        return draw_form(db, request, actor, committee, form, None, 422)
    made = meetings.plan(db, actor, committee, form.data)
    return once_.see(f"/review/meetings/{made.id}", "The meeting is planned.")


@routes.get("/review/meetings/{id}")
def show(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "ideas", "review", "people", "processes")):
        return kept
    return draw(db, request, actor, meeting)


def draw(db: Session, request: Request, actor: Actor, meeting: Meeting, status: int = 200) -> Response:
    return page(
        request,
        "review/meetings/show.html",
        status=status,
        meeting=meeting,
        agenda=meetings.agenda(db, meeting.id),
        members=members(db, meeting.committee_id),
        came=meetings.attendance(db, meeting.id),
        moves=meeting_life.open_to(actor, meeting),
        heads=actor.chairs(meeting.committee_id),
    )


@routes.get("/review/meetings/{id}/edit")
def edit(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    must_lead(actor, meeting)
    local = meeting.at.astimezone(ZoneInfo(db.info["settings"].time_zone))
    form = blank(
        MeetingForm,
        name=meeting.name,
        day=local.date(),
        at=f"{local:%H:%M}",
        place=meeting.place,
        ideas=[row.idea_id for row in meetings.agenda(db, meeting.id)],
        version=meeting.version,
    )
    return draw_form(db, request, actor, meeting.committee_id, form, meeting)


@routes.post("/review/meetings/{id}/edit")
def change(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(MeetingForm, fields)
    check(db, meeting.committee_id, form)
    if not form:
        return draw_form(db, request, actor, meeting.committee_id, form, meeting, 422)
    meetings.change(db, meeting, form.data)
    return see(request, f"/review/meetings/{meeting.id}", "Changed.")


@routes.post("/review/meetings/{id}/attendance")
def attendance(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(AttendanceForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    meetings.note_attendance(db, actor, meeting, form.data.present)
    return see(request, f"/review/meetings/{meeting.id}", "Kept who came. The decisions of this meeting begin with it.")


@routes.post("/review/meetings/{id}/moves")
def move(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    meetings.move(db, actor, meeting, form.data.name, form.data.note, form.data.version)
    return see(request, f"/review/meetings/{meeting.id}", "Noted.")
