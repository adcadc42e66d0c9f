"""The committee's days: holidays, a term that ends soon, who stands in for whom, an absence to come."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.demo.world import World
from app.people.absences.actions import note
from app.people.absences.forms import AbsenceForm
from app.people.calendar.actions import add_holidays
from app.people.calendar.reading import read
from app.people.models import Committee, Organisation, Seat
from app.people.roles import set_term
from app.review import owners
from app.review.committees.actions import name_substitute, set_budget

HOLIDAYS = "01-01, New Year’s Day\n05-01, Labour Day\n12-02, Founding day of the airport"
STAND_INS = (("sami", "lina"), ("omar", "rana"), ("dina", "karim"))


def plan(world: World) -> None:
    world.plan(398, holidays)
    world.plan(120, arrange)
    world.plan(2, be_away)
    world.plan(1, ask_owners)


def holidays(world: World, days_ago: float) -> None:
    with world.scene("root", days_ago) as (db, actor):
        since = world.day(days_ago).year
        add_holidays(db, actor, db.get_one(Organisation, 1), read(HOLIDAYS, since))


def seat_of(db: Session, world: World, who: str) -> Seat:
    mine = (col(Seat.committee_id) == world.committee, col(Seat.person_id) == world.people[who])
    return db.scalars(select(Seat).where(*mine)).one()


def arrange(world: World, days_ago: float) -> None:
    """Dina's term ends in three weeks; three members have named who stands in for them."""
    for who, other in STAND_INS:
        with world.scene(who, days_ago) as (db, actor):
            name_substitute(db, actor, seat_of(db, world, who), world.people[other])
    with world.scene("root", days_ago) as (db, actor):
        set_term(db, actor.id, seat_of(db, world, "dina"), world.day(-24))
        committee = db.get_one(Committee, world.committee)
        set_budget(db, actor, committee, world.day(0).year + 1, Decimal(640_000))


def be_away(world: World, days_ago: float) -> None:
    with world.scene("omar", days_ago) as (db, actor):
        first = world.day(-20)
        note(db, actor, actor.id, AbsenceForm(begins=first, ends=first + timedelta(days=4)))


def ask_owners(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, _):
        owners.ask(db)
