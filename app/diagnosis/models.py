"""A diagnosis: what departments and customers say of the organisation, apart, and then its own answers."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.web import FormModel

LEVELS = (1, 2, 3, 4, 5)


class DiagnosisStage(StrEnum):
    OPEN = "open"  # departments and customers answer, each for themselves
    CLOSED = "closed"  # where they differ is seen; the organisation's answers are written
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Diagnosis(Row, table=True):
    __tablename__ = "diagnosis"
    __table_args__ = (
        Index(
            "ix_diagnosis_one_at_a_time",
            "committee_id",
            unique=True,
            sqlite_where=sql("stage IN ('open', 'closed')"),
            postgresql_where=sql("stage IN ('open', 'closed')"),
        ),
    )

    committee_id: int = points_to("committee.id")
    name: str = Field(max_length=160)
    stage: DiagnosisStage = choice(DiagnosisStage, default=DiagnosisStage.OPEN, index=True)
    due: date  # the last day of answering
    opened_at: datetime = instant()
    opened_by: int = points_to("person.id")
    closed_at: datetime | None = instant(nullable=True, default=None)
    published_at: datetime | None = instant(nullable=True, default=None)
    reach: str = text()  # JSON: how far listening reached into the processes on the day of publication
    version: int = 1


class Asked(Row, table=True):
    """A department that is asked."""

    __tablename__ = "diagnosis_department"
    __table_args__ = (UniqueConstraint("diagnosis_id", "department_id"),)

    diagnosis_id: int = points_to("diagnosis.id", index=False)
    department_id: int = points_to("department.id")


class Sheet(Row, table=True):
    """One answerer's answers: a colleague's, or a customer's by invitation. Sealed until the answering is closed."""

    __tablename__ = "diagnosis_sheet"
    __table_args__ = (
        UniqueConstraint("diagnosis_id", "person_id"),
        CheckConstraint("(person_id IS NULL) = (department_id IS NULL)", name="whose"),
    )

    diagnosis_id: int = points_to("diagnosis.id", index=False)
    person_id: int | None = points_to("person.id", nullable=True)
    department_id: int | None = points_to("department.id", nullable=True)
    at: datetime = instant()
    version: int = 1


class Answer(Row, table=True):
    """One level of one sheet; none: "can't say"."""

    __tablename__ = "diagnosis_answer"
    __table_args__ = (
        UniqueConstraint("sheet_id", "item"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    sheet_id: int = points_to("diagnosis_sheet.id", index=False)
    item: str = Field(max_length=40)
    level: int | None = Field(default=None, sa_type=SmallInteger)
    words: str = text()


class Invitation(Row, table=True):
    """A customer's link: 256 bits, kept hashed, used once. Which sheet it led to is not kept."""

    __tablename__ = "diagnosis_invitation"

    diagnosis_id: int = points_to("diagnosis.id")
    key: str = Field(max_length=64, unique=True)
    made_at: datetime = instant()
    expires_at: datetime = instant()
    used_on: date | None = None


class Finding(Row, table=True):
    """The organisation's answer to one item, written by the chair. Superseded by a newer one, never changed."""

    __tablename__ = "diagnosis_finding"
    __table_args__ = (
        UniqueConstraint("diagnosis_id", "item", "number"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    diagnosis_id: int = points_to("diagnosis.id", index=False)
    item: str = Field(max_length=40)
    number: int = 1
    level: int = Field(sa_type=SmallInteger)
    answer: str = text()
    reason: str = text()
    written_by: int = points_to("person.id")
    written_at: datetime = instant()


class OpenForm(FormModel):
    name: str = Field(min_length=1, max_length=160)
    committee: int
    due: date
    departments: list[int] = Field(min_length=1)


class FindingForm(FormModel):
    """number: the one that the page showed; 0 where there was none."""

    level: int = Field(ge=1, le=5)
    answer: str = Field(default="", max_length=5_000)
    reason: str = Field(min_length=1, max_length=5_000)
    number: int = 0


class InviteForm(FormModel):
    count: int = Field(ge=1, le=50)
    days: int = Field(default=14, ge=1, le=60)
