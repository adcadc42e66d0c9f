"""What a meeting leaves behind: who was in the room when, who presents, what was moved and how it was voted on."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to, text
from app.review.models import Verdict


class Presence(Row, table=True):
    """A stay in the room, from coming to leaving: one open stay a person and meeting."""

    __tablename__ = "meeting_presence"
    __table_args__ = (
        CheckConstraint("left_at IS NULL OR left_at >= came_at", name="leaves_after_coming"),
        Index(
            "ix_meeting_presence_one_open",
            "meeting_id",
            "person_id",
            unique=True,
            sqlite_where=sql("left_at IS NULL"),
            postgresql_where=sql("left_at IS NULL"),
        ),
    )

    meeting_id: int = points_to("meeting.id")
    person_id: int = points_to("person.id")
    came_at: datetime = instant()
    left_at: datetime | None = instant(nullable=True, default=None)


class Presenter(SQLModel, table=True):
    """Who presents an idea: one of those who wrote it. Only ever read through who may know that."""

    __tablename__ = "agenda_presenter"

    item_id: int = Field(primary_key=True, sa_type=Id, foreign_key="agenda_item.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")


class Minutes(Row, table=True):
    """The minutes as they were when the meeting was closed, or when the chair wrote them anew. Never changed."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    meeting_id: int = points_to("meeting.id")
    number: int = Field(sa_type=SmallInteger)
    made_at: datetime = instant()
    made_by: int = points_to("person.id")
    why: str = text()
    told: str = text()  # JSON: what papers.minutes draws


class MotionStage(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    CARRIED = "carried"
    LOST = "lost"
    NO_QUORUM = "no quorum"
    VOID = "void"


class Say(StrEnum):
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Motion(Row, table=True):
    """What the committee is asked to agree to: a verdict on one idea, in a meeting, or in writing by a day."""

    __tablename__ = "motion"
    __table_args__ = (
        CheckConstraint("(meeting_id IS NULL) = (due IS NOT NULL)", name="in_a_meeting_or_by_a_day"),
        CheckConstraint("(stage = 'closed') = (result IS NOT NULL)", name="closed_has_its_result"),
        CheckConstraint("(verdict IN ('defer', 'do it now')) = (day IS NOT NULL)", name="has_its_day"),
        Index(
            "ix_motion_one_open",
            "idea_id",
            unique=True,
            sqlite_where=sql("stage = 'open'"),
            postgresql_where=sql("stage = 'open'"),
        ),
    )

    committee_id: int = points_to("committee.id")
    round_id: int = points_to("round.id")
    idea_id: int = points_to("idea.id")
    meeting_id: int | None = points_to("meeting.id", nullable=True)
    verdict: Verdict = choice(Verdict)
    day: date | None = None  # for "do it now" and "defer"
    words: str = text()
    secret: bool = False
    quorum: int = Field(sa_type=SmallInteger)
    due: date | None = Field(default=None, index=True)
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    stage: MotionStage = choice(MotionStage, default=MotionStage.OPEN, index=True)
    closed_at: datetime | None = instant(nullable=True, default=None)
    yes: int | None = Field(default=None, sa_type=SmallInteger)
    no: int | None = Field(default=None, sa_type=SmallInteger)
    abstain: int | None = Field(default=None, sa_type=SmallInteger)
    result: Result | None = choice(Result, nullable=True, default=None)
    casting: bool = False  # a tie that the chair's own vote has broken
    version: int = 1

    @property
    def open(self) -> bool:
        return self.stage is MotionStage.OPEN

    @property
    def cast(self) -> int:
        return (self.yes or 0) + (self.no or 0) + (self.abstain or 0)


class MotionPresent(SQLModel, table=True):
    """Who was there when the vote was closed; `counts` towards the quorum unless they have a conflict."""

    __tablename__ = "motion_present"

    motion_id: int = Field(primary_key=True, sa_type=Id, foreign_key="motion.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    counts: bool = True


class Turnout(SQLModel, table=True):
    """Who has voted, openly or in secret: once a person. Without a time, an order, and without what."""

    __tablename__ = "motion_turnout"
    __table_args__ = {"sqlite_with_rowid": False}

    motion_id: int = Field(primary_key=True, sa_type=Id, foreign_key="motion.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")


class Vote(SQLModel, table=True):
    """An open vote: set to a value, changeable until the vote is closed."""

    __tablename__ = "motion_vote"

    motion_id: int = Field(primary_key=True, sa_type=Id, foreign_key="motion.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    say: Say = choice(Say)


class BallotBox(Row, table=True):
    """The secret votes of a motion as three sums, there from its beginning: no ballot is a row, so none has an order,
    a time or a person."""

    __tablename__ = "ballot_box"
    __table_args__ = (UniqueConstraint("motion_id", "say"), CheckConstraint("ballots >= 0", name="ballots"))

    motion_id: int = points_to("motion.id")
    say: Say = choice(Say)
    ballots: int = Field(default=0, sa_type=SmallInteger)


class Dissent(Row, table=True):
    """A member's own words against what was carried, for the minutes."""

    __tablename__ = "dissent"
    __table_args__ = (UniqueConstraint("motion_id", "person_id"),)

    motion_id: int = points_to("motion.id")
    person_id: int = points_to("person.id")
    words: str = text()
    said_at: datetime = instant()
