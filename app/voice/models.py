"""Evidence: series, sources, touchpoints, responses (one packed row each) and the figures rolled up at import."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.words import spelled


class Factor(StrEnum):
    """The CX management model's three factors."""

    OFFER = "product or service"
    INTERACTION = "interaction"
    BRAND = "brand"


class Series(Row, table=True):
    """Waves of one survey."""

    __tablename__ = "series"

    name: str = Field(max_length=200, unique=True)


class SourceKind(StrEnum):
    SURVEY = "survey"
    COMPLAINTS = "complaints"
    LOST_SALES = "lost sales"
    WAITING = "waiting times"
    INTERVIEWS = "interviews"
    OBSERVATION = "observation"
    REPORTS = "reports"
    BENCHMARK = "benchmark"


class SourceStage(StrEnum):
    STAGING = "staging"  # being stored in chunks; not shown
    TAKEN = "taken"
    REPLACED = "replaced"


class Audience(StrEnum):
    """Who sees a source's figures, its comments, or the rows behind them: for each of them the source says."""

    EMPLOYEES = "employees"
    DEPARTMENT = "department"
    COMMITTEE = "committee"


class Source(Row, table=True):
    """Where evidence comes from: one wave of a survey, kept by a department."""

    __tablename__ = "source"

    name: str = Field(max_length=200, unique=True)
    kind: SourceKind = choice(SourceKind, default=SourceKind.SURVEY)
    stage: SourceStage = choice(SourceStage, default=SourceStage.STAGING, index=True)
    series_id: int | None = points_to("series.id", nullable=True)
    department_id: int | None = points_to("department.id", nullable=True)
    first_day: date
    last_day: date
    minimum_cell: int = 1
    figures_for: Audience = choice(Audience, default=Audience.EMPLOYEES, check="figures_for")
    comments_for: Audience = choice(Audience, default=Audience.COMMITTEE, check="comments_for")
    rows_for: Audience = choice(Audience, default=Audience.COMMITTEE)
    weighted: bool = False
    unit: str = Field(default="", max_length=40)  # of what waits took, or among whom events are counted
    collecting: bool = False  # answers come in one by one, until its closing day (see asking)
    rows: int = 0
    responses: int = 0
    set_aside: int = 0
    file_name: str = Field(default="", max_length=300)
    file_hash: str = Field(default="", max_length=64, index=True)
    map: str = text()
    imported_by: int | None = points_to("person.id", nullable=True)
    imported_at: datetime = instant()  # while staging: the last sign of life
    replaced_by: int | None = points_to("source.id", nullable=True)
    version: int = 1


class OutcomeKind(StrEnum):
    NPS = "nps"
    RATING = "rating"
    EFFORT = "effort"
    YESNO = "yesno"
    AMOUNT = "amount"


class Outcome(Row, table=True):
    """An outcome as one source asked it, with its figures. `place` is its index in Response.outcomes."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("source_id", "name"), UniqueConstraint("source_id", "place"))

    source_id: int = points_to("source.id")
    place: int = Field(sa_type=SmallInteger)
    name: str = Field(max_length=120)
    column: str = Field(default="", max_length=200)
    question: str = text()
    kind: OutcomeKind = choice(OutcomeKind)
    worst: float = 0
    best: float = 10
    step: float = 1.0
    n: int = 0
    missing: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    weighted: float | None = None
    mean: float | None = None
    top_two: float | None = None
    promoters: int | None = None
    passives: int | None = None
    detractors: int | None = None
    error: float | None = None  # of `value`: its standard error, over accounts where there are some
    accounts: int | None = None  # how many accounts the answers belong to
    design_effect: float | None = None


class Touchpoint(Row, table=True):
    """A place where a customer meets the organisation: one an installation and name, the same in every wave."""

    __tablename__ = "touchpoint"

    name: str = Field(max_length=200, unique=True)
    key: str = Field(max_length=200, unique=True)  # the name casefolded, for finding it again
    factor: Factor | None = choice(Factor, nullable=True, default=None)
    journey: str = Field(default="", max_length=120)
    stage: str = Field(default="", max_length=120)
    moment_of_truth: bool = False  # where customers make up their minds: marked by hand, with a reason
    moment_reason: str = text()
    merged_into: int | None = points_to("touchpoint.id", nullable=True)  # it is the same place as that one
    version: int = 1


class Use(Row, table=True):
    """A touchpoint as one source asked it: question, column, scale, figures. `place` indexes Response.ratings."""

    __tablename__ = "touchpoint_use"
    __table_args__ = (UniqueConstraint("source_id", "touchpoint_id"), UniqueConstraint("source_id", "place"))

    source_id: int = points_to("source.id")
    touchpoint_id: int = points_to("touchpoint.id")
    place: int = Field(sa_type=SmallInteger)
    column: str = Field(max_length=200)
    question: str = text()
    worst: float
    best: float
    step: float = 1.0
    n: int = 0
    not_applicable: int = 0
    missing: int = 0
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    weighted: float | None = None
    score: float | None = None  # the mean on 0-100, higher is better
    score_low: float | None = None
    score_high: float | None = None
    error: float | None = None  # of `score`
    accounts: int | None = None
    design_effect: float | None = None


class Segment(Row, table=True):
    """A way of parting a source's respondents, and its labels; Response.segments holds their indices."""

    __tablename__ = "segment"
    __table_args__ = (UniqueConstraint("source_id", "name"), UniqueConstraint("source_id", "place"))

    source_id: int = points_to("source.id")
    place: int = Field(sa_type=SmallInteger)
    name: str = Field(max_length=120)
    labels: str = text()  # a JSON list
    part: bool = False  # says which part in the purchase one has: user, buyer, decider ...


