"""Reading meetings: who sees them, the agenda as one reader may see it, who is in the room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.ideas.models import UNANSWERED, Author, Idea, Veil
from app.ideas.queries import veiled_from
from app.people.actor import Actor
from app.people.models import Membership, Person
from app.processes.models import Process
from app.refs import Kind
from app.review.conflicts import Concerned, Member, concerned, members, unconcerned
from app.review.meetings.models import Motion, MotionStage, Presence, Presenter, Result, Turnout
from app.review.models import AgendaItem, Attendance, Decision, Meeting, MeetingStage, Round, RoundIdea, RoundStage
from app.review.rules import ON
from app.review.standing import band


def visible_to(actor: Actor) -> ColumnElement[bool]:
    return col(Meeting.committee_id).in_(list(actor.seats))


def motions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The committee's, but for ideas with which this member has a conflict."""
    return col(Motion.committee_id).in_(list(actor.seats)) & unconcerned(actor, col(Motion.idea_id))


def title_of_motion() -> Any:
    return select(col(Idea.title)).where(col(Idea.id) == col(Motion.idea_id)).scalar_subquery()


kinds = [
    Kind("meeting", Meeting, visible_to, col(Meeting.name), lambda id_: f"/review/meetings/{id_}"),
    Kind("motion", Motion, motions_visible_to, title_of_motion(), lambda id_: f"/review/motions/{id_}"),
]


def listed(db: Session, actor: Actor) -> Sequence[Meeting]:
    query = select(Meeting).where(visible_to(actor)).order_by(col(Meeting.at).desc(), col(Meeting.id).desc()).limit(10)
    return list(db.scalars(query)) if actor.seats else []


