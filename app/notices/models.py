"""What a person is told: one row for each entry of the record that concerns them; and how they want to be told."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to, text
from app.notices.topics import USUAL, Often, Way

DIGEST_HOUR = 8


class Notice(Row, table=True):
    """To its person it goes by the number of its entry: a number of its own would tell how many others were told.

    why: the capacity in which the entry concerns them (`concerns.As`), the nearest where there are several. topic: what
    kind of notice it is, by which people choose. mailed: it went by mail at once, and no digest repeats it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "entry"),
        Index(
            "ix_notice_unread",
            "about",
            "person_id",
            sqlite_where=sql("read_at IS NULL"),
            postgresql_where=sql("read_at IS NULL"),
        ),
    )

    person_id: int = points_to("person.id", index=False)
    entry: int = Field(sa_type=BigInteger, foreign_key="record.number")
    about: str = Field(max_length=60)
    why: str = Field(default="", max_length=40)
    topic: str = Field(default="", max_length=20)
    mailed: bool = False
    at: datetime = instant()
    read_at: datetime | None = instant(nullable=True, default=None)


class Reading(SQLModel, table=True):
    """How far the record has been read for notices: one row, locked by whoever reads on.

    person: of the entry after `number`, everybody up to this id has been told: of one that concerns thousands, a part
    at a time. reminded_on, reminded_to: the day whose reminders are being made, and up to which person they are.
    """

    __tablename__ = "notice_reading"

    id: int = Field(default=1, primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
    person: int = Field(default=0, sa_type=Id)
    reminded_on: date | None = None
    reminded_to: int = Field(default=0, sa_type=Id)


class Preference(SQLModel, table=True):
    """How one person wants to be told. Made with their first notice, as everybody's is at first.

    choices: JSON of the topics that go another way than usual. next_at: when their digest is due. seen: the entry up to
    which digests were made; it moves in the transaction that puts a digest into the outbox, so none is made twice.
    """

    __tablename__ = "notice_preference"
    __table_args__ = (
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    mail: bool = True
    choices: str = text(default="{}")
    often: Often = choice(Often, default=Often.DAILY)
    weekday: int = 0
    hour: int = DIGEST_HOUR
    next_at: datetime = instant(index=True)
    seen: int = Field(default=0, sa_type=BigInteger)

    @property
    def chosen(self) -> Mapping[str, str]:
        chosen: dict[str, str] = json.loads(self.choices)
        return chosen

    def way(self, topic: str) -> Way:
        """How a notice of this topic goes to them."""
        if not self.mail:
            return Way.INBOX
        return Way(self.chosen.get(topic) or USUAL.get(topic, Way.INBOX))


class Reminder(SQLModel, table=True):
    """A deadline that a person was reminded of: once when it is near, once when it has passed."""

    __tablename__ = "notice_reminder"

    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    what: str = Field(primary_key=True, max_length=160)
    late: bool = Field(primary_key=True)
    due: date = Field(index=True)
