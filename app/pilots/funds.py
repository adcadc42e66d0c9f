"""What becomes of a committee's budget: promised to approved ideas, given to pilots, spent by them, by fiscal year."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Stage
from app.pilots.models import Pilot, Spending
from app.workdays import fiscal_year_of

NOTHING = Decimal(0)


@dataclass
class Used:
    """approved: the cost of approved ideas whose pilot is not chartered yet. given: budgets of pilots chartered in the
    year. spent: what pilots spent in it."""

    approved: Decimal = NOTHING
    given: Decimal = NOTHING
    spent: Decimal = NOTHING

    @property
    def committed(self) -> Decimal:
        return self.approved + self.given


def used(db: Session, committee_id: int, first_month: int) -> dict[int, Used]:
    """By the year in which the fiscal year begins. Three statements."""
    zone = ZoneInfo(db.info["settings"].time_zone)
    found: dict[int, Used] = defaultdict(Used)

    def of(day: date | datetime) -> Used:
        local = day.astimezone(zone).date() if isinstance(day, datetime) else day
        return found[fiscal_year_of(local, first_month).year]

    for at, cost in db.execute(waiting(committee_id)):
        of(at).approved += cost
    for at, budget in db.execute(chartered(committee_id)):
        of(at).given += budget
    for on, amount in db.execute(spendings(committee_id)):
        of(on).spent += amount
    return found


def waiting(committee_id: int) -> Any:
    here = (col(Idea.committee_id) == committee_id, col(Idea.stage) == Stage.APPROVED)
    return select(col(Idea.answered_at), col(Idea.cost)).where(
        *here, col(Idea.cost).is_not(None), col(Idea.answered_at).is_not(None)
    )


def chartered(committee_id: int) -> Any:
    here = (col(Pilot.committee_id) == committee_id, col(Pilot.budget).is_not(None))
    return select(col(Pilot.chartered_at), col(Pilot.budget)).where(*here)


def spendings(committee_id: int) -> Any:
    """A row a day, however many entries."""
    amount = func.sum(col(Spending.amount), type_=Spending.__table__.c.amount.type)  # type: ignore[attr-defined]
    query = select(col(Spending.on), amount).join(Pilot, col(Pilot.id) == col(Spending.pilot_id))
    return query.where(col(Pilot.committee_id) == committee_id).group_by(col(Spending.on))
