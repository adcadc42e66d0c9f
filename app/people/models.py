"""People, departments, committees, teams; sessions and links that carry a right."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, money, points_to, text


class Organisation(Row, table=True):
    """The one organisation of this installation."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    name: str = Field(max_length=200)
    set_up_at: datetime | None = instant(nullable=True, default=None)
    demo: bool = False
    few_answers: int = 100  # below this many a figure is shown with the words "little data"
    version: int = 1


class Department(Row, table=True):
    __tablename__ = "department"

    name: str = Field(max_length=200, unique=True)
    parent_id: int | None = points_to("department.id", nullable=True)
    head_id: int | None = Field(default=None, sa_type=Id)  # a person; without a constraint: people point back here


class Kind(StrEnum):
    EMPLOYEE = "employee"
    GUEST = "guest"
    IMPORTED = "imported"  # known from imported data; can never sign in


class Role(StrEnum):
    """What is added to being an employee. Committee seats and process owners stand with those things."""

    LEADER = "leader"
    ADMINISTRATOR = "administrator"


def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Person(Row, table=True):
    __tablename__ = "person"

    email: str | None = Field(default=None, max_length=254, unique=True)  # casefolded
    name: str = Field(max_length=200, index=True)
    kind: Kind = choice(Kind, default=Kind.EMPLOYEE)
    department_id: int | None = points_to("department.id", nullable=True)
    manager_id: int | None = points_to("person.id", nullable=True)
    password: str | None = Field(default=None, max_length=200)
    theme: str = Field(default="", max_length=8)
    time_zone: str = Field(default="", max_length=60)
    unread: int = 0
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(nullable=True, default=None)
    erased_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def active(self) -> bool:
        return self.disabled_at is None and self.erased_at is None and self.kind is not Kind.IMPORTED


class Grant(Row, table=True):
    __tablename__ = "person_role"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    person_id: int = points_to("person.id")
    role: Role = choice(Role)


class Committee(Row, table=True):
    __tablename__ = "committee"
    __table_args__ = (
        CheckConstraint("quorum >= 1", name="quorum"),
        CheckConstraint("promised_days >= 1", name="promised_days"),
    )

    name: str = Field(max_length=200, unique=True)
    quorum: int = 3
    promised_days: int = 21
    budget: Decimal | None = money(nullable=True, default=None)
    custodian_id: int | None = points_to("person.id", nullable=True, index=False)  # to know who writes without a name
    version: int = 1


class Post(StrEnum):
    CHAIR = "chair"
    DEPUTY = "deputy"
    MEMBER = "member"


class Seat(Row, table=True):
    """A person's place on a committee. A seat that ended stays, since decisions point at who held it."""

    __tablename__ = "seat"
    __table_args__ = (
        Index(
            "ix_seat_one_at_a_time",
            "committee_id",
            "person_id",
            unique=True,
            sqlite_where=sql("until IS NULL"),
            postgresql_where=sql("until IS NULL"),
        ),
    )

    committee_id: int = points_to("committee.id")
    person_id: int = points_to("person.id")
    post: Post = choice(Post, default=Post.MEMBER)
    since: datetime = instant()
    until: datetime | None = instant(nullable=True, default=None)


class Team(Row, table=True):
    __tablename__ = "team"

    name: str = Field(max_length=120, unique=True)
    purpose: str = text()
    committee_id: int = points_to("committee.id")
    created_at: datetime = instant()
    disbanded_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class Membership(Row, table=True):
    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "ix_membership_one_at_a_time",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=sql("until IS NULL"),
            postgresql_where=sql("until IS NULL"),
        ),
    )

    team_id: int = points_to("team.id")
    person_id: int = points_to("person.id")
    lead: bool = False
    since: datetime = instant()
    until: datetime | None = instant(nullable=True, default=None)


class Session(SQLModel, table=True):
    """A signed-in browser. The cookie holds 256 random bits; here stands only their hash."""

    __tablename__ = "session"

    key: str = Field(primary_key=True, max_length=64)
    person_id: int = points_to("person.id")
    created_at: datetime = instant()
    seen_at: datetime = instant()
    agent: str = Field(default="", max_length=200)
    ended_at: datetime | None = instant(nullable=True, default=None)


class Purpose(StrEnum):
    SET_UP = "set up"
    INVITATION = "invitation"
    RESET = "reset"


class Link(SQLModel, table=True):
    """A link that carries a right: for one purpose, once, until a time. Stored hashed."""

    __tablename__ = "link"

    key: str = Field(primary_key=True, max_length=64)
    purpose: Purpose = choice(Purpose)
    person_id: int | None = points_to("person.id", nullable=True)
    expires_at: datetime = instant(default=None)
    used_at: datetime | None = instant(nullable=True, default=None)


class Guess(SQLModel, table=True):
    """Wrong passwords counted per account and per address; slows, never locks out."""

    __tablename__ = "guess"

    key: str = Field(primary_key=True, max_length=80)
    count: int = 0
    last_at: datetime = instant()
