"""Meetings: planned with a day, a place and an agenda; begun, attended, closed. What is put to the vote: motions.py."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Refused, Stale
from app.ideas.models import Idea
from app.people.actor import Actor
from app.record.actions import write
from app.review.conflicts import concerned, members, must_be_in_charge
from app.review.meetings.forms import ItemForm, MeetingForm
from app.review.meetings.models import Motion, MotionStage, Presence, Presenter
from app.review.meetings.ordering import best_order, switches
from app.review.meetings.queries import agenda, can_present, hidden_ideas, in_the_room, outs
from app.review.meetings.rules import may_come, running
from app.review.models import AgendaItem, Attendance, Meeting, MeetingStage


def beat(db: Session, meeting_id: int | None) -> None:
    """Tell the live page that something has changed. Before anything is written to the record: locks in one order."""
    if meeting_id is not None:
        raised = update(Meeting).where(col(Meeting.id) == meeting_id).values(beat=Meeting.beat + 1)
        db.execute(raised.execution_options(synchronize_session=False))


def moment(db: Session, wanted: MeetingForm) -> datetime:
    """Day and time as they are meant where the organisation is."""
    return datetime.combine(wanted.day, wanted.at, ZoneInfo(db.info["settings"].time_zone))


def plan(db: Session, actor: Actor, committee_id: int, wanted: MeetingForm) -> Meeting:
    made = Meeting(
        committee_id=committee_id,
        name=wanted.name,
        at=moment(db, wanted),
        place=wanted.place,
        minutes=wanted.minutes,
    )
    db.add(made)
    db.flush()
    set_agenda(db, made, in_best_order(db, committee_id, list(dict.fromkeys(wanted.ideas))))
    write(db, actor.id, "plan", made.ref, after=made.stage.value, figures={"ideas": len(wanted.ideas)})
    return made


def change(db: Session, meeting: Meeting, wanted: MeetingForm) -> None:
    if meeting.stage is not MeetingStage.PLANNED:
        raise Stale(f"This meeting is {meeting.stage.value}. It does not change any more.")
    if wanted.version != meeting.version:
        raise Stale("Somebody changed this meeting after you opened it. Look at it again before you go on.")
    meeting.name, meeting.at, meeting.place = wanted.name, moment(db, wanted), wanted.place
    meeting.minutes = wanted.minutes
    meeting.version += 1
    meeting.beat += 1
    set_agenda(db, meeting, wanted.ideas)


def set_agenda(db: Session, meeting: Meeting, ideas: Sequence[int]) -> None:
    """What stays keeps its place, its minutes and who presents it; what is new comes last."""
    kept = {item.idea_id: item for item in items_of(db, meeting.id)}
    gone = [item.id for idea, item in kept.items() if idea not in ideas]
    if any(item.begun_at for idea, item in kept.items() if idea not in ideas):
        raise Stale("An item that has been taken up stays on the agenda.")
    db.execute(delete(Presenter).where(col(Presenter.item_id).in_(gone)))
    db.execute(delete(AgendaItem).where(col(AgendaItem.id).in_(gone)))
    stay = [idea for idea in kept if idea in ideas]
    for place, idea in enumerate([*stay, *(one for one in dict.fromkeys(ideas) if one not in kept)], start=1):
        if idea in kept:
            kept[idea].place = place
        else:
            db.add(AgendaItem(meeting_id=meeting.id, idea_id=idea, place=place))
    db.flush()


def items_of(db: Session, meeting_id: int) -> Sequence[AgendaItem]:
    query = select(AgendaItem).where(col(AgendaItem.meeting_id) == meeting_id)
    return db.scalars(query.order_by(col(AgendaItem.place), col(AgendaItem.id))).all()


def item_of(db: Session, meeting: Meeting, item_id: int | None) -> AgendaItem:
    item = db.get(AgendaItem, item_id) if item_id else None
    if item is None or item.meeting_id != meeting.id:
        raise Stale("That item is not on the agenda any more.")
    return item


def in_best_order(db: Session, committee_id: int, ideas: Sequence[int]) -> list[int]:
    """So that the fewest people leave and come back. All see an order: who wrote what is hidden moves nothing in it."""
    known, hidden = concerned(db, ideas), hidden_ideas(db, ideas, None)
    seated = members(db, committee_id)
    out = [[member.id for member in outs(known, hidden, seated, idea)] for idea in ideas]
    return [ideas[place] for place in best_order(out)]


def must_be_planned(meeting: Meeting) -> None:
    if meeting.stage is not MeetingStage.PLANNED:
        raise Stale(f"This meeting is {meeting.stage.value}. It does not change any more.")


def reorder(db: Session, meeting: Meeting, do: str, item_id: int | None) -> None:
    """An item one place up or down, or all that has not been taken up in the best order."""
    must_be_planned(meeting)
    items = list(items_of(db, meeting.id))
    if do == "best":
        begun = [item for item in items if item.begun_at]
        left = {item.idea_id: item for item in items if not item.begun_at}
        items = [*begun, *(left[idea] for idea in in_best_order(db, meeting.committee_id, list(left)))]
    else:
        at = items.index(item_of(db, meeting, item_id))
        to = min(max(at + (1 if do == "down" else -1), 0), len(items) - 1)
        items.insert(to, items.pop(at))
    for place, item in enumerate(items, start=1):
        item.place = place
    meeting.beat += 1
    db.flush()


def arrange(db: Session, actor: Actor, meeting: Meeting, item_id: int, wanted: ItemForm) -> None:
    """An item's minutes and who presents it, by whoever is in charge of the idea; nobody is named while who wrote it is
    hidden from somebody here."""
    must_be_planned(meeting)
    item = item_of(db, meeting, item_id)
    must_be_in_charge(db, actor, db.get_one(Idea, item.idea_id))
    item.minutes = wanted.minutes
    named = set(wanted.presenters)
    if named and item.idea_id in hidden_ideas(db, [item.idea_id], None):
        raise Refused("Who wrote this idea is hidden, so nobody is named who presents it.")
    if named - {person for person, _ in can_present(db, item.idea_id)}:
        raise Stale("Choose among those who wrote the idea and their team.")
    db.execute(delete(Presenter).where(col(Presenter.item_id) == item.id))
    db.add_all(Presenter(item_id=item.id, person_id=person) for person in sorted(named))
    meeting.version += 1  # times have moved, or there is somebody more to invite
    meeting.beat += 1
    db.flush()


def take_up(db: Session, meeting: Meeting, item_id: int | None) -> None:
    """This item is on now, and what was on before is over; without an item nothing is on."""
    if not running(meeting):
        raise Stale("The meeting is not running.")
    item = item_of(db, meeting, item_id) if item_id else None
    for other in items_of(db, meeting.id):
        if other.on and other is not item:
            must_not_be_voted_on(db, meeting.id, other.idea_id)
            other.ended_at = now()
    db.flush()
    if item is not None:
        item.begun_at, item.ended_at = item.begun_at or now(), None
    meeting.beat += 1
    db.flush()


def must_not_be_voted_on(db: Session, meeting_id: int, idea_id: int | None = None) -> None:
    query = select(col(Motion.id)).where(col(Motion.meeting_id) == meeting_id, col(Motion.stage) == MotionStage.OPEN)
    if idea_id is not None:
        query = query.where(col(Motion.idea_id) == idea_id)
    if db.scalars(query.limit(1)).first() is not None:
        raise Stale("A vote is open. Close it, or withdraw the motion, before you go on.")


def arrive(db: Session, meeting_id: int, people: Iterable[int]) -> None:
    known = set(
        db.scalars(select(col(Attendance.person_id)).where(col(Attendance.meeting_id) == meeting_id)),
    )
    for person in people:
        db.add(Presence(meeting_id=meeting_id, person_id=person))
        if person not in known:
            db.add(Attendance(meeting_id=meeting_id, person_id=person))
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("Somebody noted this a moment ago. Look at the meeting again.") from error


def leave(db: Session, meeting: Meeting, people: Collection[int]) -> None:
    """Before the meeting has begun, whoever leaves was not there."""
    open_ = (
        col(Presence.meeting_id) == meeting.id,
        col(Presence.person_id).in_(people),
        col(Presence.left_at).is_(None),
    )
    if meeting.began_at is None:
        db.execute(delete(Presence).where(*open_))
        came = (col(Attendance.meeting_id) == meeting.id, col(Attendance.person_id).in_(people))
        db.execute(delete(Attendance).where(*came))
    else:
        db.execute(update(Presence).where(*open_).values(left_at=now()))


def note_attendance(db: Session, actor: Actor, meeting: Meeting, present: Sequence[int]) -> None:
    """Who is in the room, said by a head; of a meeting that is over, who came."""
    if meeting.stage is MeetingStage.CANCELLED:
        raise Stale("This meeting was cancelled.")
    came = sorted({member.id for member in members(db, meeting.committee_id)} & set(present))
    if meeting.stage is MeetingStage.HELD:
        db.execute(delete(Attendance).where(col(Attendance.meeting_id) == meeting.id))
        db.add_all(Attendance(meeting_id=meeting.id, person_id=person) for person in came)
    else:
        there = set(in_the_room(db, meeting.id))
        leave(db, meeting, sorted(there - set(came)))
        arrive(db, meeting.id, [person for person in came if person not in there])
    meeting.beat += 1
    db.flush()
    write(db, actor.id, "attend", meeting.ref, figures={"present": came})


def come_or_go(db: Session, actor: Actor, meeting: Meeting, here: bool) -> None:
    """A member says that they are there, or that they leave."""
    if not may_come(meeting, now()):
        raise Stale("The meeting is not on. Its chair can note who came.")
    there = actor.id in in_the_room(db, meeting.id)
    if here is there:
        return
    if here:
        arrive(db, meeting.id, [actor.id])
    else:
        leave(db, meeting, [actor.id])
    meeting.beat += 1
    db.flush()
    write(db, actor.id, "arrive" if here else "leave", meeting.ref, figures={"person": actor.id})


def switches_of(db: Session, meeting: Meeting) -> tuple[int, int]:
    """How often somebody leaves or comes back in this order, and in the best one; as far as all may know it."""
    items = agenda(db, meeting, None).items
    out = [[member.id for member in item.out] for item in items]
    return switches(out), switches([out[place] for place in best_order(out)])
