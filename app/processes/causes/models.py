"""Why a process hurts: a tree of causes, each with its evidence."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.web import FormModel


class CauseKind(StrEnum):
    """Where a cause lies, after the six branches of Ishikawa's diagram, in a service's words."""

    PEOPLE = "people"
    METHOD = "method"
    PLACE = "place"
    MATERIAL = "material"
    INFORMATION = "information"
    RULES = "rules"


class Strength(StrEnum):
    SUSPECTED = "suspected"
    LIKELY = "likely"
    SHOWN = "shown"


class Cause(Row, table=True):
    """One answer to "why?": of the process itself where it has no parent, else of the cause above it."""

    __tablename__ = "cause"

    process_id: int = points_to("process.id")
    parent_id: int | None = points_to("cause.id", nullable=True)
    words: str = Field(max_length=300)
    kind: CauseKind = choice(CauseKind)
    strength: Strength = choice(Strength, default=Strength.SUSPECTED)
    note: str = text()
    author_id: int = points_to("person.id")
    made_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    withdrawn_by: int | None = points_to("person.id", nullable=True)
    withdrawn_why: str = text()
    version: int = 1


class CauseEvidence(Row, table=True):
    """What speaks for a cause: anything that has a ref (a touchpoint's figure, a source, a comment), or words alone."""

    __tablename__ = "cause_evidence"
    __table_args__ = (UniqueConstraint("cause_id", "about", "note"),)

    cause_id: int = points_to("cause.id", index=False)
    about: str = Field(default="", max_length=60)
    note: str = Field(default="", max_length=500)
    author_id: int = points_to("person.id")
    made_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    withdrawn_by: int | None = points_to("person.id", nullable=True)


class CauseForm(FormModel):
    words: str = Field(min_length=3, max_length=300)
    kind: CauseKind
    strength: Strength = Strength.SUSPECTED
    note: str = Field(default="", max_length=2_000)
    parent: int | None = None
    version: int = 0


class EvidenceForm(FormModel):
    about: str = Field(default="", max_length=60)
    note: str = Field(default="", max_length=500)


class WithdrawForm(FormModel):
    why: str = Field(min_length=3, max_length=500)
    version: int = 0
