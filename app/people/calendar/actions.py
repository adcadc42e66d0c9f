"""Changing the calendar. A promise that was given keeps its day; what is promised from now on is counted anew."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.errors import Missing, Stale
from app.people.actor import Actor
from app.people.calendar.forms import CalendarForm
from app.people.calendar.models import Holiday
from app.people.calendar.reading import Free
from app.people.models import Organisation
from app.record.actions import write


def change_week(db: DbSession, actor: Actor, known: Organisation, form: CalendarForm) -> None:
    if known.version != form.version:
        raise Stale("Somebody changed the calendar after you opened it. Look at it again before you go on.")
    values = {"weekend": ",".join(sorted(set(form.weekend))), "fiscal_month": form.fiscal_month}
    changed = {name: value for name, value in values.items() if getattr(known, name) != value}
    if not changed:
        return
    figures = {name: [getattr(known, name), value] for name, value in changed.items()}
    for name, value in changed.items():
        setattr(known, name, value)
    known.version += 1
    write(db, actor.id, "change", known.ref, figures={**figures, "fields": sorted(changed)})


def add_holidays(db: DbSession, actor: Actor, known: Organisation, days: Sequence[Free]) -> int:
    """How many are new. A day that is there already takes the name, and whether it comes every year, from the new."""
    there = {one.day: one for one in db.scalars(select(Holiday)).all()}
    fresh = [one for one in days if one.day not in there]
    db.add_all(Holiday(day=one.day, name=one.name, yearly=one.yearly) for one in fresh)
    for one in days:
        if kept := there.get(one.day):
            kept.name, kept.yearly = one.name or kept.name, one.yearly
    db.flush()
    figures = {"days": [one.day.isoformat() for one in days]}
    write(db, actor.id, "add_holidays", known.ref, figures=figures)
    return len(fresh)


def remove_holiday(db: DbSession, actor: Actor, known: Organisation, holiday_id: int) -> None:
    kept = db.get(Holiday, holiday_id)
    if kept is None:
        raise Missing("This day is not in the calendar any more.")
    write(db, actor.id, "remove_holiday", known.ref, figures={"days": [kept.day.isoformat()]})
    db.delete(kept)


def held_organisation(db: DbSession) -> Organisation:
    """The one organisation, locked: of two who change its calendar at once the second is told so."""
    found = db.scalars(select(Organisation).where(col(Organisation.id) == 1).with_for_update()).first()
    if found is None:
        raise Missing()
    return found
