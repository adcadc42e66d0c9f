"""Days on which the organisation does not work, beside its weekends."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.columns import Row


class Holiday(Row, table=True):
    """A free day; `yearly`: on this day of every year from this one."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("day"),)

    day: date
    yearly: bool = False
    name: str = Field(default="", max_length=120)
