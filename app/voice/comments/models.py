"""Coding of comments: who said by hand what a comment is about, and which touchpoints a theme speaks of."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, instant, points_to, text
from app.web import FormModel


class ThemeTouchpoint(Row, table=True):
    """A comment on this theme speaks of this touchpoint."""

    __tablename__ = "theme_touchpoint"
    __table_args__ = (UniqueConstraint("theme_id", "touchpoint_id"),)

    theme_id: int = points_to("theme.id", index=False)
    touchpoint_id: int = points_to("touchpoint.id")


class Coding(Row, table=True):
    """Many comments coded at once, which can be undone as one."""

    __tablename__ = "coding"

    theme_id: int = points_to("theme.id")
    person_id: int = points_to("person.id")
    asked: str = text()  # the search, as its address says it
    n: int = 0
    at: datetime = instant()
    undone_at: datetime | None = instant(nullable=True, default=None)


class RemarkCode(Row, table=True):
    """One person's word that a comment is about a theme. All of them together make `RemarkTheme`."""

    __tablename__ = "remark_code"
    __table_args__ = (UniqueConstraint("remark_id", "theme_id", "person_id"),)

    remark_id: int = points_to("remark.id", index=False)
    theme_id: int = points_to("theme.id")
    person_id: int = points_to("person.id")
    coding_id: int | None = points_to("coding.id", nullable=True)
    at: datetime = instant()


class RemarkRead(Row, table=True):
    """A person has coded this comment by itself, with all its themes or with none: what agreement is counted over."""

    __tablename__ = "remark_read"
    __table_args__ = (UniqueConstraint("remark_id", "person_id"),)

    remark_id: int = points_to("remark.id", index=False)
    person_id: int = points_to("person.id")
    at: datetime = instant()


class Coded(SQLModel, table=True):
    """The comments of a source are coded: from here on their themes are counted and compared."""

    __tablename__ = "coded_source"

    source_id: int = Field(primary_key=True, sa_type=Id, foreign_key="source.id")
    person_id: int | None = points_to("person.id", nullable=True, index=False)
    at: datetime = instant()


Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ThemeForm(FormModel):
    name: Name
    about: str = Field(default="", max_length=2_000)
    touchpoints: list[int] = Field(default_factory=list)
    version: int = 0


class MergeForm(FormModel):
    into: int


class CodeForm(FormModel):
    """All themes that one person sees in one comment; a new one by its name. `back`: where to go on."""

    themes: list[int] = Field(default_factory=list)
    new: str = Field(default="", max_length=200)
    back: str = Field(default="", max_length=2_000)


class CodeManyForm(FormModel):
    """A search's comments, or those that were chosen among the ones shown, as one theme."""

    theme: int
    which: str = "chosen"
    chosen: list[int] = Field(default_factory=list)
    asked: str = Field(default="", max_length=2_000)


class UndoForm(FormModel):
    coding: int
