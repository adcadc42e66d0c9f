"""Rounds whose ideas are given out, with a chair, and members by number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session as Db

from app.ideas.models import Idea
from app.people.actor import find_actor
from app.people.models import Person
from app.review.assignment import actions, scene
from app.review.assignment.forms import PlanForm
from app.review.assignment.models import AssignmentPlan
from app.review.assignment.planning import Plan, Way, seal, work_out
from app.review.models import Round
from tests.cast import Cast
from tests.makers import a_person, a_seat
from tests.review.makers import admitted, open_round


def members(db: Db, cast: Cast, count: int) -> list[Person]:
    """More members of the committee than the cast has: Member 1, Member 2 ..."""
    made = [a_person(db, f"Member {number}") for number in range(1, count + 1)]
    for person in made:
        a_seat(db, cast.committee, person)
    return made


def shared_round(db: Db, cast: Cast, ideas: Sequence[Idea], people: Sequence[Person] = (), **over: Any) -> Round:
    """Open: two reviews wanted of each idea, by sami, dina, omar and who else is named. Names are open unless said."""
    some = [cast.sami, cast.dina, cast.omar, *people]
    fields = {"assigned": "on", "wanted": 2, "blind": "", "reviewers": [person.id for person in some]} | over
    return open_round(db, cast, *ideas, **fields)


def ideas_of(db: Db, cast: Cast, count: int, **over: Any) -> list[Idea]:
    return [admitted(db, cast, **over) for _ in range(count)]


def planned(db: Db, round_: Round, way: Way = Way.ANEW) -> Plan:
    return work_out(scene.read(db, round_, find_actor(db, round_.made_by)), way)


def apply(db: Db, cast: Cast, round_: Round, way: Way = Way.ANEW) -> AssignmentPlan:
    wanted = PlanForm(way=way, seal=seal(db, planned(db, round_, way)), version=round_.version)
    return actions.apply(db, find_actor(db, cast.noor.id), round_, wanted)
