"""Joining an idea into another that says the same: proposed, consented to by authors of both, or refused."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to
from app.ideas.forms import SomeId
from app.web import FormModel

PROPOSED = "stage = 'proposed'"


class JoiningStage(StrEnum):
    PROPOSED = "proposed"
    JOINED = "joined"
    REFUSED = "refused"
    TAKEN_BACK = "taken back"


class Joining(Row, table=True):
    """`idea` is to be closed as a duplicate of `into`. One row for a pair, so that what was refused stays refused.

    `idea_yes` and `into_yes`: the authors who consented, one for each side. `refusal`: the record's entry with why.
    """

    __tablename__ = "joining"
    __table_args__ = (
        UniqueConstraint("idea_id", "into_id"),
        CheckConstraint("idea_id <> into_id", name="two_ideas"),
        CheckConstraint("stage <> 'joined' OR (idea_yes IS NOT NULL AND into_yes IS NOT NULL)", name="both_consented"),
        Index("ix_joining_open", "idea_id", unique=True, sqlite_where=sql(PROPOSED), postgresql_where=sql(PROPOSED)),
        Index("ix_joining_stage", "stage", "id"),
    )

    idea_id: int = points_to("idea.id", index=False)
    into_id: int = points_to("idea.id")
    stage: JoiningStage = choice(JoiningStage, default=JoiningStage.PROPOSED)
    proposed_by: int = points_to("person.id", index=False)
    proposed_at: datetime = instant()
    idea_yes: int | None = points_to("person.id", nullable=True, index=False)
    into_yes: int | None = points_to("person.id", nullable=True, index=False)
    refusal: int | None = points_to("record.number", nullable=True, index=False)
    refused_into: bool = False  # whether it was the other side that refused
    ended_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class SupportAsked(SQLModel, table=True):
    """A supporter of what was joined has said whether to support the other idea as well: asked once."""

    __tablename__ = "joining_support"

    joining_id: int = Field(primary_key=True, sa_type=Id, foreign_key="joining.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    at: datetime = instant()


class ProposalForm(FormModel):
    """`way`: this one into the other, or the other into this one."""

    other: SomeId
    way: Literal["into", "from"]


class AnswerForm(FormModel):
    name: Literal["consent", "refuse", "take_back"]
    note: Annotated[str, StringConstraints(max_length=10_000)] = ""
    version: int | None = None


class SupportForm(FormModel):
    value: Literal["on", "off"]
