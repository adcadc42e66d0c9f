"""Absences: from a day to a day, and who noted them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint

from app.columns import Row, instant, points_to


class Absence(Row, table=True):
    """Both days belong to it. One that is taken back stays, since work was moved by it."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends >= begins", name="days"),)

    person_id: int = points_to("person.id")
    begins: date
    ends: date
    noted_by: int = points_to("person.id", index=False)
    noted_at: datetime = instant()
    taken_back_at: datetime | None = instant(nullable=True, default=None)
