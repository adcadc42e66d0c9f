"""Searches that a person keeps under a name."""

from datetime import datetime
from typing import Annotated

from pydantic import Field as Limits
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.columns import Row, instant, points_to
from app.web import FormModel

LONGEST = 200  # letters of what is typed


class SavedSearch(Row, table=True):
    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    person_id: int = points_to("person.id", index=False)
    name: str = Field(max_length=80)
    q: str = Field(max_length=LONGEST)
    saved_at: datetime = instant()


class SaveForm(FormModel):
    name: Annotated[str, Limits(min_length=1, max_length=80)]
    q: Annotated[str, Limits(min_length=1, max_length=LONGEST)]
