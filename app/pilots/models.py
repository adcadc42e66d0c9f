"""Pilots on the roadmap of six steps: steps, artefacts, gates, measures, money."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, money, points_to, text


class PilotStage(StrEnum):
    RUNNING = "running"
    SCALED = "scaled"  # rolled out further
    ADOPTED = "adopted"  # the process owner runs it from now on
    STOPPED = "stopped"


class Health(StrEnum):
    ON_COURSE = "on course"
    AT_RISK = "at risk"
    OFF_COURSE = "off course"


class Result(StrEnum):
    """What the sixth step may end in."""

    SCALE = "scale"
    ADOPT = "adopt"
    REPEAT = "repeat"
    STOP = "stop"


class Pilot(Row, table=True):
    """An approved idea on the roadmap. `step` is the one that is open, 1 to 6."""

    __tablename__ = "pilot"
    __table_args__ = (CheckConstraint("step BETWEEN 1 AND 6", name="step"),)

    idea_id: int = points_to("idea.id", unique=True, index=False)
    process_id: int = points_to("process.id")
    committee_id: int = points_to("committee.id")
    team_id: int | None = points_to("team.id", nullable=True)
    name: str = Field(max_length=200)
    lead_id: int = points_to("person.id")
    sponsor_id: int | None = points_to("person.id", nullable=True)
    stage: PilotStage = choice(PilotStage, default=PilotStage.RUNNING, index=True)
    step: int = Field(default=1, sa_type=SmallInteger)
    health: Health = choice(Health, default=Health.ON_COURSE)
    health_note: str = text()
    budget: Decimal | None = money(nullable=True, default=None)
    spent: Decimal = money(default=Decimal(0))
    baseline: str = text()  # JSON: the process's evidence of the day of the decision
    chartered_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    learned: str = text()
    version: int = 1


class StepStage(StrEnum):
    AHEAD = "ahead"
    OPEN = "open"
    ASKED = "asked"  # the gate is asked for; the work is locked while it is looked at
    PASSED = "passed"


class Step(Row, table=True):
    """One step of one pilot with its gate."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("pilot_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 6", name="number"),
        CheckConstraint("(stage = 'passed') = (passed_at IS NOT NULL)", name="passed_has_its_time"),
    )

    pilot_id: int = points_to("pilot.id", index=False)
    number: int = Field(sa_type=SmallInteger)
    stage: StepStage = choice(StepStage, default=StepStage.AHEAD)
    due: date | None = None
    asked_at: datetime | None = instant(nullable=True, default=None)
    passed_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class Keeper(Row, table=True):
    """Who keeps a gate: passes it, sends it back, stops the pilot, reopens an earlier step."""

    __tablename__ = "keeper"
    __table_args__ = (UniqueConstraint("pilot_id", "number", "person_id"),)

    pilot_id: int = points_to("pilot.id")
    number: int = Field(sa_type=SmallInteger)
    person_id: int = points_to("person.id")


class Artefact(Row, table=True):
    """One structured thing made in a step: a barrier, a canvas, a scenario ... `data` is JSON of its kind's form.

    An edit makes a new row and points the old one at it, so that earlier versions stay.
    """

    __tablename__ = "artefact"

    pilot_id: int = points_to("pilot.id")
    step: int = Field(sa_type=SmallInteger)
    kind: str = Field(max_length=40)
    place: int = 0
    number: int = 1  # which version of the thing this is
    data: str = text()
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    replaced_by: int | None = points_to("artefact.id", nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class Measure(Row, table=True):
    """What the pilot is measured by: an outcome or touchpoint, before and after, there and elsewhere."""

    __tablename__ = "measure"

    pilot_id: int = points_to("pilot.id")
    name: str = Field(max_length=160)
    outcome: str = Field(default="", max_length=120)  # of the sources; none: figures typed by hand
    touchpoint_id: int | None = points_to("touchpoint.id", nullable=True)
    before_id: int | None = points_to("source.id", nullable=True)
    after_id: int | None = points_to("source.id", nullable=True)
    segment: str = Field(default="", max_length=120)  # where the pilot ran: segment and its label
    label: str = Field(default="", max_length=120)
    baseline: float | None = None
    target: float | None = None
    actual: float | None = None
    worth: float = 0  # the smallest effect worth having, in the measure's own units
    version: int = 1


class Spending(Row, table=True):
    """Money spent; a correction is an entry of its own."""

    __tablename__ = "spending"

    pilot_id: int = points_to("pilot.id")
    amount: Decimal = money()
    on: date
    purpose: str = Field(max_length=200)
    entered_by: int = points_to("person.id")
    entered_at: datetime = instant()
