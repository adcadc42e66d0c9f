"""Processes and the rounds in which the committee prioritises them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.voice.models import Factor
from app.web import FormModel


class Process(Row, table=True):
    """What the organisation does behind touchpoints. `rank` is its place in the committee's standing priorities."""

    __tablename__ = "process"
    __table_args__ = (CheckConstraint("rank IS NULL OR rank >= 1", name="rank"),)

    name: str = Field(max_length=160, unique=True)
    purpose: str = text()
    owner_id: int = points_to("person.id")
    committee_id: int = points_to("committee.id")
    factor: Factor | None = choice(Factor, nullable=True, default=None)
    journey: str = Field(default="", max_length=120)
    stage: str = Field(default="", max_length=120)
    desired: str = text()  # the experience that customers desire, that we promise, that we provide
    promised: str = text()
    provided: str = text()
    rank: int | None = Field(default=None, sa_type=SmallInteger, index=True)
    prioritised_by: int | None = points_to("prioritisation.id", nullable=True)
    created_at: datetime = instant()
    version: int = 1

    @property
    def prioritised(self) -> bool:
        return self.rank is not None


class ProcessDepartment(Row, table=True):
    __tablename__ = "process_department"
    __table_args__ = (UniqueConstraint("process_id", "department_id"),)

    process_id: int = points_to("process.id")
    department_id: int = points_to("department.id")


class ProcessTouchpoint(Row, table=True):
    __tablename__ = "process_touchpoint"
    __table_args__ = (
        UniqueConstraint("process_id", "touchpoint_id"),
        CheckConstraint("weight > 0", name="weight"),
    )

    process_id: int = points_to("process.id")
    touchpoint_id: int = points_to("touchpoint.id")
    weight: float = 1.0


class Focus(Row, table=True):
    """A team works on a process."""

    __tablename__ = "team_process"
    __table_args__ = (UniqueConstraint("team_id", "process_id"),)

    team_id: int = points_to("team.id")
    process_id: int = points_to("process.id")


class RoundStage(StrEnum):
    OPEN = "open"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Prioritisation(Row, table=True):
    """A round: the committee ranks; the chair publishes with reasons; the evidence of its opening is kept with it."""

    __tablename__ = "prioritisation"
    __table_args__ = (
        Index(
            "ix_prioritisation_one_open",
            "committee_id",
            unique=True,
            sqlite_where=sql("stage = 'open'"),
            postgresql_where=sql("stage = 'open'"),
        ),
    )

    committee_id: int = points_to("committee.id")
    name: str = Field(max_length=160)
    stage: RoundStage = choice(RoundStage, default=RoundStage.OPEN)
    source_id: int | None = points_to("source.id", nullable=True)  # none: on judgement
    outcome: str = Field(default="", max_length=120)
    impact: str = Field(default="correlation", max_length=24)
    rule: str = Field(default="means", max_length=24)
    evidence: str = text()  # JSON: what `processes show` said that day, with its options
    note: str = text()
    due: date | None = None  # until when the members are asked to rank
    opened_at: datetime = instant()
    opened_by: int = points_to("person.id")
    published_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class Ballot(Row, table=True):
    """One member's place for one process in a round; the places of one member are 1, 2, 3 ... without a gap."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "process_id"),
        UniqueConstraint("round_id", "person_id", "place"),
        CheckConstraint("place >= 1", name="place"),
    )

    round_id: int = points_to("prioritisation.id")
    person_id: int = points_to("person.id")
    process_id: int = points_to("process.id")
    place: int = Field(sa_type=SmallInteger)


class Priority(Row, table=True):
    """A process as a published round prioritised it: rank, reason, and a copy of the evidence of that day."""

    __tablename__ = "priority"
    __table_args__ = (UniqueConstraint("round_id", "process_id"), UniqueConstraint("round_id", "rank"))

    round_id: int = points_to("prioritisation.id")
    process_id: int = points_to("process.id")
    rank: int = Field(sa_type=SmallInteger)
    reason: str = text()
    on_judgement: bool = False
    evidence: str = text()  # JSON: its item of the round's evidence


class LeftOut(Row, table=True):
    """A process that a published round did not prioritise, with the reason: needed for each that was vital that day."""

    __tablename__ = "left_out"
    __table_args__ = (UniqueConstraint("round_id", "process_id"),)

    round_id: int = points_to("prioritisation.id")
    process_id: int = points_to("process.id")
    reason: str = text()
    vital: bool = False
    evidence: str = text()  # JSON, as in a priority


class ProcessForm(FormModel):
    """What the register asks for. Weights of touchpoints come beside it, one field each."""

    name: str = Field(min_length=1, max_length=160)
    purpose: str = Field(default="", max_length=5_000)
    owner: int
    committee: int
    departments: list[int] = Field(default_factory=list)
    touchpoints: list[int] = Field(default_factory=list)
    factor: Factor | None = None
    journey: str = Field(default="", max_length=120)
    stage: str = Field(default="", max_length=120)
    desired: str = Field(default="", max_length=5_000)
    promised: str = Field(default="", max_length=5_000)
    provided: str = Field(default="", max_length=5_000)
    version: int = 0


class RoundForm(FormModel):
    """What a chair opens: on the evidence of a source, or without one on judgement."""

    name: str = Field(min_length=1, max_length=160)
    committee: int
    source: int | None = None
    outcome: str = Field(default="", max_length=120)
    impact: Literal["correlation", "shapley", "johnson"] = "correlation"
    rule: str = Field(default="means", max_length=24)
    due: date | None = None
