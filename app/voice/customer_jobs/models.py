"""Jobs: what customers try to get done, whoever serves them; cited by responses (a segment), ideas and maps."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlmodel import Field

from app.columns import LARGEST_ID, Row, choice, instant, points_to
from app.web import FormModel


class JobKind(StrEnum):
    FUNCTIONAL = "functional"  # something done
    EMOTIONAL = "emotional"  # something felt
    SOCIAL = "social"  # how others see one


class Job(Row, table=True):
    """ "When I ..., I want to ..., so I can ...": in the customer's words, without our solution in it."""

    __tablename__ = "customer_job"

    situation: str = Field(max_length=300)
    want: str = Field(max_length=200)
    so: str = Field(default="", max_length=300)
    kind: JobKind = choice(JobKind, default=JobKind.FUNCTIONAL)
    made_at: datetime = instant()
    put_aside_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    @property
    def statement(self) -> str:
        """As one sentence."""
        ends = f", so I can {self.so}" if self.so else ""
        return f"When {self.situation}, I want to {self.want}{ends}."


class JobStage(Row, table=True):
    """A stage of a journey in which the job is done."""

    __tablename__ = "customer_job_stage"
    __table_args__ = (UniqueConstraint("job_id", "stage_id"),)

    job_id: int = points_to("customer_job.id", index=False)
    stage_id: int = points_to("journey_stage.id")


class JobCell(Row, table=True):
    """Respondents of this label of a segment do this job: by name, so that it holds in every wave."""

    __tablename__ = "customer_job_cell"
    __table_args__ = (UniqueConstraint("job_id", "segment", "label"),)

    job_id: int = points_to("customer_job.id", index=False)
    segment: str = Field(max_length=120)
    label: str = Field(max_length=200)


class JobOutcome(Row, table=True):
    """What customers measure the job by, with how important it is and how satisfied they are, both 0 to 10.

    The ratings stand with where they come from: a source of ours, or words.
    """

    __tablename__ = "customer_job_outcome"
    __table_args__ = (
        CheckConstraint("importance BETWEEN 0 AND 10", name="importance"),
        CheckConstraint("satisfaction BETWEEN 0 AND 10", name="satisfaction"),
        CheckConstraint("n > 0", name="n"),
    )

    job_id: int = points_to("customer_job.id")
    place: int = Field(sa_type=SmallInteger)
    statement: str = Field(max_length=300)
    importance: float | None = None
    satisfaction: float | None = None
    n: int | None = None
    source_id: int | None = points_to("source.id", nullable=True)
    told_by: str = Field(default="", max_length=200)


class JobForm(FormModel):
    """cells: "segment=label", one each."""

    situation: str = Field(min_length=1, max_length=300)
    want: str = Field(min_length=1, max_length=200)
    so: str = Field(default="", max_length=300)
    kind: JobKind = JobKind.FUNCTIONAL
    stages: list[int] = Field(default_factory=list)
    cells: list[str] = Field(default_factory=list)
    version: int = 0


class OutcomeForm(FormModel):
    statement: str = Field(min_length=3, max_length=300)
    importance: float | None = Field(default=None, ge=0, le=10)
    satisfaction: float | None = Field(default=None, ge=0, le=10)
    n: int | None = Field(default=None, ge=1, le=10**9)
    source: int | None = Field(default=None, ge=1, le=LARGEST_ID)
    told_by: str = Field(default="", max_length=200)
    version: int = 0
