"""The people every test knows, as in the demo organisation: who they are decides what they may do."""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Db

from app.people.models import Committee, Department, Kind, Person, Post, Role, Team
from app.processes.models import Process
from tests.makers import a_committee, a_department, a_person, a_process, a_seat, a_team, an_organisation


@dataclass
class Cast:
    """amal leads a team, badr is in it, zaid has none; sami, dina, omar are members; noor is the chair; layla leads;
    huda owns the process; gita is a guest; root administers; tariq knows nobody here."""

    amal: Person
    badr: Person
    zaid: Person
    sami: Person
    dina: Person
    omar: Person
    noor: Person
    layla: Person
    huda: Person
    gita: Person
    root: Person
    tariq: Person
    department: Department
    committee: Committee
    team: Team
    process: Process
    other: Process  # not prioritised


def the_cast(db: Db) -> Cast:
    an_organisation(db)
    department = a_department(db, name="Terminal operations")
    elsewhere = a_department(db, name="Finance")

    def person(name: str, *roles: Role, **over: object) -> Person:
        fields = {"email": f"{name.lower()}@pilotage.example", "department_id": department.id} | over
        return a_person(db, name, roles=roles, **fields)

    amal, badr, zaid = person("Amal"), person("Badr"), person("Zaid")
    sami, dina, omar, noor = (person(name, department_id=elsewhere.id) for name in ("Sami", "Dina", "Omar", "Noor"))
    layla, huda = person("Layla", Role.LEADER), person("Huda")
    gita = person("Gita", kind=Kind.GUEST, department_id=None)
    root, tariq = person("Root", Role.ADMINISTRATOR), person("Tariq", department_id=elsewhere.id)
    committee = a_committee(db, name="Innovation Committee", members=(sami, dina, omar))
    a_seat(db, committee, noor, Post.CHAIR)
    team = a_team(db, committee, amal, badr, name="Calm corners")
    process = a_process(db, committee, huda, name="Security screening")
    other = a_process(db, committee, huda, name="Lounges", rank=None)
    people = (amal, badr, zaid, sami, dina, omar, noor, layla, huda, gita, root, tariq)
    return Cast(*people, department, committee, team, process, other)