def to_vote(db: Session, actor: Actor) -> Sequence[tuple[int, str, Any]]:
    """Motions in writing on which this person has not voted yet: id, title of the idea, day."""
    if not actor.seats:
        return []
    voted = exists().where(col(Turnout.motion_id) == col(Motion.id), col(Turnout.person_id) == actor.id)
    query = (
        select(col(Motion.id), col(Idea.title), col(Motion.due))
        .join(Idea, col(Idea.id) == col(Motion.idea_id))
        .where(
            col(Motion.stage) == MotionStage.OPEN,
            col(Motion.meeting_id).is_(None),
            motions_visible_to(actor),
            ~voted,
        )
        .order_by(col(Motion.due), col(Motion.id))
        .limit(50)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def met_on(db: Session, committee_id: int, *ideas: int) -> Meeting | None:
    """The last meeting with one of these ideas on its agenda that has begun, or was held."""
    query = (
        select(Meeting)
        .join(AgendaItem, col(AgendaItem.meeting_id) == col(Meeting.id))
        .where(
            col(Meeting.committee_id) == committee_id,
            col(AgendaItem.idea_id).in_(ideas),
            or_(col(Meeting.stage) == MeetingStage.HELD, col(Meeting.began_at).is_not(None)),
            col(Meeting.stage) != MeetingStage.CANCELLED,
        )
        .order_by(col(Meeting.at).desc(), col(Meeting.id).desc())
        .limit(1)
    )
    return db.scalars(query).first()


def meeting_on(db: Session, actor: Actor, ideas: Collection[int]) -> Meeting | None:
    """The first meeting to come, or running, with one of these ideas on its agenda."""
    if not ideas:
        return None
    query = (
        select(Meeting)
        .join(AgendaItem, col(AgendaItem.meeting_id) == col(Meeting.id))
        .where(visible_to(actor), col(AgendaItem.idea_id).in_(ideas), col(Meeting.stage) == MeetingStage.PLANNED)
        .order_by(col(Meeting.at), col(Meeting.id))
        .limit(1)
    )
    return db.scalars(query).first()


def round_of(db: Session, ideas: Collection[int]) -> int | None:
    """The last round in which one of these ideas was reviewed, from its closing."""
    ended = (RoundStage.CLOSED, RoundStage.PUBLISHED)
    query = (
        select(func.max(col(Round.id)))
        .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
        .where(col(RoundIdea.idea_id).in_(ideas), col(Round.stage).in_(ended))
    )
    return db.scalar(query)


def left_to_record(db: Session, actor: Actor, meeting_id: int) -> bool:
    """Whether what was carried in this meeting is not all recorded yet, as far as this person may know."""
    decided = exists().where(
        col(Decision.round_id) == col(Motion.round_id),
        col(Decision.idea_id) == col(Motion.idea_id),
        col(Decision.superseded_by).is_(None),
    )
    query = select(col(Motion.id)).where(
        col(Motion.meeting_id) == meeting_id, col(Motion.result) == Result.CARRIED, ~decided, motions_visible_to(actor)
    )
    return db.scalars(query.limit(1)).first() is not None


def ahead(db: Session, actor: Actor, days: int = 30) -> Sequence[Meeting]:
    """The next few meetings of one's committees, those that are running among them."""
    query = select(Meeting).where(
        visible_to(actor),
        col(Meeting.stage) == MeetingStage.PLANNED,
        col(Meeting.at) >= now() - timedelta(days=1),
        col(Meeting.at) < now() + timedelta(days=days),
    )
    return list(db.scalars(query.order_by(col(Meeting.at), col(Meeting.id)).limit(5))) if actor.seats else []


def attendance(db: Session, meeting_id: int) -> list[int]:
    return list(db.scalars(select(col(Attendance.person_id)).where(col(Attendance.meeting_id) == meeting_id)))


def in_the_room(db: Session, meeting_id: int) -> dict[int, datetime]:
    """Who is there now, since when."""
    query = select(col(Presence.person_id), col(Presence.came_at))
    rows = db.execute(query.where(col(Presence.meeting_id) == meeting_id, col(Presence.left_at).is_(None)))
    return {row[0]: row[1] for row in rows}


def stays(db: Session, meeting_id: int) -> list[tuple[int, datetime, datetime | None]]:
    query = select(col(Presence.person_id), col(Presence.came_at), col(Presence.left_at))
    found = query.where(col(Presence.meeting_id) == meeting_id).order_by(col(Presence.came_at), col(Presence.id))
    return [(row[0], row[1], row[2]) for row in db.execute(found)]


def hidden_ideas(db: Session, ideas: Collection[int], reader: Actor | None) -> frozenset[int]:
    """Of these ideas, those whose authors the reader may not learn; without a reader those hidden from anybody.

    What a whole committee sees (an order, who presents, minutes) is made without a reader: as if each were under every
    veil. One statement.
    """
    blind = exists().where(
        col(RoundIdea.idea_id) == col(Idea.id),
        col(RoundIdea.taken_out_at).is_(None),
        col(RoundIdea.round_id) == col(Round.id),
        col(Round.blind).is_(True),
        col(Round.stage).in_(ON),
        *([or_(col(Round.custodian_id).is_(None), col(Round.custodian_id) != reader.id)] if reader else []),
    )
    veiled = (
        veiled_from(reader)
        if reader
        else or_(exists().where(col(Veil.idea_id) == col(Idea.id)), col(Idea.custodian_id).is_not(None))
    )
    query = select(col(Idea.id)).where(col(Idea.id).in_(list(ideas)), or_(blind, veiled))
    return frozenset(db.scalars(query)) if ideas else frozenset()


def outs(known: Concerned, hidden: Collection[int], seated: Collection[Member], idea_id: int) -> list[Member]:
    """Who is out for an item as far as it may be told: while names are hidden, by their own word alone."""
    told = known.told(hidden=idea_id in hidden)
    return [member for member in seated if (idea_id, member.id) in told]


@dataclass(frozen=True)
class Item:
    """An idea on the agenda, as one reader may see it. `round_id`: of the closed round that waits for its decision."""

    id: int
    idea_id: int
    title: str
    process: str
    minutes: int
    begun_at: datetime | None
    ended_at: datetime | None
    round_id: int | None
    starts: datetime
    hidden: bool
    mine_out: bool  # the reader has a conflict with it
    out: Sequence[Member]
    presenters: Sequence[str] = ()
    decided: bool = False  # in this meeting

    @property
    def on(self) -> bool:
        return self.begun_at is not None and self.ended_at is None


@dataclass(frozen=True)
class Agenda:
    items: Sequence[Item]
    seated: Sequence[Member]
    known: Concerned
    hidden: frozenset[int]

    @property
    def on(self) -> Item | None:
        return next((item for item in self.items if item.on), None)

    @property
    def next(self) -> Item | None:
        return next((item for item in self.items if item.begun_at is None), None)

    def counts(self, idea_id: int, there: Collection[int]) -> list[int]:
        """Of those who are there, the members who count for this idea."""
        return [one.id for one in self.seated if one.id in there and not self.known.has(idea_id, one.id)]


def waits_for_decision() -> Any:
    """The closed round in which an idea waits for its decision."""
    decided = exists().where(
        col(Decision.round_id) == col(Round.id),
        col(Decision.idea_id) == col(RoundIdea.idea_id),
        col(Decision.superseded_by).is_(None),
    )
    return (
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


@dataclass(frozen=True)
class Plan:
    """An agenda as it is for nobody in particular."""

    rows: Sequence[Any]
    seated: Sequence[Member]
    known: Concerned
    presenting: Mapping[int, Sequence[str]]


def plan_of(db: Session, meeting: Meeting) -> Plan:
    """Four statements, however many items."""
    query = (
        select(
            *(col(AgendaItem.id), col(Idea.id), col(Idea.title), col(Process.name), col(AgendaItem.minutes)),
            *(col(AgendaItem.begun_at), col(AgendaItem.ended_at), waits_for_decision()),
            exists().where(
                col(Decision.idea_id) == col(Idea.id),
                col(Decision.meeting_id) == col(AgendaItem.meeting_id),
                col(Decision.superseded_by).is_(None),
            ),
        )
        .join(AgendaItem, col(AgendaItem.idea_id) == col(Idea.id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(AgendaItem.meeting_id) == meeting.id)
        .order_by(col(AgendaItem.place), col(AgendaItem.id))
    )
    rows = list(db.execute(query))
    known = concerned(db, [row[1] for row in rows])
    return Plan(rows, members(db, meeting.committee_id), known, presenters(db, meeting.id))


def agenda(db: Session, meeting: Meeting, reader: Actor | None, plan: Plan | None = None) -> Agenda:
    """In its order, with the time at which each item begins. All its ideas are its committee's."""
    plan = plan or plan_of(db, meeting)
    hidden = hidden_ideas(db, [row[1] for row in plan.rows], reader)
    items: list[Item] = []
    starts = meeting.at
    for number, idea, shown, process, minutes, begun, ended, round_id, decided in plan.rows:
        mine = reader is not None and plan.known.has(idea, reader.id)
        out = outs(plan.known, hidden, plan.seated, idea)
        names = () if idea in hidden else tuple(plan.presenting.get(number, ()))
        where = (begun, ended, round_id, starts)
        items.append(Item(number, idea, shown, process, minutes, *where, idea in hidden, mine, out, names, decided))
        starts += timedelta(minutes=minutes)
    return Agenda(items, plan.seated, plan.known, hidden)


def presenters(db: Session, meeting_id: int) -> dict[int, list[str]]:
    query = (
        select(col(Presenter.item_id), col(Person.name))
        .join(Person, col(Person.id) == col(Presenter.person_id))
        .join(AgendaItem, col(AgendaItem.id) == col(Presenter.item_id))
        .where(col(AgendaItem.meeting_id) == meeting_id)
        .order_by(col(Person.name))
    )
    found: dict[int, list[str]] = {}
    for item, name in db.execute(query):
        found.setdefault(item, []).append(name)
    return found


def can_present(db: Session, idea_id: int) -> list[tuple[int, str]]:
    """Who wrote an idea, and its team: for pages that may say so."""
    wrote = select(col(Author.person_id)).where(col(Author.idea_id) == idea_id)
    team = (
        select(col(Membership.person_id))
        .join(Idea, col(Idea.team_id) == col(Membership.team_id))
        .where(col(Idea.id) == idea_id, col(Membership.until).is_(None))
    )
    query = select(col(Person.id), col(Person.name)).where(
        or_(col(Person.id).in_(wrote), col(Person.id).in_(team)), col(Person.erased_at).is_(None)
    )
    return [(row[0], row[1]) for row in db.execute(query.order_by(col(Person.name)))]


@dataclass(frozen=True)
class Possible:
    id: int
    title: str
    process: str
    ready: bool  # its reviewing is closed, and it is not decided


def possible(db: Session, committee_id: int) -> list[Possible]:
    """What can be put on an agenda: ideas that wait for an answer, those first that only lack a decision."""
    ready = waits_for_decision().is_not(None)
    query = (
        select(col(Idea.id), col(Idea.title), col(Process.name), ready)
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(Idea.committee_id) == committee_id, col(Idea.stage).in_(UNANSWERED))
        .order_by(ready.desc(), col(Idea.promised_on), col(Idea.id))
        .limit(200)
    )
    return [Possible(row[0], row[1], row[2], bool(row[3])) for row in db.execute(query)]


def last_planned(db: Session, committee_id: int) -> Meeting | None:
    """Where and when a committee meets is mostly as it was the last time."""
    here = (col(Meeting.committee_id) == committee_id, col(Meeting.stage) != MeetingStage.CANCELLED)
    return db.scalars(select(Meeting).where(*here).order_by(col(Meeting.id).desc()).limit(1)).first()


def proposed(db: Session, actor: Actor, committee_id: int) -> list[int]:
    """The ideas that a meeting is for: of closed rounds, what the scores leave undecided; where they cannot say that to
    this person, all that wait for a decision. On no other agenda yet."""
    planned = (
        select(col(AgendaItem.idea_id))
        .join(Meeting, col(Meeting.id) == col(AgendaItem.meeting_id))
        .where(col(Meeting.stage) == MeetingStage.PLANNED)
    )
    query = (
        select(col(Idea.id), Round)
        .join(Round, col(Round.id) == waits_for_decision())
        .where(col(Idea.committee_id) == committee_id, col(Idea.id).not_in(planned))
        .order_by(col(Idea.promised_on), col(Idea.id))
    )
    waiting = [(row[0], row[1]) for row in db.execute(query)]
    known = concerned(db, [idea for idea, _ in waiting])
    bands = {round_.id: band(db, actor, round_) for round_ in {one.id: one for _, one in waiting}.values()}

    def belongs(idea: int, round_: Round) -> bool:
        return not bands[round_.id] or idea in bands[round_.id] or known.has(idea, actor.id)

    return [idea for idea, round_ in waiting if belongs(idea, round_)]
