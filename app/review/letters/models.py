"""Letters to authors: their templates, what a chair leaves out of one, and what was sent to whom."""

from datetime import datetime
from typing import Annotated

from pydantic import Field as Said
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to, text
from app.review.models import Verdict
from app.web import FormModel


class Template(Row, table=True):
    """A committee's own words for one verdict; without a row the preset's stand."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("committee_id", "verdict"),)

    committee_id: int = points_to("committee.id", index=False)
    verdict: Verdict = choice(Verdict)
    subject: str = Field(max_length=200)
    body: str = text()
    changed_by: int = points_to("person.id", index=False)
    changed_at: datetime = instant()
    version: int = 1


class Draft(SQLModel, table=True):
    """Which reviewers' remarks a letter leaves out: a JSON list of reviews. Without a row all of them go in."""

    __tablename__ = "letter_draft"

    round_id: int = Field(primary_key=True, sa_type=Id, foreign_key="round.id")
    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    left_out: str = text(default="[]")
    version: int = 1


class Sent(Row, table=True):
    """A letter as it was sent: one a decision, never changed."""

    __tablename__ = "letter"

    decision_id: int = points_to("decision.id", unique=True, index=False)
    idea_id: int = points_to("idea.id")
    round_id: int = points_to("round.id")
    subject: str = Field(max_length=400)
    body: str = text()
    sent_by: int = points_to("person.id", index=False)
    sent_at: datetime = instant()


class SentTo(SQLModel, table=True):
    """Who a letter is for, once each; `mailed` false where it is read in the app alone. `sent_at`: its mail went."""

    __tablename__ = "letter_to"

    letter_id: int = Field(primary_key=True, sa_type=Id, foreign_key="letter.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    mailed: bool = False
    sent_at: datetime | None = instant(nullable=True, default=None)


class TemplateForm(FormModel):
    subject: Annotated[str, Said(min_length=1, max_length=200)]
    body: Annotated[str, Said(min_length=1, max_length=10_000)]
    version: int = 0  # the one that was looked at; 0: the preset


class DraftForm(FormModel):
    """Reviews whose remarks go in."""

    take: list[Annotated[int, Said(ge=1)]] = Said(default_factory=list)
    version: int = 0
