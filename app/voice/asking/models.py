"""Sources whose answers come in one by one: over the API, or by a short survey of our own."""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text


class AskStage(StrEnum):
    COLLECTING = "collecting"
    CLOSED = "closed"


class Asking(Row, table=True):
    """How a source collects: from day to day, with which questions, and what has come in so far.

    texts: the survey's words in its languages, as JSON (see survey.Texts). link: the hash of the survey's token; the
    token itself is derived anew from `nonce` (see links). tallies: how often each answer was given (see tallies).
    """

    __tablename__ = "asking"

    source_id: int = points_to("source.id", index=False, unique=True)
    stage: AskStage = choice(AskStage, default=AskStage.COLLECTING, index=True)
    opens_on: date
    closes_on: date
    person_id: int | None = points_to("person.id", nullable=True)
    department_id: int | None = points_to("department.id", nullable=True)
    survey: bool = False
    texts: str = text(default="{}")
    nonce: str = Field(default="", max_length=64)
    link: str | None = Field(default=None, max_length=64, unique=True)
    tallies: str = text(default="{}")
    version: int = 1

    @property
    def ref(self) -> str:
        """The record tells of the source, which everybody knows it by."""
        return f"source:{self.source_id}"

    @property
    def said(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(self.texts)
        return known

    def takes(self, today: date) -> bool:
        return self.stage is AskStage.COLLECTING and self.opens_on <= today <= self.closes_on


class Batch(Row, table=True):
    """Answers that came together over the API, under the key by which the same batch is known again."""

    __tablename__ = "answer_batch"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    source_id: int = points_to("source.id")
    person_id: int = points_to("person.id", index=False)
    token_id: int = points_to("token.id", index=False)
    key: str = Field(max_length=64)
    body: str = Field(max_length=64)
    stored: int
    skipped: int
    responses: int  # of the source, with these
    at: datetime = instant()
