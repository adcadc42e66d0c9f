"""Conversation on anything that has a ref: threaded comments, and who follows what."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field as Limits
from pydantic import StringConstraints
from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.columns import LARGEST_ID, Id, Row, instant, points_to, text
from app.web import FormModel

MOST_LETTERS = 10_000
WIDTH = 8  # digits of base 36 that each id takes in a path: all ids sort
DEEPEST = 70  # answers below this stand beside what they answer


class Comment(Row, table=True):
    """One remark in a thread. `path` sorts a thread depth first: the ids of its ancestors and its own, base 36."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_thread", "about", "path"), Index("ix_comment_author", "author_id", "about"))

    about: str = Field(max_length=60)  # the ref of what is talked about
    parent_id: int | None = points_to("comment.id", nullable=True)
    author_id: int = points_to("person.id", index=False)
    words: str = text()
    path: str = Field(default="", max_length=600)
    depth: int = 0
    orphan: bool = False  # answers something that did not come with it from where it was imported
    revision: int | None = None  # of the idea that it was written about
    official: bool = False  # an answer from the committee
    written_at: datetime = instant()
    edited_at: datetime | None = instant(nullable=True, default=None)
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class Follow(SQLModel, table=True):
    __tablename__ = "follow"

    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    about: str = Field(primary_key=True, max_length=60, index=True)
    since: datetime = instant()


Words = Annotated[str, StringConstraints(min_length=1, max_length=MOST_LETTERS)]


class CommentForm(FormModel):
    words: Words
    parent: Annotated[int, Limits(ge=1, le=LARGEST_ID)] | None = None
    official: Literal["on"] | None = None


class EditForm(FormModel):
    words: Words
    version: int


class FollowForm(FormModel):
    value: Literal["on", "off"]
