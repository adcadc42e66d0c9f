"""What somebody is typing, kept while they type."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from app.columns import Row, instant, points_to, text


class Scratch(Row, table=True):
    """The fields of one writing page as they stand in one window; two windows never write over each other.

    Not an idea yet, and nothing refers to it: it goes once its text is kept, or is thrown away.
    """

    __tablename__ = "idea_scratch"
    __table_args__ = (Index("ix_idea_scratch_mine", "person_id", "window", unique=True),)

    person_id: int = points_to("person.id", index=False)
    idea_id: int | None = points_to("idea.id", nullable=True)
    window: str = Field(max_length=40)
    texts: str = text()  # JSON: name -> what stands in the fields of this name
    at: datetime = instant()
