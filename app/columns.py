"""Kinds of columns that every table shares: ids, instants, choices, money, and names of constraints."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    event,
)
from sqlalchemy import Enum as ChoiceType
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer(), "sqlite")
LARGEST_ID = 2**63 - 1


_clock: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """This instant; inside `as_of` that one, so that a story can be played out over months."""
    return _clock.get() or datetime.now(UTC)


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    kept = _clock.set(moment)
    try:
        yield
    finally:
        _clock.reset(kept)


def today(time_zone: str = "UTC") -> date:
    """The day in a time zone: a deadline ends with its day where the organisation is."""
    return now().astimezone(ZoneInfo(time_zone)).date()


class Utc(TypeDecorator[datetime]):
    """An instant: aware, kept and returned in UTC. A naive one is refused before it can be misread."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Minor(TypeDecorator[Decimal]):
    """Money as a Decimal in Python and as minor units in the database, so that no cent is ever rounded away.

    `exponent` is the ISO 4217 exponent of the installation's one currency, set once at start by `use_currency`.
    """

    impl = BigInteger
    cache_ok = True
    exponent: ClassVar[int] = 2

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        minor = Decimal(value).scaleb(self.exponent)
        if minor != minor.to_integral_value():
            raise ValueError("an amount has more decimal places than its currency")
        return int(minor)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.exponent)


# ISO 4217: every other currency has two decimal places.
EXPONENTS = dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3) | dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
)


def use_currency(code: str) -> None:
    Minor.exponent = EXPONENTS.get(code, 2)


def choice(kind: type[StrEnum], **options: Any) -> Any:
    """A column of one of a few words, held as text with a CHECK (not as SQLModel's native type).

    The CHECK has the kind's name; `check` gives it another, where a table has several columns of one kind.
    """
    values = ChoiceType(
        kind,
        native_enum=False,
        create_constraint=True,
        name=options.pop("check", kind.__name__.lower()),
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    nullable = options.pop("nullable", False)
    index = options.pop("index", False)
    return Field(sa_column=Column(values, nullable=nullable, index=index), **options)


def instant(*, nullable: bool = False, index: bool = False, **options: Any) -> Any:
    if not nullable and "default" not in options:
        options.setdefault("default_factory", now)
    return Field(sa_column=Column(Utc(), nullable=nullable, index=index), **options)


def money(*, nullable: bool = False, **options: Any) -> Any:
    return Field(sa_column=Column(Minor(), nullable=nullable), **options)


def text(**options: Any) -> Any:
    """Free text of any length."""
    options.setdefault("default", "")
    return Field(sa_column=Column(Text(), nullable=False), **options)


class Row(SQLModel):
    """A table with an id that is never used again (AUTOINCREMENT on SQLite, a sequence on PostgreSQL)."""

    id: int = Field(default=None, primary_key=True, sa_type=Id)

    @property
    def ref(self) -> str:
        return f"{type(self).__tablename__}:{self.id}"


def points_to(target: str, *, nullable: bool = False, index: bool = True, **options: Any) -> Any:
    """A reference to another table's id; never cascades: nothing that has a reference is deleted."""
    if nullable:
        options.setdefault("default", None)
    return Field(foreign_key=target, sa_type=Id, nullable=nullable, index=index, **options)


@event.listens_for(Table, "after_parent_attach")
def never_reuse_ids(table: Table, _parent: Any) -> None:
    if [column.name for column in table.primary_key.columns] == ["id"]:
        table.dialect_options["sqlite"]["autoincrement"] = True


__all__ = [
    "LARGEST_ID",
    "Id",
    "Minor",
    "Row",
    "SmallInteger",
    "String",
    "Utc",
    "as_of",
    "choice",
    "instant",
    "money",
    "now",
    "points_to",
    "text",
    "today",
    "use_currency",
]
