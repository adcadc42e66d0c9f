"""Files that hang on a thing or on a comment about it. Their bytes lie in the store, under their sha256."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to
from app.web import FormModel

MOST_ON_A_THING = 20
ON_A_COMMENT = ("file_1", "file_2", "file_3")


class FileKind(StrEnum):
    PHOTO = "photo"
    DOCUMENT = "document"


class File(Row, table=True):
    """`since` and `until`: the first and the last revision of an idea that it belongs to; until None it stands.

    A file that was withdrawn before any revision had it has `until` below `since`. sha256 is of what everybody gets: a
    photo's bytes are our own encoding. cleaned: of a document, the same without what its properties say of people,
    for readers from whom the thing's authors are hidden.
    """

    __tablename__ = "file"
    __table_args__ = (Index("ix_file_about", "about", "comment_id", "id"),)

    about: str = Field(max_length=60)  # the ref of the thing
    comment_id: int | None = points_to("comment.id", nullable=True)
    place: int  # first, second ... where it hangs: its name for whom names are hidden from
    kind: FileKind = choice(FileKind)
    name: str = Field(max_length=120)
    type: str = Field(max_length=100)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64, index=True)
    preview: str = Field(default="", max_length=64)  # sha256 of a photo's small copy
    cleaned: str = Field(default="", max_length=64)
    width: int = 0
    height: int = 0
    alt: str = Field(default="", max_length=500)
    added_by: int = points_to("person.id")
    added_at: datetime = instant()
    since: int = 1
    until: int | None = None
    withdrawn_by: int | None = points_to("person.id", nullable=True, index=False)
    withdrawn_at: datetime | None = instant(nullable=True, default=None)

    @property
    def standing(self) -> bool:
        return self.until is None

    @property
    def kept(self) -> bool:
        """Whether anybody may still read it: it stands, or a revision has it."""
        return self.until is None or self.until >= self.since

    @property
    def contents(self) -> tuple[str, ...]:
        return tuple(name for name in (self.sha256, self.preview, self.cleaned) if name)


class FileForm(FormModel):
    alt: Annotated[str, StringConstraints(max_length=500)] = ""
