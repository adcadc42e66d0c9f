"""Reading teams: who is in one and where they come from, what they work on, and which priorities nobody has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.people.models import Department, Kind, Membership, Person, Team
from app.processes.models import Focus, Process
from app.refs import Kind as RefKind
from app.teams.models import Competence, MemberCompetence

MOST_TEAMS = 500


def visible_to(actor: Actor) -> ColumnElement[bool]:
    return false() if actor.guest else true()


kinds = [RefKind("team", Team, visible_to, Team.name, lambda id: f"/teams/{id}")]


@dataclass(frozen=True)
class TeamLine:
    id: int
    name: str
    purpose: str
    people: int
    departments: int
    lead: str


@dataclass(frozen=True)
class Member:
    id: int
    name: str
    lead: bool
    since: datetime
    membership: int
    department: str
    can: tuple[str, ...] = ()


def teams(db: Session, actor: Actor) -> Sequence[TeamLine]:
    """Every team that is there, by name, with how many are in it, from where, and who leads. One statement."""
    current = (col(Membership.team_id) == Team.id, col(Membership.until).is_(None))
    people = select(func.count()).where(*current).correlate(Team).scalar_subquery()
    departments = (
        select(func.count(col(Person.department_id).distinct()))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(*current)
        .correlate(Team)
        .scalar_subquery()
    )
    lead = (
        select(func.min(col(Person.name)))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(*current, col(Membership.lead).is_(True))
        .correlate(Team)
        .scalar_subquery()
    )
    query = (
        select(col(Team.id), col(Team.name), col(Team.purpose), people, departments, lead)
        .where(visible_to(actor), col(Team.disbanded_at).is_(None))
        .order_by(func.lower(col(Team.name)), col(Team.id))
        .limit(MOST_TEAMS)
    )
    return [TeamLine(row[0], row[1], row[2], row[3], row[4], row[5] or "") for row in db.execute(query)]


def members(db: Session, team_id: int) -> Sequence[Member]:
    """Who is in it now, the lead first, with what each brings. Two statements."""
    fields = (col(Person.id), col(Person.name), col(Membership.lead), col(Membership.since), col(Membership.id))
    query = (
        select(*fields, func.coalesce(col(Department.name), ""))
        .join(Membership, col(Membership.person_id) == Person.id)
        .outerjoin(Department, col(Department.id) == Person.department_id)
        .where(col(Membership.team_id) == team_id, col(Membership.until).is_(None))
        .order_by(col(Membership.lead).desc(), col(Person.name), col(Person.id))
    )
    rows = db.execute(query).all()
    can = competences_of(db, team_id)
    return [Member(*row, can=tuple(can.get(row[4], ()))) for row in rows]


def competences_of(db: Session, team_id: int) -> dict[int, list[str]]:
    """Membership -> what that member brings."""
    query = (
        select(col(MemberCompetence.membership_id), col(Competence.name))
        .join(Competence, col(Competence.id) == MemberCompetence.competence_id)
        .join(Membership, col(Membership.id) == MemberCompetence.membership_id)
        .where(col(Membership.team_id) == team_id)
        .order_by(col(Competence.key))
    )
    found: dict[int, list[str]] = {}
    for membership, name in db.execute(query):
        found.setdefault(membership, []).append(name)
    return found


def person_can(db: Session, person_id: int) -> Sequence[str]:
    """What a person brought to any team, ended memberships too: they can still do it."""
    query = (
        select(col(Competence.name))
        .join(MemberCompetence, col(MemberCompetence.competence_id) == Competence.id)
        .join(Membership, col(Membership.id) == MemberCompetence.membership_id)
        .where(col(Membership.person_id) == person_id)
        .group_by(col(Competence.id), col(Competence.name), col(Competence.key))
        .order_by(col(Competence.key))
    )
    return db.scalars(query).all()


def known_competences(db: Session) -> Sequence[str]:
    """What forms offer while one types."""
    return db.scalars(select(col(Competence.name)).order_by(col(Competence.key)).limit(300)).all()


def focus(db: Session, team_id: int | None = None) -> dict[int, Sequence[Process]]:
    """Team -> the processes that it works on, by rank."""
    query = select(col(Focus.team_id), Process).join(Process, col(Process.id) == Focus.process_id)
    if team_id is not None:
        query = query.where(col(Focus.team_id) == team_id)
    found: dict[int, list[Process]] = {}
    for team, process in db.execute(query.order_by(col(Process.rank), col(Process.name))):
        found.setdefault(team, []).append(process)
    return dict(found)


def prioritised(db: Session) -> Sequence[Process]:
    query = select(Process).where(col(Process.rank).is_not(None))
    return db.scalars(query.order_by(col(Process.rank), col(Process.id))).all()


def uncovered() -> ColumnElement[bool]:
    """Of a process: it is prioritised, and no team that is there works on it."""
    taken = (
        exists()
        .where(col(Focus.process_id) == Process.id, col(Focus.team_id) == Team.id, col(Team.disbanded_at).is_(None))
        .correlate(Process)
    )
    return col(Process.rank).is_not(None) & ~taken


def without_a_team(db: Session) -> Sequence[Process]:
    """The committee's priorities that nobody has taken on, by rank."""
    return db.scalars(select(Process).where(uncovered()).order_by(col(Process.rank), col(Process.id))).all()


def working_on(db: Session, process_id: int) -> Sequence[tuple[int, str]]:
    """The teams that work on a process: (id, name)."""
    query = (
        select(col(Team.id), col(Team.name))
        .join(Focus, col(Focus.team_id) == Team.id)
        .where(col(Focus.process_id) == process_id, col(Team.disbanded_at).is_(None))
        .order_by(func.lower(col(Team.name)), col(Team.id))
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def colleague(db: Session, email: str) -> Person | None:
    """An employee who can sign in, by their address."""
    query = select(Person).where(col(Person.email) == email.strip().casefold(), col(Person.kind) == Kind.EMPLOYEE)
    person = db.scalars(query).first()
    return person if person and person.active else None


def current(db: Session, team: Team, person_id: int) -> Membership | None:
    query = select(Membership).where(
        col(Membership.team_id) == team.id, col(Membership.person_id) == person_id, col(Membership.until).is_(None)
    )
    return db.scalars(query).first()


def named_already(db: Session, name: str, but: int | None = None) -> bool:
    query = select(col(Team.id)).where(col(Team.name) == name, col(Team.id) != (but or 0))
    return db.scalar(query) is not None
