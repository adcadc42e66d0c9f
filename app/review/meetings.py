"""Meetings: planned with a day, a place and an agenda of ideas; who came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Stale
from app.ideas.models import UNANSWERED, Idea
from app.people.actor import Actor
from app.processes.models import Process
from app.record.actions import write
from app.review.conflicts import members
from app.review.forms import MeetingForm
from app.review.models import AgendaItem, Attendance, Decision, Meeting, MeetingStage, Round, RoundIdea, RoundStage
from app.review.rules import meeting_life


def visible_to(actor: Actor) -> ColumnElement[bool]:
    return col(Meeting.committee_id).in_(list(actor.seats))


def moment(db: Session, wanted: MeetingForm) -> datetime:
    """Day and time as they are meant where the organisation is."""
    return datetime.combine(wanted.day, wanted.at, ZoneInfo(db.info["settings"].time_zone))


def plan(db: Session, actor: Actor, committee_id: int, wanted: MeetingForm) -> Meeting:
    made = Meeting(committee_id=committee_id, name=wanted.name, at=moment(db, wanted), place=wanted.place)
    db.add(made)
    db.flush()
    set_agenda(db, made, wanted.ideas)
    write(db, actor.id, "plan", made.ref, after=made.stage.value, figures={"ideas": len(wanted.ideas)})
    return made


def change(db: Session, meeting: Meeting, wanted: MeetingForm) -> None:
    if meeting.stage is not MeetingStage.PLANNED:
        raise Stale(f"This meeting is {meeting.stage.value}. It does not change any more.")
    if wanted.version != meeting.version:
        raise Stale("Somebody changed this meeting after you opened it. Look at it again before you go on.")
    meeting.name, meeting.at, meeting.place = wanted.name, moment(db, wanted), wanted.place
    meeting.version += 1
    db.execute(delete(AgendaItem).where(col(AgendaItem.meeting_id) == meeting.id))
    set_agenda(db, meeting, wanted.ideas)


def set_agenda(db: Session, meeting: Meeting, ideas: Sequence[int]) -> None:
    db.add_all(
        AgendaItem(meeting_id=meeting.id, idea_id=idea, place=place)
        for place, idea in enumerate(dict.fromkeys(ideas), start=1)
    )
    db.flush()


def note_attendance(db: Session, actor: Actor, meeting: Meeting, present: Sequence[int]) -> None:
    if meeting.stage is MeetingStage.CANCELLED:
        raise Stale("This meeting was cancelled.")
    seated = {member.id for member in members(db, meeting.committee_id)}
    came = sorted(seated & set(present))
    db.execute(delete(Attendance).where(col(Attendance.meeting_id) == meeting.id))
    db.add_all(Attendance(meeting_id=meeting.id, person_id=person) for person in came)
    meeting.version += 1
    write(db, actor.id, "attend", meeting.ref, figures={"present": came})


def move(db: Session, actor: Actor, meeting: Meeting, name: str, note: str, version: int | None) -> None:
    meeting_life.make(db, actor, meeting, name, note, version=version)


def attendance(db: Session, meeting_id: int) -> list[int]:
    return list(db.scalars(select(col(Attendance.person_id)).where(col(Attendance.meeting_id) == meeting_id)))


@dataclass(frozen=True)
class OnAgenda:
    """An idea on the agenda; `round_id` where a round is closed and waits for its decision."""

    idea_id: int
    title: str
    process: str
    round_id: int | None


def agenda(db: Session, meeting_id: int) -> list[OnAgenda]:
    """In the order of the agenda. One statement."""
    decided = exists().where(
        col(Decision.round_id) == col(Round.id),
        col(Decision.idea_id) == col(RoundIdea.idea_id),
        col(Decision.superseded_by).is_(None),
    )
    closed = (
        select(col(RoundIdea.round_id))
        .join(Round, col(Round.id) == col(RoundIdea.round_id))
        .where(
            col(RoundIdea.idea_id) == col(Idea.id),
            col(RoundIdea.live).is_(True),
            col(Round.stage) == RoundStage.CLOSED,
            ~decided,
        )
        .correlate(Idea)
        .scalar_subquery()
    )
    query = (
        select(col(Idea.id), col(Idea.title), col(Process.name), closed)
        .join(AgendaItem, col(AgendaItem.idea_id) == col(Idea.id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(AgendaItem.meeting_id) == meeting_id)
        .order_by(col(AgendaItem.place))
    )
    return [OnAgenda(*row) for row in db.execute(query)]


def possible(db: Session, committee_id: int) -> list[tuple[int, str, str]]:
    """What can be put on an agenda: ideas that wait for an answer."""
    query = (
        select(col(Idea.id), col(Idea.title), col(Process.name))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(Idea.committee_id) == committee_id, col(Idea.stage).in_(UNANSWERED))
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(200)
    )
    return list(db.execute(query))
