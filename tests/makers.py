"""Things with defaults, made straight in the database: a test says only what its story needs."""

import itertools
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session as Db

from app.columns import now
from app.ideas.models import PRIVATE, Author, Idea, Revision, Stage
from app.people.models import Committee, Department, Grant, Membership, Organisation, Person, Post, Role, Seat, Team
from app.pilots.models import Keeper, Pilot, Step, StepStage
from app.processes.models import Process

numbers = itertools.count(1)


def put(db: Db, thing: Any) -> Any:
    db.add(thing)
    db.flush()
    return thing


def an_organisation(db: Db, **over: Any) -> Organisation:
    made: Organisation = put(
        db, Organisation(**({"id": 1, "name": "Rimal International Airport", "set_up_at": now()} | over))
    )
    return made


def a_department(db: Db, **over: Any) -> Department:
    made: Department = put(db, Department(**({"name": f"Department {next(numbers)}"} | over)))
    return made


def a_person(db: Db, name: str = "", *, roles: tuple[Role, ...] = (), **over: Any) -> Person:
    number = next(numbers)
    name = name or f"Person {number}"
    fields = {"name": name, "email": f"person{number}@pilotage.example"} | over
    person: Person = put(db, Person(**fields))
    for role in roles:
        put(db, Grant(person_id=person.id, role=role))
    return person


def a_committee(db: Db, *, chair: Person | None = None, members: tuple[Person, ...] = (), **over: Any) -> Committee:
    fields = {"name": f"Committee {next(numbers)}", "quorum": 2, "promised_days": 21} | over
    committee: Committee = put(db, Committee(**fields))
    if chair:
        a_seat(db, committee, chair, Post.CHAIR)
    for person in members:
        a_seat(db, committee, person)
    return committee


def a_seat(db: Db, committee: Committee, person: Person, post: Post = Post.MEMBER) -> Seat:
    made: Seat = put(db, Seat(committee_id=committee.id, person_id=person.id, post=post))
    return made


def a_team(db: Db, committee: Committee, *people: Person, **over: Any) -> Team:
    """The first person leads."""
    team: Team = put(db, Team(**({"name": f"Team {next(numbers)}", "committee_id": committee.id} | over)))
    for place, person in enumerate(people):
        put(db, Membership(team_id=team.id, person_id=person.id, lead=place == 0))
    return team


def a_process(db: Db, committee: Committee, owner: Person, **over: Any) -> Process:
    """Prioritised unless `rank=None`."""
    fields = {"name": f"Process {next(numbers)}", "committee_id": committee.id, "owner_id": owner.id, "rank": 1} | over
    made: Process = put(db, Process(**fields))
    return made


def an_idea(db: Db, process: Process, *authors: Person, **over: Any) -> Idea:
    """In any stage, with the columns and the revision that the stage implies."""
    number = next(numbers)
    stage = over.get("stage", Stage.DRAFT)
    fields: dict[str, Any] = {
        "process_id": process.id,
        "committee_id": process.committee_id,
        "title": f"Idea {number}",
        "story": "People wait where nobody sees them.",
        "change": "A desk where the queue begins.",
        "listed": stage not in PRIVATE,
        "revision": 0 if stage in (*PRIVATE, Stage.SIGNAL, Stage.IMPORTED) else 1,
    }
    if fields["revision"]:
        fields |= {"submitted_at": now(), "promised_on": date.today() + timedelta(days=21)}
    if stage is Stage.DEFERRED:
        fields["deferred_to"] = date.today() + timedelta(days=30)
    idea: Idea = put(db, Idea(**(fields | over)))
    for person in authors:
        put(db, Author(idea_id=idea.id, person_id=person.id))
    if idea.revision and authors:
        a_revision(db, idea, authors[0])
    return idea


def a_revision(db: Db, idea: Idea, by: Person) -> Revision:
    same = ("title", "story", "change", "needs", "novelty", "area", "cost")
    values = {name: getattr(idea, name) for name in same}
    made: Revision = put(db, Revision(idea_id=idea.id, number=idea.revision, submitted_by=by.id, **values))
    return made


def a_pilot(db: Db, idea: Idea, lead: Person, *keepers: Person, step: int = 1, **over: Any) -> Pilot:
    """On the step that is named, the ones before it passed; every gate has the same keepers."""
    fields = {
        "idea_id": idea.id,
        "process_id": idea.process_id,
        "committee_id": idea.committee_id,
        "team_id": idea.team_id,
        "name": f"Pilot {next(numbers)}",
        "lead_id": lead.id,
        "step": step,
    }
    pilot: Pilot = put(db, Pilot(**(fields | over)))
    for number in range(1, 7):
        stage = StepStage.PASSED if number < step else StepStage.OPEN if number == step else StepStage.AHEAD
        passed = now() if stage is StepStage.PASSED else None
        opened = None if stage is StepStage.AHEAD else now()
        put(db, Step(pilot_id=pilot.id, number=number, stage=stage, passed_at=passed, opened_at=opened))
        for person in keepers:
            put(db, Keeper(pilot_id=pilot.id, number=number, person_id=person.id))
    return pilot
