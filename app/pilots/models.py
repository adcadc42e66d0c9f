"""Pilots on the roadmap of six steps: steps, artefacts, gates, measures, money."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, Relationship

from app.columns import Row, choice, instant, money, points_to, text
from app.ideas.models import Idea
from app.people.models import Team
from app.processes.models import Process


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
    """An approved idea on the roadmap. `step` is the one that is open, 1 to 6; `run` counts how often the sixth ran.

    `spent` and `entries` add up the spendings, in the transaction that adds one.
    """

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
    run: int = Field(default=1, sa_type=SmallInteger)
    health: Health = choice(Health, default=Health.ON_COURSE)
    health_note: str = text()
    budget: Decimal | None = money(nullable=True, default=None)
    spent: Decimal = money(default=Decimal(0))
    entries: int = 0
    baseline: str = text()  # JSON: the process's evidence of the day of the charter
    chartered_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    learned: str = text()
    version: int = 1

    idea: Idea = Relationship(sa_relationship_kwargs={"lazy": "joined", "innerjoin": True})
    process: Process = Relationship(sa_relationship_kwargs={"lazy": "joined", "innerjoin": True})
    team: Team | None = Relationship(sa_relationship_kwargs={"lazy": "joined"})
    steps: list["Step"] = Relationship(back_populates="pilot", sa_relationship_kwargs={"order_by": "Step.number"})
    keepers: list["Keeper"] = Relationship(sa_relationship_kwargs={"order_by": "Keeper.number, Keeper.id"})

    @property
    def running(self) -> bool:
        return self.stage is PilotStage.RUNNING

    def at(self, number: int) -> "Step":
        return self.steps[number - 1]

    @property
    def now(self) -> "Step":
        """The step that is open, or that the pilot ended at."""
        return self.at(self.step)

    def named_keepers(self, number: int) -> list[int]:
        """Whom the charter names for it, absent ones too, without those who stand in for them."""
        return [one.person_id for one in self.keepers if one.number == number and one.stands_in_for is None]

    def keepers_of(self, number: int) -> list[int]:
        """Who keeps it today."""
        return [keeper.person_id for keeper in self.keepers if keeper.number == number and not keeper.away]


class StepStage(StrEnum):
    AHEAD = "ahead"
    OPEN = "open"
    ASKED = "asked"  # the gate is asked for; the work is locked while it is looked at
    PASSED = "passed"
    STOPPED = "stopped"  # the keepers stopped the pilot here


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
    opened_at: datetime | None = instant(nullable=True, default=None)
    asked_at: datetime | None = instant(nullable=True, default=None)
    passed_at: datetime | None = instant(nullable=True, default=None)
    begun_at: datetime | None = instant(nullable=True, default=None)  # of the sixth: its plan is locked, the run began
    version: int = 1

    pilot: Pilot = Relationship(back_populates="steps")


class Keeper(Row, table=True):
    """Who keeps a gate: passes it, sends it back, stops the pilot, reopens an earlier step.

    away: does not keep it just now; stands_in_for: keeps it in that person's place until they are back.
    """

    __tablename__ = "keeper"
    __table_args__ = (UniqueConstraint("pilot_id", "number", "person_id"),)

    pilot_id: int = points_to("pilot.id")
    number: int = Field(sa_type=SmallInteger)
    person_id: int = points_to("person.id")
    away: bool = False
    stands_in_for: int | None = points_to("person.id", nullable=True, index=False)


class Artefact(Row, table=True):
    """One structured thing made in a step: a barrier, a canvas, a scenario ... `data` is JSON of its kind's form.

    An edit makes a new row and points the old one at it, so that earlier versions stay; `first_id` is the row that
    all versions of one thing begin with. `slot` is set on the live version of what there can be only one of.
    """

    __tablename__ = "artefact"
    __table_args__ = (
        Index("ix_artefact_live", "pilot_id", "replaced_by"),
        Index(
            "ix_artefact_only_one",
            "pilot_id",
            "slot",
            unique=True,
            sqlite_where=sql("slot IS NOT NULL"),
            postgresql_where=sql("slot IS NOT NULL"),
        ),
    )

    pilot_id: int = points_to("pilot.id", index=False)
    step: int = Field(sa_type=SmallInteger)  # 0: kept all along
    kind: str = Field(max_length=40)
    slot: str | None = Field(default=None, max_length=40)
    run: int = Field(default=1, sa_type=SmallInteger)
    place: int = 0
    first_id: int | None = points_to("artefact.id", nullable=True)
    number: int = 1  # which version of the thing this is
    data: str = text()
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    replaced_by: int | None = points_to("artefact.id", nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True, default=None)

    @property
    def root(self) -> int:
        """The id by which other artefacts name this one, whatever its version."""
        return self.first_id or self.id


class Compare(StrEnum):
    """What the change where the pilot runs is held against."""

    ELSEWHERE = "everybody elsewhere"
    NAMED = "the places named"
    NOTHING = "nothing"


class Success(StrEnum):
    """When the pilot counts as a success, by the planned comparison."""

    BETTER = "surely better than before"
    WORTH = "surely worth having"


class Measure(Row, table=True):
    """What the pilot is measured by: an outcome, before and after, there and elsewhere; or figures typed by hand.

    An edit makes a new row, as with artefacts. All but `after_id` and `actual` is the plan, which is locked when the
    run begins. `change` and its neighbours are the effect as it was worked out when this version was kept: lists read
    it from here, the effect's page works it out anew.
    """

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint("last_day IS NULL OR last_day >= first_day", name="window_ends_after_it_begins"),
        Index(
            "ix_measure_one_decides",
            "pilot_id",
            unique=True,
            sqlite_where=sql("decides AND replaced_by IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sql("decides AND replaced_by IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    pilot_id: int = points_to("pilot.id")
    name: str = Field(max_length=160)
    outcome: str = Field(default="", max_length=120)  # of the sources; none: figures typed by hand
    before_id: int | None = points_to("source.id", nullable=True)
    after_id: int | None = points_to("source.id", nullable=True)
    segment: str = Field(default="", max_length=120)  # where the pilot ran: segment and its label
    label: str = Field(default="", max_length=120)
    baseline: float | None = None
    target: float | None = None
    actual: float | None = None
    worth: float = 0  # the smallest effect worth having, in the measure's own units
    decides: bool = False  # the one measure by which the pilot is judged; the others are secondary
    falls: bool = False  # of figures typed by hand: lower is better
    compare: Compare = choice(Compare, default=Compare.ELSEWHERE)
    against: str = text()  # the labels of the same segment that it is compared with, one a line
    weighted: bool = False
    first_day: date | None = None  # the window in which the wave after is asked
    last_day: date | None = None
    expected: int | None = None  # answers of the wave after, where it runs
    success: Success = choice(Success, default=Success.BETTER)
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    n_before: int = 0  # answers where it ran
    n_after: int = 0
    verdict: str = Field(default="", max_length=40)
    run: int = Field(default=1, sa_type=SmallInteger)
    first_id: int | None = points_to("measure.id", nullable=True)
    number: int = 1
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    replaced_by: int | None = points_to("measure.id", nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True, default=None)

    @property
    def root(self) -> int:
        return self.first_id or self.id

    @property
    def complete(self) -> bool:
        return None not in (self.baseline, self.target, self.actual)


class Spending(Row, table=True):
    """Money spent; a correction is an entry of its own, and an entry is corrected once."""

    __tablename__ = "spending"

    pilot_id: int = points_to("pilot.id")
    amount: Decimal = money()
    on: date
    purpose: str = Field(max_length=200)
    corrects_id: int | None = points_to("spending.id", nullable=True, unique=True, index=False)
    entered_by: int = points_to("person.id")
    entered_at: datetime = instant()
