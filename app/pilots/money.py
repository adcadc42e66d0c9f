"""Money: the budget and its changes, what was spent, and what that pace leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.people.models import Person
from app.pilots import rules
from app.pilots.artefacts import Made
from app.pilots.forms import Amount
from app.pilots.models import Pilot, Spending
from app.pilots.queries import today
from app.pilots.roadmap import Slot
from app.record.actions import write
from app.web import FormModel


class BudgetForm(FormModel):
    budget: Amount = Field(ge=0)
    note: str = Field(min_length=3, max_length=2000)
    version: int


class SpendingForm(FormModel):
    """A negative amount is money that came back; a mistake is corrected from its own row."""

    amount: Amount
    on: date
    purpose: str = Field(min_length=2, max_length=200)


class CorrectionForm(FormModel):
    why: str = Field(min_length=3, max_length=180)


def allow_budget(actor: Actor, pilot: Pilot) -> None:
    if not pilot.running:
        raise Stale("The pilot has ended.")
    if not rules.funds(actor, pilot):
        raise Refused("The sponsor or the committee’s chair sets the budget.")


def set_budget(db: Session, actor: Actor, pilot: Pilot, form: BudgetForm) -> None:
    allow_budget(actor, pilot)
    if form.version != pilot.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    before = "" if pilot.budget is None else str(pilot.budget)
    pilot.budget = form.budget
    pilot.version += 1
    db.flush()
    write(
        db,
        actor.id,
        "budget",
        pilot.ref,
        before=before,
        after=str(form.budget),
        words={"reason": form.note},
    )


def spend(db: Session, actor: Actor, pilot: Pilot, form: SpendingForm) -> Spending:
    if form.on > today(db):
        raise Invalid("Money is entered on the day that it was spent, or later.")
    return enter(db, actor, pilot, Spending(pilot_id=pilot.id, **form.model_dump(), entered_by=actor.id))


def correct(db: Session, actor: Actor, pilot: Pilot, spending_id: int, form: CorrectionForm) -> Spending:
    """Takes one entry back by an entry of its own; both stay. Once."""
    wrong = db.get(Spending, spending_id)
    if wrong is None or wrong.pilot_id != pilot.id:
        raise Missing()
    if wrong.corrects_id is not None:
        raise Invalid("A correction is not corrected: enter the amount anew.")
    taken_back = select(col(Spending.id)).where(col(Spending.corrects_id) == wrong.id)
    if db.scalars(taken_back).first() is not None:
        raise Stale("This entry is corrected already.")
    entry = Spending(
        pilot_id=pilot.id,
        amount=-wrong.amount,
        on=today(db),
        purpose=f"Correction: {form.why}",
        corrects_id=wrong.id,
        entered_by=actor.id,
    )
    return enter(db, actor, pilot, entry)


def allow(actor: Actor, pilot: Pilot) -> None:
    if not pilot.running:
        raise Stale("The pilot has ended.")
    if not rules.spends(actor, pilot):
        raise Refused("The pilot’s team and its sponsor enter what was spent.")


def enter(db: Session, actor: Actor, pilot: Pilot, entry: Spending) -> Spending:
    allow(actor, pilot)
    db.add(entry)
    pilot.spent += entry.amount
    pilot.entries += 1
    db.flush()
    figures = {"amount": str(entry.amount), "spending": entry.id, "corrects": entry.corrects_id}
    write(db, actor.id, "spend", pilot.ref, figures=figures)
    return entry


@dataclass(frozen=True)
class Spent:
    id: int
    amount: Decimal
    on: date
    purpose: str
    by: str
    by_id: int
    corrects_id: int | None
    corrected: bool


def spendings(db: Session, pilot: Pilot) -> Sequence[Spent]:
    """Newest first."""
    query = (
        select(Spending, col(Person.name))
        .join(Person, col(Person.id) == col(Spending.entered_by))
        .where(col(Spending.pilot_id) == pilot.id)
        .order_by(col(Spending.on).desc(), col(Spending.id).desc())
        .limit(500)
    )
    rows = db.execute(query).all()
    corrected = {entry.corrects_id for entry, _ in rows}
    return [
        Spent(e.id, e.amount, e.on, e.purpose, name, e.entered_by, e.corrects_id, e.id in corrected) for e, name in rows
    ]


@dataclass(frozen=True)
class Pace:
    """How much of the money and of the time is gone, in percent, and where that leads."""

    money: int | None
    time: int | None
    ends_at: Decimal | None
    over: bool


def pace(pilot: Pilot, made: Made, day: date) -> Pace:
    """Time runs over the trial's days where they are known, else from the charter to the last gate's day."""
    money = round(100 * pilot.spent / pilot.budget) if pilot.budget else None
    begins, ends = span(pilot, made)
    if begins is None or ends is None or ends <= begins:
        return Pace(money, None, None, over=bool(money and money > 100))
    gone = min(max((day - begins).days, 0), (ends - begins).days)
    share = Decimal(gone) / Decimal((ends - begins).days)
    ends_at = (pilot.spent / share).quantize(Decimal(1)) if share and pilot.spent > 0 else None
    over = pilot.budget is not None and (pilot.spent > pilot.budget or (ends_at or 0) > pilot.budget)
    return Pace(money, round(100 * share), ends_at, over=over)


def span(pilot: Pilot, made: Made) -> tuple[date | None, date | None]:
    trial = made.only(Slot.TRIAL)
    if trial and trial.data["begins"] and trial.data["ends"]:
        return trial.data["begins"], trial.data["ends"]
    return pilot.chartered_at.date(), pilot.at(6).due
