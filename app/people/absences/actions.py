"""Noting an absence, and taking it back. What is moved by it is seen to by the features that have the work."""

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now, today
from app.errors import Invalid, Missing, Stale
from app.people.absences.forms import AbsenceForm
from app.people.absences.models import Absence
from app.people.actor import Actor
from app.people.models import Person
from app.record.actions import write


def note(db: DbSession, actor: Actor, person_id: int, form: AbsenceForm) -> Absence:
    """The person is locked first: of two entries for the same days the second is told so."""
    person = db.scalars(select(Person).where(col(Person.id) == person_id).with_for_update()).one()
    if form.ends < today(db.info["settings"].time_zone):
        raise Invalid("These days are over.")
    overlaps = (col(Absence.begins) <= form.ends, col(Absence.ends) >= form.begins)
    same = (col(Absence.person_id) == person_id, col(Absence.taken_back_at).is_(None), *overlaps)
    if db.scalar(select(col(Absence.id)).where(*same)):
        raise Stale("An absence that is noted already falls into these days. Take it back first.")
    made = Absence(person_id=person_id, begins=form.begins, ends=form.ends, noted_by=actor.id)
    db.add(made)
    db.flush()
    figures = {"begins": form.begins.isoformat(), "ends": form.ends.isoformat(), "person": person_id}
    write(db, actor.id, "absence", person.ref, after="absent", figures=figures)
    return made


def take_back(db: DbSession, actor: Actor, absence: Absence) -> None:
    """Back earlier, or not away at all: what was moved and is not begun returns."""
    if absence.taken_back_at is not None or absence.ends < today(db.info["settings"].time_zone):
        raise Stale("This absence is over, or was taken back already.")
    absence.taken_back_at = now()
    figures = {"begins": absence.begins.isoformat(), "ends": absence.ends.isoformat(), "person": absence.person_id}
    write(db, actor.id, "end_absence", f"person:{absence.person_id}", before="absent", figures=figures)


def the_absence(db: DbSession, absence_id: int, person_ids: set[int]) -> Absence:
    """One of these people's; to all others there is none."""
    mine = (col(Absence.id) == absence_id, col(Absence.person_id).in_(person_ids))
    found = db.scalars(select(Absence).where(*mine).with_for_update()).first()
    if found is None:
        raise Missing()
    return found
