"""Asking once more about a declined idea: the new facts, once for each idea."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, instant, points_to, text


class Reconsideration(SQLModel, table=True):
    """Its key is the idea's: the database itself refuses a second one. `revision`: as which it was submitted again."""

    __tablename__ = "reconsideration"
    __table_args__ = (CheckConstraint("trim(facts) <> ''", name="facts"),)

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    revision: int
    facts: str = text()
    asked_by: int = points_to("person.id", index=False)
    asked_at: datetime = instant()
