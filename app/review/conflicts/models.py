"""What somebody has to look at before it is a conflict: an author's word, or an answer to what the system found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.ideas.models import ConflictKind


class SuspicionStage(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Suspicion(Row, table=True):
    """A reason for a conflict that was named or found. What the system finds is worked out whenever it is asked for,
    and has a row once it is answered: so it is never asked again."""

    __tablename__ = "suspicion"
    __table_args__ = (
        UniqueConstraint("idea_id", "person_id", "kind"),
        CheckConstraint("(stage = 'open') = (answered_at IS NULL)", name="answered_has_its_time"),
        CheckConstraint("(kind = 'named by an author') = (named_by IS NOT NULL)", name="named_by_somebody"),
    )

    idea_id: int = points_to("idea.id", index=False)
    person_id: int = points_to("person.id", index=False)
    kind: ConflictKind = choice(ConflictKind)
    stage: SuspicionStage = choice(SuspicionStage, default=SuspicionStage.OPEN)
    named_by: int | None = points_to("person.id", nullable=True, index=False)
    words: str = text()
    said_at: datetime = instant()
    answered_by: int | None = points_to("person.id", nullable=True, index=False)
    answered_at: datetime | None = instant(nullable=True, default=None)
    answer: str = text()
    version: int = Field(default=1)
