"""Pages of meetings: plan, look, invite, put in order. Live page, motions and papers have files of their own."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.changes import counts
from app.columns import now
from app.db import Db
from app.ideas.models import Idea
from app.once import new_key, once
from app.people import mail
from app.people.actor import Actor, Member
from app.review.committees.queries import chosen, committees_of
from app.review.conflicts import must_be_in_charge
from app.review.meetings import actions, invitations, minutes, moves, pages_live, pages_motions, pages_papers, queries
from app.review.meetings.actions import switches_of
from app.review.meetings.finding import TheMeeting, back, must_lead
from app.review.meetings.forms import AttendanceForm, InvitationForm, ItemForm, MeetingForm, OrderForm
from app.review.meetings.queries import can_present, hidden_ideas
from app.review.meetings.rules import may_come
from app.review.meetings.showing import SHOWN, facts, seen
from app.review.models import Meeting, MeetingStage, Round
from app.review.rules import meeting_life
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, unchanged
from app.workflow import MoveForm

routes = router()


def draw_form(
    db: Session,
    request: Request,
    actor: Actor,
    committee: int,
    form: Form[MeetingForm],
    meeting: Meeting | None,
    status: int = 200,
) -> Response:
    offered = queries.possible(db, committee)
    picked = set(map(str, form.texts.get("ideas", ())))
    first = {one.id for one in offered if one.ready or str(one.id) in picked}
    return page(
        request,
        "review/meetings/edit.html",
        status=status,
        form=form,
        meeting=meeting,
        idea_options=[(one.id, one.title, one.process) for one in offered if one.id in first],
        other_options=[one for one in offered if one.id not in first],
        committees=committees_of(db, actor, committee) if meeting is None else [],
        committee=committee,
    )


WHO = "The chair or the deputy plans meetings."


def check(db: Session, committee: int, form: Form[MeetingForm], meeting: Meeting | None = None) -> None:
    if not form:
        return
    offered = {one.id for one in queries.possible(db, committee)}
    kept = {item.idea_id for item in actions.items_of(db, meeting.id)} if meeting else set()
    if not set(form.data.ideas) <= offered | kept:
        form.refuse("ideas", "Choose among the ideas that are offered.")


@routes.get("/review/meetings/new")
def new(request: Request, db: Db, actor: Member, committee: str = "") -> Response:
    which = chosen(actor, committee, WHO)
    ideas = queries.proposed(db, actor, which)
    form = blank(MeetingForm, key=new_key(), **begun_with(db, which, ideas), ideas=ideas)
    return draw_form(db, request, actor, which, form, None)


def begun_with(db: Session, committee: int, ideas: Sequence[int]) -> dict[str, Any]:
    """Called after the round that it decides on, and as the committee met the last time."""
    round_ = db.get(Round, queries.round_of(db, ideas)) if ideas else None
    name = f"Meeting on {round_.name}"[:160] if round_ else "Committee’s meeting"
    last = queries.last_planned(db, committee)
    if last is None:
        return {"name": name, "at": "09:30", "minutes": 90}
    local = last.at.astimezone(ZoneInfo(db.info["settings"].time_zone))
    return {"name": name, "at": f"{local:%H:%M}", "minutes": last.minutes, "place": last.place}


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
    made = actions.plan(db, actor, committee, form.data)
    return once_.see(f"/review/meetings/{made.id}", "The meeting is planned.")


@routes.get("/review/meetings/{id}")
def show(request: Request, db: Db, actor: Member, meeting: TheMeeting) -> Response:
    if kept := unchanged(request, actor.rights, may_come(meeting, now()), meeting.at <= now(), counts(db, *SHOWN)):
        return kept
    return draw(db, request, actor, meeting)


def draw(db: Session, request: Request, actor: Actor, meeting: Meeting, status: int = 200) -> Response:
    known = facts(db, meeting)
    agenda, there = queries.agenda(db, meeting, actor, known.plan), known.there
    heads = actor.chairs(meeting.committee_id)
    planned = meeting.stage is MeetingStage.PLANNED
    return page(
        request,
        "review/meetings/show.html",
        status=status,
        meeting=meeting,
        agenda=agenda,
        motions=seen(actor, known.voting, agenda.hidden, there),
        members=agenda.seated,
        came=queries.attendance(db, meeting.id),
        there=there,
        may_come=may_come(meeting, now()),
        now_past=meeting.at <= now(),
        round=queries.round_of(db, [item.idea_id for item in agenda.items])
        if meeting.stage is MeetingStage.HELD
        else None,
        moves={move.name: move for move in meeting_life.open_to(actor, meeting)},
        heads=heads,
        switches=switches_of(db, meeting) if heads and planned else None,
        mailing=mail.configured(request.app.state.settings),
        versions=minutes.versions(db, meeting.id),
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
        minutes=meeting.minutes,
        place=meeting.place,
        ideas=[item.idea_id for item in actions.items_of(db, meeting.id)],
        version=meeting.version,
    )
    return draw_form(db, request, actor, meeting.committee_id, form, meeting)


@routes.post("/review/meetings/{id}/edit")
def change(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(MeetingForm, fields)
    check(db, meeting.committee_id, form, meeting)
    if not form:
        return draw_form(db, request, actor, meeting.committee_id, form, meeting, 422)
    actions.change(db, meeting, form.data)
    words = " Send the members what has changed." if meeting.invited else ""
    return see(request, f"/review/meetings/{meeting.id}", f"Changed.{words}")


@routes.post("/review/meetings/{id}/agenda")
def order(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(OrderForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    actions.reorder(db, meeting, form.data.do, form.data.item)
    return see(request, f"/review/meetings/{meeting.id}#agenda")


def draw_item(
    db: Session,
    request: Request,
    actor: Actor,
    meeting: Meeting,
    item_id: int,
    form: Form[ItemForm] | None,
    status: int = 200,
) -> Response:
    item = actions.item_of(db, meeting, item_id)
    must_be_in_charge(db, actor, db.get_one(Idea, item.idea_id))
    told = next(one for one in queries.agenda(db, meeting, None).items if one.id == item.id)
    hidden = item.idea_id in hidden_ideas(db, [item.idea_id], None)
    named = [] if hidden else [person for person, name in can_present(db, item.idea_id) if name in told.presenters]
    return page(
        request,
        "review/meetings/item.html",
        status=status,
        meeting=meeting,
        item=told,
        presenter_options=[] if hidden else can_present(db, item.idea_id),
        form=blank(ItemForm, minutes=item.minutes, presenters=named) if form is None else form,
    )


@routes.get("/review/meetings/{id}/items/{item}")
def item(request: Request, db: Db, actor: Member, meeting: TheMeeting, item: ThingId) -> Response:
    must_lead(actor, meeting)
    return draw_item(db, request, actor, meeting, item, None)


@routes.post("/review/meetings/{id}/items/{item}")
def arrange(request: Request, db: Db, actor: Member, meeting: TheMeeting, item: ThingId, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(ItemForm, fields)
    if not form:
        return draw_item(db, request, actor, meeting, item, form, 422)
    actions.arrange(db, actor, meeting, item, form.data)
    return see(request, f"/review/meetings/{meeting.id}#agenda", "Kept.")


@routes.post("/review/meetings/{id}/invitation")
def invite(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(InvitationForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    told = invitations.send_invitation(db, meeting, form.data.version)
    count = told.members + told.presenters
    words = f"{told.members} {'member' if told.members == 1 else 'members'}"
    if told.presenters:
        words += f" and {told.presenters} who {'presents' if told.presenters == 1 else 'present'}"
    gets = "gets" if count == 1 else "get"
    return see(request, f"/review/meetings/{meeting.id}", f"{words} {gets} it by mail, as an entry for their calendar.")


@routes.post("/review/meetings/{id}/attendance")
def attendance(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    must_lead(actor, meeting)
    form = fill(AttendanceForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    actions.note_attendance(db, actor, meeting, form.data.present)
    return see(request, back(meeting), "Kept who came. The decisions of this meeting begin with it.")


@routes.post("/review/meetings/{id}/moves")
def move(request: Request, db: Db, actor: Member, meeting: TheMeeting, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        return draw(db, request, actor, meeting, 422)
    words = moves.move(db, actor, meeting, form.data.name, form.data.note, form.data.version)
    return see(request, back(meeting), words)


for part in (pages_live, pages_motions, pages_papers):
    routes.routes.extend(part.routes.routes)
