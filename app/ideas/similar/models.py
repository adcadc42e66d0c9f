"""The index of similar ideas, and what authors say of ideas that are near theirs.

The index holds what every employee may see (`listed`), as it stands now: a trigger notes each idea whose text or
sight changed, in the same transaction, and `keeping.catch_up` reads what was noted.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, points_to
from app.ideas.forms import SomeId
from app.web import FormModel

BLOCK = 1 << 14
"""So many ids share a row of a term: its ideas are kept as two bytes each."""


def packed() -> Column[bytes]:
    return Column(LargeBinary(), nullable=False)


class Fresh(Row, table=True):
    """Written by a trigger: this idea is not in the index as it stands. Rows are only ever added or taken away."""

    __tablename__ = "similar_fresh"

    idea_id: int = Field(sa_type=Id)


class Posting(SQLModel, table=True):
    """Which ideas of a block hold a term (their places in it, two bytes each), and with which weights (one byte)."""

    __tablename__ = "similar_posting"

    term: int = Field(primary_key=True, sa_type=Id)
    block: int = Field(primary_key=True, sa_type=Id)
    ideas: int
    places: bytes = Field(sa_column=packed())
    weights: bytes = Field(sa_column=packed())


class Kept(SQLModel, table=True):
    """An idea's bag as it stands in the postings, so that it can be taken out again."""

    __tablename__ = "similar_kept"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    terms: bytes = Field(sa_column=packed())
    weights: bytes = Field(sa_column=packed())


class Lengths(SQLModel, table=True):
    """For each place of a block, the length of its idea's words and of its title's pieces: two halves a place."""

    __tablename__ = "similar_lengths"

    block: int = Field(primary_key=True, sa_type=Id)
    lengths: bytes = Field(sa_column=packed())


class Index(SQLModel, table=True):
    """One row. `version` guards against two who keep it at once; `measured`: how many ideas lengths were taken with."""

    __tablename__ = "similar_index"

    id: int = Field(primary_key=True)
    version: int = 0
    ideas: int = 0
    measured: int = 0


class Relating(StrEnum):
    """What an author says that an idea is to another."""

    BUILDS_ON = "builds_on"
    DUPLICATE_OF = "duplicate_of"
    INDEPENDENT = "independent"


class Relation(SQLModel, table=True):
    """One word for each pair, from the one idea of the other."""

    __tablename__ = "idea_relation"
    __table_args__ = (CheckConstraint("idea_id <> other_id", name="two_ideas"),)

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    other_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id", index=True)
    kind: Relating = choice(Relating)
    said_by: int = points_to("person.id", index=False)
    at: datetime = instant()


class RelationForm(FormModel):
    """kind: empty takes the word back."""

    other: SomeId
    kind: Relating | None = None
