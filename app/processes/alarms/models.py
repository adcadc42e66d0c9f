"""Alarms: what got worse beyond chance, told once to whoever owns the process."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Relationship, SQLModel

from app.columns import Id, Row, choice, instant, points_to, text
from app.processes.models import Process
from app.web import FormModel


class AlarmKind(StrEnum):
    FELL = "fell"  # a touchpoint, against the wave before
    SWELLED = "swelled"  # a theme's share, against the wave before
    SLID = "slid"  # a touchpoint, while answers come in
    MORE = "more"  # comments on a theme, while they come in


class AlarmStage(StrEnum):
    NEW = "new"
    LOOKED_AT = "looked at"
    CLOSED = "closed"


class Alarm(Row, table=True):
    """One finding for one process (none, where nobody owns what it is about). `finding` names it: never told twice.

    was, value, low, high: for touchpoints on 0-100; for themes shares of 1. low and high are of the change, 95 %.
    """

    __tablename__ = "alarm"
    __table_args__ = (Index("ix_alarm_stage", "stage", "process_id"),)

    finding: str = Field(max_length=80, unique=True)
    kind: AlarmKind = choice(AlarmKind)
    stage: AlarmStage = choice(AlarmStage, default=AlarmStage.NEW)
    source_id: int = points_to("source.id")
    before_id: int | None = points_to("source.id", nullable=True)
    process_id: int | None = points_to("process.id", nullable=True)
    touchpoint_id: int | None = points_to("touchpoint.id", nullable=True)
    theme_id: int | None = points_to("theme.id", nullable=True)
    was: float | None = None
    value: float
    low: float | None = None
    high: float | None = None
    n_before: int = 0
    n: int
    p: float | None = None
    tests: int = 1  # looked at together
    rate: float = 0.05  # the false-alarm rate that was set that day
    word: str = text()
    at: datetime = instant()
    version: int = 1

    process: Process | None = Relationship()


class AlarmScan(SQLModel, table=True):
    """A source was looked at, as it stood at this version."""

    __tablename__ = "alarm_scan"

    source_id: int = Field(primary_key=True, sa_type=Id, foreign_key="source.id")
    version: int
    themes: bool = False
    touchpoint_tests: int = 0
    theme_tests: int = 0
    at: datetime = instant()


class AlarmSetting(Row, table=True):
    """One row. rate: of waves in which nothing changed, how many may raise an alarm. days: between false alarms."""

    __tablename__ = "alarm_setting"
    __table_args__ = (
        CheckConstraint("rate > 0 AND rate <= 0.5", name="rate"),
        CheckConstraint("days >= 30", name="days"),
    )

    rate: float = 0.05
    days: int = 365


class SettingForm(FormModel):
    rate: float = Field(gt=0, le=50)  # in percent
    days: int = Field(ge=30, le=10_000)
