"""Ideas, their revisions, authors, votes; and the veil that hides who wrote one."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, Relationship, SQLModel

from app.columns import Id, Row, choice, instant, money, points_to, text

if TYPE_CHECKING:
    from app.people.models import Membership


class Stage(StrEnum):
    DRAFT = "draft"
    SIGNAL = "signal"
    IMPORTED = "imported"
    SUBMITTED = "submitted"
    SENT_BACK = "sent back"
    ADMITTED = "admitted"
    IN_REVIEW = "in review"
    RETURNED = "returned"
    DEFERRED = "deferred"
    APPROVED = "approved"
    TO_DO = "to do"
    IN_PILOT = "in pilot"
    DECLINED = "declined"
    REFUSED = "refused"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


# Nobody but the authors sees these.
PRIVATE = (Stage.DRAFT, Stage.DISCARDED)
# Submitted, and the promised answer is still owed.
UNANSWERED = (Stage.SUBMITTED, Stage.ADMITTED, Stage.IN_REVIEW)
# Neither ended nor private: what the loop counts as alive.
ALIVE = (
    *UNANSWERED,
    Stage.SENT_BACK,
    Stage.RETURNED,
    Stage.DEFERRED,
    Stage.APPROVED,
    Stage.TO_DO,
    Stage.IN_PILOT,
)


BACK = "deferred_to IS NOT NULL"
RESTRICTED = "audience <> 'everyone'"
NAMELESS = "custodian_id IS NOT NULL"
LIVE_CONFLICT = "and_(Conflict.idea_id == Idea.id, Conflict.ended_at.is_(None))"
CREW = (
    "and_(foreign(Membership.team_id) == Idea.team_id,"
    " or_(Membership.until.is_(None), Membership.until >= Idea.created_at))"
)


class Novelty(StrEnum):
    INCREMENTAL = "incremental"
    SUBSTANTIAL = "substantial"
    RADICAL = "radical"


class Area(StrEnum):
    PRODUCT = "product"
    SERVICE = "service or process"
    BUSINESS = "business model or organisation"


class Audience(StrEnum):
    """Who reads an idea once it is out; its team, its committee and the process owner always do."""

    EVERYONE = "everyone"
    DEPARTMENTS = "departments"
    COMMITTEE = "committee"


class Idea(Row, table=True):
    """`support`, `warmth` and `talk` follow votes and comments; they change in the transaction of what they count."""

    __tablename__ = "idea"
    __table_args__ = (
        CheckConstraint("support >= 0", name="support"),
        CheckConstraint("(stage = 'deferred') = (deferred_to IS NOT NULL)", name="deferred_has_its_day"),
        CheckConstraint("custodian_id IS NULL OR team_id IS NULL", name="unnamed_writes_alone"),
        Index("ix_idea_newest", "listed", "id"),
        Index("ix_idea_support", "listed", "support", "id"),
        Index("ix_idea_warmth", "listed", "warmth", "id"),
        Index("ix_idea_talk", "listed", "talk", "id"),
        Index("ix_idea_promised", "stage", "promised_on", "id"),
        Index("ix_idea_stage", "stage", "id"),
        Index("ix_idea_process", "process_id", "listed", "id"),
        Index("ix_idea_team", "team_id", "listed", "id"),
        Index("ix_idea_deferred", "deferred_to", sqlite_where=sql(BACK), postgresql_where=sql(BACK)),
        Index("ix_idea_restricted", "id", sqlite_where=sql(RESTRICTED), postgresql_where=sql(RESTRICTED)),
        Index("ix_idea_unnamed", "id", sqlite_where=sql(NAMELESS), postgresql_where=sql(NAMELESS)),
    )

    process_id: int = points_to("process.id", index=False)
    committee_id: int = points_to("committee.id", index=False)
    team_id: int | None = points_to("team.id", nullable=True, index=False)
    stage: Stage = choice(Stage, default=Stage.DRAFT)
    listed: bool = False  # whether its audience sees it: kept with the stage
    audience: Audience = choice(Audience, default=Audience.EVERYONE)
    custodian_id: int | None = points_to("person.id", nullable=True, index=False)  # alone knows who wrote it, unnamed
    title: str = Field(max_length=200)
    story: str = text()  # the customer's story: what hurts today
    change: str = text()  # what would be different
    needs: str = text()  # what it takes, what could stop it
    novelty: Novelty = choice(Novelty, default=Novelty.INCREMENTAL)
    area: Area = choice(Area, default=Area.SERVICE)
    cost: Decimal | None = money(nullable=True, default=None)
    risks: str = text()
    forecast_of: str = Field(default="", max_length=200)  # the measure that the idea is to move
    forecast_low: float | None = None
    forecast: float | None = None  # the change expected of it, in its own points
    forecast_high: float | None = None
    revision: int = 0  # the number of the last submission
    reconsidered: bool = False
    support: int = 0
    warmth: int = Field(default=0, sa_type=Id)  # support with time in mind: warmth.py
    talk: int = 0
    created_at: datetime = instant()
    submitted_at: datetime | None = instant(nullable=True, default=None)
    promised_on: date | None = None  # the answer's day
    answered_at: datetime | None = instant(nullable=True, default=None)
    deferred_to: date | None = None
    version: int = 1

    authors: list["Author"] = Relationship()
    # Read where a chair wants to act, and nowhere else.
    conflicts: list["Conflict"] = Relationship(sa_relationship_kwargs={"primaryjoin": LIVE_CONFLICT, "viewonly": True})
    crew: list["Membership"] = Relationship(sa_relationship_kwargs={"primaryjoin": CREW, "viewonly": True})

    @property
    def unnamed(self) -> bool:
        return self.custodian_id is not None

    @property
    def author_ids(self) -> frozenset[int]:
        return frozenset(author.person_id for author in self.authors)

    @property
    def concerned_ids(self) -> frozenset[int]:
        """Who has a conflict with it: its authors, whoever was in its team since it was begun, and all others."""
        return self.author_ids | {one.person_id for one in self.crew} | {one.person_id for one in self.conflicts}


class IdeaDepartment(SQLModel, table=True):
    """A department, with all that stands below it, that reads an idea for named departments."""

    __tablename__ = "idea_department"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    department_id: int = Field(primary_key=True, sa_type=Id, foreign_key="department.id", index=True)


class IdeaYear(SQLModel, table=True):
    """What a year brings and costs, of the text as it stands (revision 0) or as it was submitted."""

    __tablename__ = "idea_year"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    revision: int = Field(primary_key=True)
    year: int = Field(primary_key=True)
    benefit: Decimal | None = money(nullable=True, default=None)
    cost: Decimal | None = money(nullable=True, default=None)


class Author(SQLModel, table=True):
    __tablename__ = "idea_author"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id", index=True)


class Invited(SQLModel, table=True):
    """A guest who was invited to this idea."""

    __tablename__ = "idea_guest"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id", index=True)


class IdeaJob(SQLModel, table=True):
    """A job of customers that the idea is to get done better."""

    __tablename__ = "idea_job"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    job_id: int = Field(primary_key=True, sa_type=Id, foreign_key="customer_job.id", index=True)


class Revision(Row, table=True):
    """The idea as it was submitted: never changed."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("idea_id", "number"),)

    idea_id: int = points_to("idea.id", index=False)
    number: int
    title: str = Field(max_length=200)
    story: str = text()
    change: str = text()
    needs: str = text()
    novelty: Novelty = choice(Novelty)
    area: Area = choice(Area)
    cost: Decimal | None = money(nullable=True, default=None)
    risks: str = text()
    forecast_of: str = Field(default="", max_length=200)
    forecast_low: float | None = None
    forecast: float | None = None
    forecast_high: float | None = None
    submitted_by: int = points_to("person.id")
    submitted_at: datetime = instant()


