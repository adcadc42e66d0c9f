"""First scenes: the organisation, its people, its committee, its teams."""

from decimal import Decimal

from sqlalchemy.orm import Session

from app.columns import as_of, now
from app.demo.content import COMMITTEE, DEPARTMENTS, ORGANISATION, PEOPLE, PURPOSE, TEAMS
from app.demo.world import World
from app.people.models import (
    Committee,
    Department,
    Grant,
    Kind,
    Membership,
    Organisation,
    Person,
    Post,
    Role,
    Seat,
    Team,
)
from app.people.passwords import hasher
from app.record.actions import write
from app.settings import DEMO_PASSWORD

SEATS = (
    ("noor", Post.CHAIR),
    ("tamer", Post.DEPUTY),
    ("omar", Post.MEMBER),
    ("sami", Post.MEMBER),
    ("dina", Post.MEMBER),
)
ROLES = (("layla", Role.LEADER), ("root", Role.ADMINISTRATOR))


def found(world: World, days_ago: float) -> None:
    with as_of(world.moment(days_ago)), world.database.writing() as db:
        db.add(Organisation(id=1, name=ORGANISATION, set_up_at=now(), demo=True))
        for name, parent in DEPARTMENTS:
            department = Department(name=name, parent_id=world.departments.get(parent or ""))
            db.add(department)
            db.flush()
            world.departments[name] = department.id
        add_people(world, db)
        committee = Committee(name=COMMITTEE, quorum=3, promised_days=20, budget=Decimal(600_000))
        committee.custodian_id = world.people["root"]
        committee.purpose = PURPOSE
        db.add(committee)
        db.flush()
        world.committee = committee.id
        for key, post in SEATS:
            db.add(Seat(committee_id=committee.id, person_id=world.people[key], post=post))
            figures = {"committee": committee.id, "post": post.value}
            write(db, world.people["root"], "seat", f"person:{world.people[key]}", after=post.value, figures=figures)
        for key, role in ROLES:
            db.add(Grant(person_id=world.people[key], role=role))
            write(db, world.people["root"], "grant", f"person:{world.people[key]}", after=role.value)


def add_people(world: World, db: Session) -> None:
    password = hasher.hash(DEMO_PASSWORD)
    for someone in PEOPLE:
        person = Person(
            name=someone.name,
            email=f"{someone.key}@pilotage.example",
            kind=Kind.EMPLOYEE if someone.department else Kind.GUEST,
            department_id=world.departments.get(someone.department or ""),
            password=password,
        )
        db.add(person)
        db.flush()
        world.people[someone.key] = person.id


def form_teams(world: World, days_ago: float) -> None:
    """After the first priorities are out."""
    from app.processes.models import Focus

    for gang in TEAMS:
        with world.scene(gang.people[0], days_ago) as (db, actor):
            team = Team(name=gang.name, purpose=gang.purpose, committee_id=world.committee)
            db.add(team)
            db.flush()
            world.teams[gang.key] = team.id
            for place, key in enumerate(gang.people):
                db.add(Membership(team_id=team.id, person_id=world.people[key], lead=place == 0))
            db.add_all(Focus(team_id=team.id, process_id=world.processes[key]) for key in gang.processes)
            write(db, actor.id, "form", team.ref, figures={"members": len(gang.people)})
