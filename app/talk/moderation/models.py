"""Reports of comments: who finds that one should not stand, and why. Nobody is shown who reported."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlalchemy import UniqueConstraint

from app.columns import Row, choice, instant, points_to, text
from app.web import FormModel


class ReportStage(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"  # the comment was hidden
    DISMISSED = "dismissed"


class Report(Row, table=True):
    """One a person and comment. committee_id: whose chair answers; without one, administrators do."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    comment_id: int = points_to("comment.id", index=False)
    person_id: int = points_to("person.id")
    committee_id: int | None = points_to("committee.id", nullable=True)
    reason: str = text()
    answer: str = text()  # the moderation's reason, for who reported
    stage: ReportStage = choice(ReportStage, default=ReportStage.OPEN, index=True)
    at: datetime = instant()
    settled_at: datetime | None = instant(nullable=True, default=None)


Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ReportForm(FormModel):
    reason: Reason


class ModerateForm(FormModel):
    do: Literal["hide", "restore", "dismiss"]
    reason: Reason
    version: int