class Vote(SQLModel, table=True):
    """Support: one a person and idea, set on or off."""

    __tablename__ = "vote"

    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id", index=True)
    at: datetime = instant()


class Veil(SQLModel, table=True):
    """This person may not see who wrote this idea.

    Written by a blind review round when it opens and lifted when its decisions are published: so ideas stay blind
    through every door without knowing of rounds. Blindness beats role.
    """

    __tablename__ = "veil"

    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")
    idea_id: int = Field(primary_key=True, sa_type=Id, foreign_key="idea.id", index=True)
    round_id: int = Field(primary_key=True, sa_type=Id)


class ConflictKind(StrEnum):
    """How it is known. All but the first two follow from who wrote the idea, or from what a member did with it."""

    DECLARED = "declared"
    NAMED = "named by an author"
    LINE = "reporting line"
    DEPARTMENT = "same department"
    TOGETHER = "wrote together"
    SUPPORTER = "supported it"


class Conflict(Row, table=True):
    """Why a person may neither judge an idea nor see how others judge it. (Own ideas and own team's are conflicts by
    themselves.) It holds until it is ended.

    Declared and confirmed in review. It stands here, as the veil does, so that a chair who has one has no hand in the
    idea through any door, and no other part need know of reviews.
    """

    __tablename__ = "conflict"
    __table_args__ = (
        Index(
            "ix_conflict_one_live",
            "idea_id",
            "person_id",
            unique=True,
            sqlite_where=sql("ended_at IS NULL"),
            postgresql_where=sql("ended_at IS NULL"),
        ),
    )

    idea_id: int = points_to("idea.id")
    person_id: int = points_to("person.id")
    kind: ConflictKind = choice(ConflictKind, default=ConflictKind.DECLARED)
    reason: str = text()
    declared_at: datetime = instant()
    confirmed_by: int | None = points_to("person.id", nullable=True, index=False)  # nobody, where the member said so
    ended_at: datetime | None = instant(nullable=True, default=None)
    ended_by: int | None = points_to("person.id", nullable=True, index=False)
    ended_why: str = text()
