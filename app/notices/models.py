"""What a person is told: one row for each entry of the record that concerns them."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Row, instant, points_to


class Notice(Row, table=True):
    """To its person it goes by the number of its entry: a number of its own would tell how many others were told."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("person_id", "entry"),)

    person_id: int = points_to("person.id", index=False)
    entry: int = Field(sa_type=BigInteger, foreign_key="record.number")
    about: str = Field(max_length=60)
    at: datetime = instant()
    read_at: datetime | None = instant(nullable=True, default=None)


class Reading(SQLModel, table=True):
    """How far the record has been read for notices: one row, locked by whoever reads on."""

    __tablename__ = "notice_reading"

    id: int = Field(default=1, primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
