"""Calls: one question about a prioritised process, put to everybody or to departments, from day to day."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to, text

MOST_QUESTIONS = 10


class CallStage(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Call(Row, table=True):
    """`stage` follows the days by itself; whoever reads it asks `stands`, which is right from the first minute."""

    __tablename__ = "call"
    __table_args__ = (CheckConstraint("closes_on >= opens_on", name="days"),)

    process_id: int = points_to("process.id")
    committee_id: int = points_to("committee.id")
    question: str = Field(max_length=200)
    brief: str = text()
    criteria: str = text()
    sponsor_id: int | None = points_to("person.id", nullable=True)
    everyone: bool = True
    opens_on: date
    closes_on: date
    stage: CallStage = choice(CallStage, default=CallStage.PLANNED, index=True)
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    came_of: str = text()
    concluded_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    def stands(self, day: date) -> CallStage:
        return stage_on(self.stage, self.opens_on, self.closes_on, day)


def stage_on(stage: CallStage, opens_on: date, closes_on: date, day: date) -> CallStage:
    """Where a call stands on a day, whether or not anything has moved it yet."""
    if stage is CallStage.PLANNED and opens_on <= day:
        stage = CallStage.OPEN
    if stage is CallStage.OPEN and closes_on < day:
        stage = CallStage.CLOSED
    return stage


class CallDepartment(SQLModel, table=True):
    """A department that is asked; `named` by the chair, else below one that is."""

    __tablename__ = "call_department"

    call_id: int = Field(primary_key=True, sa_type=Id, foreign_key="call.id")
    department_id: int = Field(primary_key=True, sa_type=Id, foreign_key="department.id", index=True)
    named: bool = True


class AnswerKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"


class CallQuestion(Row, table=True):
    """An extra question; `choices` one a line."""

    __tablename__ = "call_question"
    __table_args__ = (UniqueConstraint("call_id", "place"),)

    call_id: int = points_to("call.id", index=False)
    place: int = Field(sa_type=SmallInteger)
    words: str = Field(max_length=300)
    kind: AnswerKind = choice(AnswerKind, default=AnswerKind.TEXT)
    choices: str = text()
    required: bool = False

    @property
    def options(self) -> list[str]:
        return self.choices.split("\n") if self.choices else []


class CallIdea(SQLModel, table=True):
    """An idea that was begun from a call. `late`: first submitted after it had closed, and no answer to it."""

    __tablename__ = "call_idea"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    call_id: int = points_to("call.id")
    late: bool = False


class CallAnswer(SQLModel, table=True):
    """What an idea's authors say to an extra question."""

    __tablename__ = "call_answer"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    question_id: int = Field(primary_key=True, sa_type=Id, foreign_key="call_question.id", index=True)
    answer: str = text()
