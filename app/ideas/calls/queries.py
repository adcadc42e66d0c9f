"""Reading calls: whom they are for, how many answered, where their ideas are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.calls.models import (
    Call,
    CallAnswer,
    CallDepartment,
    CallIdea,
    CallQuestion,
    CallStage,
    stage_on,
)
from app.ideas.models import Idea, Stage
from app.ideas.queries import visible_to as ideas_visible_to
from app.people.actor import Actor
from app.people.models import Department, Person
from app.processes.models import Process
from app.refs import Kind

MOST = 100


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Those who are asked, the committee and the sponsor; to others it is missing. One that was cancelled is too."""
    if actor.guest:
        return false()
    inner = or_(col(Call.committee_id).in_(list(actor.seats)), col(Call.sponsor_id) == actor.id)
    asked = exists().where(
        col(CallDepartment.call_id) == Call.id, col(CallDepartment.department_id) == actor.department_id
    )
    return or_(inner, and_(col(Call.stage) != CallStage.CANCELLED, or_(col(Call.everyone).is_(True), asked)))


kinds = [Kind("call", Call, visible_to, Call.question, lambda number: f"/calls/{number}")]


@dataclass(frozen=True)
class CallLine:
    id: int
    question: str
    process_id: int
    process: str
    opens_on: date
    closes_on: date
    stage: CallStage
    everyone: bool
    ideas: int
    came_of: str


def calls(db: Session, actor: Actor, day: date, process_id: int | None = None) -> list[CallLine]:
    """Open ones first, the one that closes next at the top; then planned ones, then what is over. One statement."""
    query = (
        select(
            *(col(Call.id), col(Call.question), col(Call.process_id), col(Process.name), col(Call.opens_on)),
            *(
                col(Call.closes_on),
                col(Call.stage),
                col(Call.everyone),
                answered(actor).label("ideas"),
                col(Call.came_of),
            ),
        )
        .join(Process, col(Process.id) == Call.process_id)
        .where(visible_to(actor))
        .order_by(col(Call.closes_on).desc(), col(Call.id).desc())
        .limit(MOST)
    )
    if process_id is not None:
        query = query.where(col(Call.process_id) == process_id)
    rows: list[list[Any]] = [list(row) for row in db.execute(query)]
    for row in rows:
        row[6] = stage_on(row[6], row[4], row[5], day)
    order = (CallStage.OPEN, CallStage.PLANNED, CallStage.CLOSED, CallStage.CANCELLED)
    lines = [CallLine(*row) for row in rows]
    alive = (CallStage.OPEN, CallStage.PLANNED)
    return sorted(lines, key=lambda one: (order.index(one.stage), one.closes_on if one.stage in alive else date.min))


def answered(actor: Actor) -> Any:
    """How many ideas answer a call, as far as this person sees them."""
    return (
        select(func.count())
        .select_from(CallIdea)
        .join(Idea, col(Idea.id) == CallIdea.idea_id)
        .where(col(CallIdea.call_id) == Call.id, *counted(actor))
        .correlate(Call)
        .scalar_subquery()
    )


def counted(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Which ideas are answers: no draft, and none that came after the call had closed."""
    return (col(CallIdea.late).is_(False), col(Idea.listed).is_(True), ideas_visible_to(actor))


def open_on(day: date) -> ColumnElement[bool]:
    """Whether a call is open on a day, whether or not anything has moved it yet: `stage_on` in SQL."""
    begun = (col(Call.stage).in_((CallStage.PLANNED, CallStage.OPEN)), col(Call.opens_on) <= day)
    return and_(*begun, col(Call.closes_on) >= day)


def open_calls(db: Session, actor: Actor, day: date) -> list[CallLine]:
    """What this person is asked now."""
    return [one for one in calls(db, actor, day) if one.stage is CallStage.OPEN]


def find(db: Session, actor: Actor, call_id: int | None) -> Call | None:
    if call_id is None:
        return None
    return db.scalars(select(Call).where(col(Call.id) == call_id, visible_to(actor))).first()


def questions(db: Session, call_id: int) -> Sequence[CallQuestion]:
    query = select(CallQuestion).where(col(CallQuestion.call_id) == call_id)
    return db.scalars(query.order_by(col(CallQuestion.place))).all()


def call_of(db: Session, actor: Actor, idea_id: int) -> tuple[Call, bool] | None:
    """The call that an idea was begun from, where this person may see it; and whether the idea came too late."""
    query = select(Call, col(CallIdea.late)).join(CallIdea, col(CallIdea.call_id) == Call.id)
    row = db.execute(query.where(col(CallIdea.idea_id) == idea_id, visible_to(actor))).first()
    return (row[0], row[1]) if row else None


def answers(db: Session, idea_id: int) -> dict[int, str]:
    query = select(col(CallAnswer.question_id), col(CallAnswer.answer)).where(col(CallAnswer.idea_id) == idea_id)
    return {row[0]: row[1] for row in db.execute(query)}


def unanswered(db: Session, idea_id: int) -> Sequence[str]:
    """The required questions of its call that an idea does not answer."""
    said = exists().where(
        col(CallAnswer.idea_id) == idea_id, col(CallAnswer.question_id) == CallQuestion.id, col(CallAnswer.answer) != ""
    )
    query = (
        select(col(CallQuestion.words))
        .join(CallIdea, col(CallIdea.call_id) == CallQuestion.call_id)
        .where(col(CallIdea.idea_id) == idea_id, col(CallQuestion.required).is_(True), ~said)
        .order_by(col(CallQuestion.place))
    )
    return db.scalars(query).all()


def where_they_are(db: Session, actor: Actor, call_id: int) -> Mapping[Stage, int]:
    """Of the call's ideas how many are where, as far as this person sees them; in the order of an idea's life."""
    query = (
        select(col(Idea.stage), func.count())
        .join(CallIdea, col(CallIdea.idea_id) == Idea.id)
        .where(col(CallIdea.call_id) == call_id, *counted(actor))
        .group_by(col(Idea.stage))
    )
    found = dict(db.execute(query).all())
    return {stage: found[stage] for stage in Stage if stage in found}


def departments_of(db: Session, call_id: int) -> Sequence[tuple[int, str]]:
    """Those that the chair named."""
    query = (
        select(col(Department.id), col(Department.name))
        .join(CallDepartment, col(CallDepartment.department_id) == Department.id)
        .where(col(CallDepartment.call_id) == call_id, col(CallDepartment.named).is_(True))
        .order_by(col(Department.name))
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def name_of(db: Session, person_id: int | None) -> str | None:
    return db.scalar(select(col(Person.name)).where(col(Person.id) == person_id)) if person_id else None
