"""What belongs to a committee beside its row: its budget year by year; and the asking of process owners."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, instant, money, points_to


class Budget(Row, table=True):
    """What a committee has for a fiscal year, named by the calendar year in which it begins."""

    __tablename__ = "committee_budget"
    __table_args__ = (UniqueConstraint("committee_id", "year"),)

    committee_id: int = points_to("committee.id")
    year: int
    amount: Decimal = money()


class OwnerAsked(SQLModel, table=True):
    """The owner of its process was asked for a word on this revision of an idea, until a day."""

    __tablename__ = "owner_asked"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    revision: int = Field(primary_key=True)
    owner_id: int = points_to("person.id")
    asked_at: datetime = instant()
    due: date
