"""Which departments have opened which source: a day, and never who."""

from datetime import datetime

from sqlalchemy import UniqueConstraint

from app.columns import Row, instant, points_to


class SourceReading(Row, table=True):
    """Somebody of this department has opened the source's page; the first time."""

    __tablename__ = "source_reading"
    __table_args__ = (UniqueConstraint("source_id", "department_id"),)

    source_id: int = points_to("source.id", index=False)
    department_id: int = points_to("department.id")
    first_at: datetime = instant()