class Response(Row, table=True):
    """One customer's answer, one row: all outcomes, ratings and segments packed into bytes (see importing.packing)."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("source_id", "respondent"),)

    source_id: int = points_to("source.id", index=False)
    respondent: str = Field(max_length=200)
    on: date | None = None
    weight: float | None = None
    account: str | None = Field(default=None, max_length=200)
    outcomes: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    ratings: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    segments: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))


def letters_of(context: Any) -> str:
    """Of scripts without blanks the pairs of letters, which the index of words cannot find: written with the words."""
    return spelled(context.get_current_parameters().get("words") or "")


class Remark(Row, table=True):
    """A customer's comment: words, or the label of a code."""

    __tablename__ = "remark"

    source_id: int = points_to("source.id")
    response_id: int = points_to("response.id")
    question: str = Field(max_length=200)
    coded: bool = False
    words: str = Field(sa_column=Column(Text(), nullable=False))
    score: float | None = None  # how it speaks of us, on 0-100, higher is better; where somebody coded that
    marks: str = text()  # what a keeper marked by hand as personal, as JSON; empty: what privacy.spans finds
    spelled: str = Field(default=None, sa_column=Column(Text(), nullable=False, default=letters_of))


class Theme(Row, table=True):
    """What comments are about: one an installation and name, the same in every source."""

    __tablename__ = "theme"

    name: str = Field(max_length=200, unique=True)
    key: str = Field(max_length=200, unique=True)  # the name casefolded, for finding it again
    about: str = text()
    merged_into: int | None = points_to("theme.id", nullable=True, index=False)  # it is this one now
    version: int = 1


class RemarkTheme(Row, table=True):
    """A comment is about a theme: the file said so, or somebody who read it."""

    __tablename__ = "remark_theme"
    __table_args__ = (
        UniqueConstraint("remark_id", "theme_id"),
        Index("ix_remark_theme_found", "theme_id", "remark_id"),
    )

    remark_id: int = points_to("remark.id", index=False)
    theme_id: int = points_to("theme.id")
    by_hand: bool = False
    coded_by: int | None = points_to("person.id", nullable=True)


class UploadStage(StrEnum):
    READING = "reading"  # a job reads the file and proposes a map
    ASKING = "asking"  # a person says what each column is
    CHECKING = "checking"  # a job holds the file against the map
    CHECKED = "checked"  # a person reads what it would do
    TAKING = "taking"  # a job stores it
    TAKEN = "taken"
    BROKEN = "broken"  # cannot be read at all: `problem` says why
    GONE = "gone"  # thrown away, or a day old


# A job has the next word.
AT_WORK = (UploadStage.READING, UploadStage.CHECKING, UploadStage.TAKING)


class Upload(Row, table=True):
    """A file on its way in: kept with what was said of its columns until it is taken or thrown away."""

    __tablename__ = "upload"

    person_id: int = points_to("person.id")
    stage: UploadStage = choice(UploadStage, default=UploadStage.READING)
    file_name: str = Field(max_length=300)
    file_hash: str = Field(default="", max_length=64)
    path: str = Field(max_length=300)
    proposal: str = text()  # JSON: what each column seems to be
    lists: str = text(default="{}")  # JSON: code lists sent with the file, name -> path
    said: str = text(default="{}")  # JSON: what the form says so far, field -> text
    like_id: int | None = points_to("source.id", nullable=True)  # the wave whose map this one follows
    map: str = text()
    rows_for: Audience = choice(Audience, default=Audience.COMMITTEE)
    figures_for: Audience = choice(Audience, default=Audience.EMPLOYEES, check="figures_for")
    comments_for: Audience = choice(Audience, default=Audience.COMMITTEE, check="comments_for")
    set_aside: bool = False
    replace: bool = False
    report: str = text()  # JSON: what checking it said
    problem: str = text()
    done: int = 0  # of `total`, while it is being taken
    total: int = 0
    made_at: datetime = instant()
    alive_at: datetime | None = instant(nullable=True, default=None)  # the last sign of life of its job
    source_id: int | None = points_to("source.id", nullable=True)
    version: int = 1
