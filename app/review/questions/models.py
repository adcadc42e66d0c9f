"""What reviewers ask authors, through whoever leads the review."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint

from app.columns import Row, choice, instant, points_to, text


class QuestionStage(StrEnum):
    ASKED = "asked"
    PASSED = "passed on"
    ANSWERED = "answered"
    DROPPED = "dropped"


class AuthorQuestion(Row, table=True):
    """A reviewer's question on an idea in a round. Nobody reads who asked; the authors read it once it is passed on."""

    __tablename__ = "author_question"
    __table_args__ = (
        CheckConstraint("(stage = 'answered') = (answered_at IS NOT NULL)", name="answered_has_its_time"),
    )

    round_id: int = points_to("round.id")
    idea_id: int = points_to("idea.id")
    asker_id: int = points_to("person.id")
    words: str = text()
    stage: QuestionStage = choice(QuestionStage, default=QuestionStage.ASKED)
    asked_at: datetime = instant()
    why: str = text()  # why it was dropped, for its asker
    answer: str = text()
    answered_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1
