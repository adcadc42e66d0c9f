"""Change-agent teams: who is in one, who may change it, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field as Limits
from pydantic import StringConstraints
from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import LARGEST_ID, now
from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.people.models import Committee, Kind, Membership, Person, Team
from app.record.actions import write
from app.refs import Kind as RefKind
from app.web import FormModel

SomeId = Annotated[int, Limits(ge=1, le=LARGEST_ID)]


class TeamForm(FormModel):
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    purpose: Annotated[str, StringConstraints(max_length=4000)] = ""
    processes: tuple[SomeId, ...] = ()
    version: int | None = None


class MemberForm(FormModel):
    """A colleague by address, as the lead knows them."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]


def visible_to(actor: Actor) -> ColumnElement[bool]:
    return false() if actor.guest else true()


kind = RefKind("team", Team, visible_to, Team.name, lambda id: f"/teams/{id}")


def leads(actor: Actor, team: Team) -> bool:
    return team.id in actor.leads and team.disbanded_at is None


def is_in(actor: Actor, team: Team) -> bool:
    return team.id in actor.teams


@dataclass(frozen=True)
class TeamLine:
    id: int
    name: str
    purpose: str
    people: int
    lead: str


@dataclass(frozen=True)
class Member:
    id: int
    name: str
    lead: bool
    since: datetime


def teams(db: Session, actor: Actor) -> Sequence[TeamLine]:
    """Every team that is there, by name, with how many are in it and who leads. One statement."""
    current = (col(Membership.team_id) == Team.id, col(Membership.until).is_(None))
    people = select(func.count()).where(*current).correlate(Team).scalar_subquery()
    lead = (
        select(func.min(col(Person.name)))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(*current, col(Membership.lead).is_(True))
        .correlate(Team)
        .scalar_subquery()
    )
    query = (
        select(col(Team.id), col(Team.name), col(Team.purpose), people, lead)
        .where(visible_to(actor), col(Team.disbanded_at).is_(None))
        .order_by(func.lower(col(Team.name)), col(Team.id))
        .limit(500)
    )
    return [TeamLine(row[0], row[1], row[2], row[3], row[4] or "") for row in db.execute(query)]


def members(db: Session, team_id: int) -> Sequence[Member]:
    query = (
        select(col(Person.id), col(Person.name), col(Membership.lead), col(Membership.since))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(col(Membership.team_id) == team_id, col(Membership.until).is_(None))
        .order_by(col(Membership.lead).desc(), col(Person.name))
    )
    return [Member(*row) for row in db.execute(query)]


def form(db: Session, actor: Actor, data: TeamForm) -> Team:
    """Whoever forms a team leads it. It reports to the first committee."""
    committee = db.scalars(select(col(Committee.id)).order_by(col(Committee.id)).limit(1)).first()
    if committee is None:
        raise Invalid("There is no committee yet for a team to report to.")
    team = Team(name=data.name, purpose=data.purpose, committee_id=committee)
    db.add(team)
    flush_named(db)
    db.add(Membership(team_id=team.id, person_id=actor.id, lead=True))
    write(db, actor.id, "form", team.ref, figures={"person": actor.id})
    return team


def flush_named(db: Session) -> None:
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("A team has this name already.") from error


def named_already(db: Session, name: str, but: int | None = None) -> bool:
    query = select(col(Team.id)).where(col(Team.name) == name, col(Team.id) != (but or 0))
    return db.scalar(query) is not None


def change(db: Session, actor: Actor, team: Team, data: TeamForm) -> None:
    if not leads(actor, team):
        raise Refused("Only who leads the team changes it.")
    if data.version != team.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    team.name, team.purpose = data.name, data.purpose
    team.version += 1
    flush_named(db)


def add_member(db: Session, actor: Actor, team: Team, email: str) -> Person:
    """An employee joins by the lead's adding them."""
    if not leads(actor, team):
        raise Refused("Only who leads the team adds people.")
    query = select(Person).where(col(Person.email) == email.strip().casefold(), col(Person.kind) == Kind.EMPLOYEE)
    person = db.scalars(query).first()
    if person is None or not person.active:
        raise Invalid("No colleague has this address.")
    if current(db, team, person.id) is None:
        db.add(Membership(team_id=team.id, person_id=person.id))
        write(db, actor.id, "join", team.ref, figures={"person": person.id})
    return person


def current(db: Session, team: Team, person_id: int) -> Membership | None:
    query = select(Membership).where(
        col(Membership.team_id) == team.id, col(Membership.person_id) == person_id, col(Membership.until).is_(None)
    )
    return db.scalars(query).first()


def leave(db: Session, actor: Actor, team: Team, person_id: int) -> None:
    """By oneself, or by the lead. The last who leads hands over first, while others are in it."""
    if person_id != actor.id and not leads(actor, team):
        raise Refused("You can leave yourself; the lead can take others out.")
    membership = current(db, team, person_id)
    if membership is None:
        return
    others = [one for one in members(db, team.id) if one.id != person_id]
    if membership.lead and others and not any(one.lead for one in others):
        raise Invalid("Hand the lead over first: a team with people in it has a lead.")
    membership.until = now()
    write(db, actor.id, "leave", team.ref, figures={"person": person_id})
    if not others:
        team.disbanded_at = now()
        team.version += 1
        write(db, actor.id, "disband", team.ref)


def hand_over(db: Session, actor: Actor, team: Team, person_id: int) -> None:
    """Somebody else leads from now on."""
    if not leads(actor, team):
        raise Refused("Only who leads the team hands it over.")
    theirs, mine = current(db, team, person_id), current(db, team, actor.id)
    if theirs is None or mine is None:
        raise Invalid("Only somebody in the team can lead it.")
    if person_id != actor.id:
        theirs.lead, mine.lead = True, False
        write(db, actor.id, "hand_over", team.ref, figures={"person": person_id})
