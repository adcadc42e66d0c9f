"""What a decision is tied to: conditions, each a sentence that authors read, and whether it is met."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, instant, points_to, text


class Condition(Row, table=True):
    """Said with its decision and never changed; only whether it is met is, by who leads or sponsors the pilot."""

    __tablename__ = "decision_condition"
    __table_args__ = (
        UniqueConstraint("decision_id", "place"),
        CheckConstraint("trim(words) <> ''", name="words"),
        CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name="met_by_somebody"),
    )

    decision_id: int = points_to("decision.id", index=False)
    place: int = Field(sa_type=SmallInteger)
    words: str = text()
    due: date | None = None
    met_at: datetime | None = instant(nullable=True, default=None)
    met_by: int | None = points_to("person.id", nullable=True, index=False)
