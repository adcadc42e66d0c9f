"""Reading alarms: the door, those of a process, those that wait for an owner."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.estimates import Estimate
from app.people.actor import Actor
from app.people.models import Person
from app.processes.alarms.models import Alarm, AlarmKind, AlarmSetting, AlarmStage
from app.processes.models import Process
from app.refs import Kind
from app.voice.models import Source, Theme, Touchpoint
from app.voice.queries import visible_to as sources_visible_to

PAGE = 25
OPEN = (AlarmStage.NEW, AlarmStage.LOOKED_AT)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Alarms from sources whose figures this person may see."""
    here = (col(Source.id) == col(Alarm.source_id), sources_visible_to(actor))
    return select(col(Source.id)).where(*here).correlate_except(Source).exists()


TOUCHPOINT = (
    select(col(Touchpoint.name))
    .where(col(Touchpoint.id) == col(Alarm.touchpoint_id))
    .correlate(Alarm)
    .scalar_subquery()
)
THEME = select(col(Theme.name)).where(col(Theme.id) == col(Alarm.theme_id)).correlate(Alarm).scalar_subquery()
SUBJECT = func.coalesce(TOUCHPOINT, THEME, literal(""))
kinds = [Kind("alarm", Alarm, visible_to, SUBJECT, lambda number: f"/processes/alarms/{number}")]


@dataclass(frozen=True)
class Shown:
    """An alarm with the names of what it is about, for whoever draws it."""

    alarm: Alarm
    subject: str
    process: str
    owner: str
    owner_id: int | None
    source: str
    before: str

    @property
    def of_theme(self) -> bool:
        return self.alarm.theme_id is not None

    @property
    def at(self) -> datetime:
        return self.alarm.at

    @property
    def verb(self) -> str:
        words = {AlarmKind.FELL: "fell", AlarmKind.SLID: "is sliding", AlarmKind.MORE: "grew"}
        return words.get(self.alarm.kind, "swelled")

    @property
    def times(self) -> float:
        """Shares are kept as parts of 1 and shown in percent."""
        return 100.0 if self.of_theme else 1.0

    @property
    def value(self) -> float:
        return self.times * self.alarm.value

    @property
    def was(self) -> float | None:
        return None if self.alarm.was is None else self.times * self.alarm.was

    @property
    def change(self) -> Estimate | None:
        one = self.alarm
        if one.was is None:
            return None
        low, high = (None if bound is None else self.times * bound for bound in (one.low, one.high))
        return Estimate(self.times * (one.value - one.was), low, high, one.n)

    @property
    def finding(self) -> str:
        """ "Bag drop fell by 6.2 to 58.1 of 100"."""
        unit = " %" if self.of_theme else " of 100"
        by = f" by {abs(self.change.value):.1f}" if self.change and self.change.value is not None else ""
        return f"{self.subject} {self.verb}{by} to {self.value:.1f}{unit}"


def alarms() -> Select[Any]:
    earlier = table_of(Source).alias()
    before = select(earlier.c.name).where(earlier.c.id == col(Alarm.before_id)).correlate(Alarm).scalar_subquery()
    query: Select[Any] = (
        select(Alarm, SUBJECT, func.coalesce(col(Process.name), ""), func.coalesce(col(Person.name), ""))
        .add_columns(col(Process.owner_id), col(Source.name), func.coalesce(before, ""))
        .join(Source, col(Source.id) == col(Alarm.source_id))
        .outerjoin(Process, col(Process.id) == col(Alarm.process_id))
        .outerjoin(Person, col(Person.id) == col(Process.owner_id))
        .order_by(col(Alarm.id).desc())
    )
    return query


def told(db: Session, actor: Actor, query: Select[Any]) -> list[Shown]:
    rows = db.execute(query.where(visible_to(actor)))
    return [Shown(*row) for row in rows]


def listed(db: Session, actor: Actor, stage: str = "", after: int | None = None) -> list[Shown]:
    """Latest first, one more than a page shows; open ones unless another stage is asked for."""
    wanted = [AlarmStage(stage)] if stage in tuple(AlarmStage) else list(OPEN) if stage != "all" else list(AlarmStage)
    query = alarms().where(col(Alarm.stage).in_(wanted)).limit(PAGE + 1)
    return told(db, actor, query.where(col(Alarm.id) < after) if after is not None else query)


def one(db: Session, actor: Actor, id: int) -> Shown | None:
    return next(iter(told(db, actor, alarms().where(col(Alarm.id) == id))), None)


def open_alarms(db: Session, actor: Actor, process_id: int) -> list[Shown]:
    """What got worse in a process and is not closed yet, latest first: for its page."""
    return told(db, actor, alarms().where(col(Alarm.process_id) == process_id, col(Alarm.stage).in_(OPEN)).limit(10))


def waiting_for(db: Session, actor: Actor) -> list[Shown]:
    """New alarms of the processes that this person owns; for a chair those that no process has."""
    mine = col(Process.owner_id) == actor.id
    if actor.chairs_one:
        mine = or_(mine, col(Alarm.process_id).is_(None))
    return told(db, actor, alarms().where(mine, col(Alarm.stage) == AlarmStage.NEW).limit(10))


def setting(db: Session) -> AlarmSetting:
    """As it was set, else as it is delivered: one wave in twenty, a year between false alarms."""
    found = db.scalars(select(AlarmSetting).order_by(col(AlarmSetting.id)).limit(1)).first()
    return found or AlarmSetting(rate=0.05, days=365)
