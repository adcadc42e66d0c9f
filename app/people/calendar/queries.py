"""The organisation's calendar: its working days and its fiscal year."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import today
from app.people.calendar.models import Holiday
from app.people.models import Organisation
from app.workdays import FiscalYear, Workdays, fiscal_year_of

WEEKEND = frozenset((5, 6))


def free_days(weekend: str) -> frozenset[int]:
    return frozenset(int(part) for part in weekend.split(",") if part)


def workdays(db: DbSession) -> Workdays:
    """On which days the organisation works. One statement."""
    query = select(col(Organisation.weekend), col(Holiday.day), col(Holiday.yearly)).outerjoin(Holiday, true())
    rows = db.execute(query).all()
    yearly = {(day.month, day.day): day.year for _, day, again in rows if day and again}
    single = frozenset(day for _, day, again in rows if day and not again)
    return Workdays(free_days(rows[0][0]) if rows else WEEKEND, single, yearly)


def in_working_days(db: DbSession, n: int, day: date | None = None) -> date:
    """The n-th working day from today, or from another day."""
    return workdays(db).add(day or today(db.info["settings"].time_zone), n)


def fiscal_month(db: DbSession) -> int:
    return db.scalar(select(col(Organisation.fiscal_month))) or 1


def this_fiscal_year(db: DbSession) -> FiscalYear:
    return fiscal_year_of(today(db.info["settings"].time_zone), fiscal_month(db))


def holidays(db: DbSession) -> Sequence[Holiday]:
    """Those of every year first, through the year; then single days, those to come before those gone."""
    found = db.scalars(select(Holiday).order_by(col(Holiday.day), col(Holiday.id))).all()
    return sorted(found, key=lambda one: (not one.yearly, (one.day.month, one.day.day) if one.yearly else (0, 0)))
