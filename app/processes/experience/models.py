"""The experience that customers desire, that we promise and that we provide: statements, and rounds that rate them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, Relationship

from app.columns import Row, choice, instant, points_to
from app.processes.models import Process
from app.web import FormModel

FEWEST = 5


class Statement(Row, table=True):
    """Something that can be experienced and rated: "Somebody greets me within a minute".

    A changed statement would be another question, so its words stay; it is withdrawn, and another is written.
    """

    __tablename__ = "experience_statement"

    process_id: int = points_to("process.id")
    words: str = Field(max_length=200)
    touchpoint_id: int | None = points_to("touchpoint.id", nullable=True)  # whose figure says what is provided
    author_id: int = points_to("person.id")
    made_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    withdrawn_by: int | None = points_to("person.id", nullable=True)


class RatingStage(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RatingRound(Row, table=True):
    """One asking: everybody rates privately until it is closed. Figures of fewer raters than `fewest` are withheld."""

    __tablename__ = "experience_round"
    __table_args__ = (
        Index(
            "ix_experience_round_one_open",
            "process_id",
            unique=True,
            sqlite_where=sql("stage = 'open'"),
            postgresql_where=sql("stage = 'open'"),
        ),
        CheckConstraint("fewest >= 5", name="fewest"),
    )

    process_id: int = points_to("process.id")
    name: str = Field(max_length=160)
    stage: RatingStage = choice(RatingStage, default=RatingStage.OPEN)
    fewest: int = Field(default=FEWEST, sa_type=SmallInteger)
    opened_by: int = points_to("person.id")
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    process: Process = Relationship(sa_relationship_kwargs={"lazy": "joined", "innerjoin": True})


class Stands(StrEnum):
    """For whom a rater speaks."""

    OURSELVES = "as one of us"
    CUSTOMERS = "on behalf of customers"


class Sheet(Row, table=True):
    """One person's ratings in one round: once, and amended until it is closed. `basis` says how they know."""

    __tablename__ = "experience_sheet"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        CheckConstraint("stands <> 'on behalf of customers' OR basis <> ''", name="basis"),
    )

    round_id: int = points_to("experience_round.id", index=False)
    person_id: int = points_to("person.id")
    stands: Stands = choice(Stands, default=Stands.OURSELVES)
    basis: str = Field(default="", max_length=300)
    made_at: datetime = instant()
    version: int = 1


class Rating(Row, table=True):
    """What one sheet says of one statement, 0 to 10 each: all three, or there is no row.

    So every figure of a statement has the same raters, and none can be had by taking one figure from another.
    """

    __tablename__ = "experience_rating"
    __table_args__ = (
        UniqueConstraint("sheet_id", "statement_id"),
        CheckConstraint("desired BETWEEN 0 AND 10", name="desired"),
        CheckConstraint("promised BETWEEN 0 AND 10", name="promised"),
        CheckConstraint("provided BETWEEN 0 AND 10", name="provided"),
    )

    sheet_id: int = points_to("experience_sheet.id", index=False)
    statement_id: int = points_to("experience_statement.id")
    desired: int = Field(sa_type=SmallInteger)
    promised: int = Field(sa_type=SmallInteger)
    provided: int = Field(sa_type=SmallInteger)


class StatementForm(FormModel):
    words: str = Field(min_length=3, max_length=200)
    touchpoint: int | None = None


class RatingRoundForm(FormModel):
    name: str = Field(min_length=1, max_length=160)
    fewest: int = Field(default=FEWEST, ge=FEWEST, le=50)


class SheetForm(FormModel):
    """Ratings come beside it, three fields a statement. `version` is 0 before the first."""

    stands: Stands = Stands.OURSELVES
    basis: str = Field(default="", max_length=300)
    version: int = 0
