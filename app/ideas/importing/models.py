"""Imports of ideas: files on their way in, what came of them, and where each imported thing came from."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to, text


class ImportStage(StrEnum):
    READING = "reading"  # a job reads the files and guesses what their columns are
    ASKING = "asking"  # a person says what they are
    CHECKING = "checking"  # a job holds the files against the map
    CHECKED = "checked"  # a person reads what it would do
    TAKING = "taking"  # a job stores it
    TAKEN = "taken"
    BROKEN = "broken"  # cannot be read at all: `problem` says why
    GONE = "gone"  # thrown away, broken off, or a day old


# A job has the next word.
AT_WORK = (ImportStage.READING, ImportStage.CHECKING, ImportStage.TAKING)


class IdeaImport(Row, table=True):
    """Files on their way in, and after the flip what they brought.

    `ticket` names the run that is storing rows now. Whoever has lost it stores nothing more: so two runs of one import,
    or a run and whoever takes its leftovers away, never mix.
    """

    __tablename__ = "idea_import"

    person_id: int | None = points_to("person.id", nullable=True)  # none: by command
    stage: ImportStage = choice(ImportStage, default=ImportStage.READING)
    name: str = Field(max_length=200)
    files: str = text(default="{}")  # JSON: part -> name and path
    file_hash: str = Field(default="", max_length=64, index=True)
    proposal: str = text()  # JSON: the files' columns and what they seem to be
    said: str = text(default="{}")  # JSON: what the form says so far
    map: str = text()
    report: str = text()  # JSON: what checking said, and in the end what was stored
    problem: str = text()
    set_aside: bool = False
    done: int = 0  # of `total` rows, while they are being taken
    total: int = 0
    ticket: str = Field(default="", max_length=32)
    made_at: datetime = instant()
    alive_at: datetime | None = instant(nullable=True, default=None)  # the last sign of life of its job
    taken_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class ImportedIdea(SQLModel, table=True):
    """Where an idea came from: its source's own id for it, and how people there answered beside supporting it."""

    __tablename__ = "imported_idea"
    __table_args__ = (UniqueConstraint("source", "key"),)

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    import_id: int = points_to("idea_import.id")
    source: str = Field(max_length=200)
    key: str = Field(max_length=200)
    digest: str = Field(max_length=64)  # of its words as they came
    wanted: bool = True  # listed from the flip on
    supported: int | None = Field(default=None, sa_type=BigInteger)  # how many supported it there, as its source says
    answers: str = text(default="{}")  # JSON: the value of a vote -> how many people gave it last


class ForeignPerson(SQLModel, table=True):
    """Who stands for somebody of a source, found again by a digest of their id there (it may be an address)."""

    __tablename__ = "foreign_person"

    source: str = Field(primary_key=True, max_length=200)
    key: str = Field(primary_key=True, max_length=64)
    person_id: int = points_to("person.id")
    import_id: int = points_to("idea_import.id")
