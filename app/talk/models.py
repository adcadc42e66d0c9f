"""Conversation on anything that has a ref: threads of comments, what they said before, whom they name, followers."""

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
# Entries of the record about what people say on a thing; they are no part of the thing's own history.
MOVES_OF_TALK = ("mention", "report", "hide", "restore", "dismiss")
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
    hidden_at: datetime | None = instant(nullable=True, default=None)
    hidden_why: str = text()  # the moderation's reason, which everybody reads in its place
    mentions: int = 0  # rows of `mention`
    files: int = 0  # files that hang on it
    version: int = 1


class Wording(Row, table=True):
    """What a comment said before: until it was changed or taken back."""

    __tablename__ = "comment_wording"

    comment_id: int = points_to("comment.id")
    words: str = text()
    until: datetime = instant()


class Mention(SQLModel, table=True):
    """Somebody is named in a comment, by an at sign and the label that stands there."""

    __tablename__ = "mention"

    comment_id: int = Field(primary_key=True, sa_type=Id, foreign_key="comment.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id", index=True)
    label: str = Field(max_length=200)


class Follow(SQLModel, table=True):
    __tablename__ = "follow"

    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    about: str = Field(primary_key=True, max_length=60, index=True)
    since: datetime = instant()


Words = Annotated[str, StringConstraints(min_length=1, max_length=MOST_LETTERS)]


Alt = Annotated[str, StringConstraints(max_length=500)]


class CommentForm(FormModel):
    """alt_1 to alt_3: what the photos of file_1 to file_3 show. tell: somebody who is to hear of it."""

    words: Words
    parent: Annotated[int, Limits(ge=1, le=LARGEST_ID)] | None = None
    official: Literal["on"] | None = None
    tell: Annotated[str, StringConstraints(max_length=300)] = ""
    alt_1: Alt = ""
    alt_2: Alt = ""
    alt_3: Alt = ""


class EditForm(FormModel):
    words: Words
    version: int


class FollowForm(FormModel):
    value: Literal["on", "off"]
