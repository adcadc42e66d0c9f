"""Reading open seats and the claims on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.people.models import Department, Membership, Person, Team
from app.teams.models import Competence
from app.teams.seats.models import Claim, ClaimStage, SeatStage, TeamSeat


def seat_visible_to(actor: Actor) -> ColumnElement[bool]:
    """As teams: every employee sees every seat."""
    return false() if actor.guest else true()


@dataclass(frozen=True)
class SeatLine:
    id: int
    team_id: int
    team: str
    competence: str
    asked: str
    hours: int | None
    stage: SeatStage
    claims: int  # that wait for an answer
    taken_by: str
    taken_by_id: int | None
    mine: bool  # the reader's claim waits among them


WAITING = (
    select(func.count())
    .where(col(Claim.seat_id) == TeamSeat.id, col(Claim.stage) == ClaimStage.MADE)
    .correlate(TeamSeat)
    .scalar_subquery()
)


def seats(
    db: Session, actor: Actor, team_id: int | None = None, *, taken: bool = False, most: int = 100
) -> Sequence[SeatLine]:
    """The open seats of one team or of all, those taken too where asked for. One statement."""
    mine = (
        select(func.count())
        .where(col(Claim.seat_id) == TeamSeat.id, col(Claim.stage) == ClaimStage.MADE, col(Claim.person_id) == actor.id)
        .correlate(TeamSeat)
        .scalar_subquery()
    )
    stages = (SeatStage.OPEN, SeatStage.TAKEN) if taken else (SeatStage.OPEN,)
    query: Select[Any] = (
        select(
            *(col(TeamSeat.id), col(TeamSeat.team_id), col(Team.name), col(Competence.name), col(TeamSeat.asked)),
            *(col(TeamSeat.hours), col(TeamSeat.stage), WAITING),
            *(func.coalesce(col(Person.name), ""), col(Person.id), mine),
        )
        .join(Team, col(Team.id) == TeamSeat.team_id)
        .join(Competence, col(Competence.id) == TeamSeat.competence_id)
        .outerjoin(Membership, col(Membership.id) == TeamSeat.membership_id)
        .outerjoin(Person, col(Person.id) == Membership.person_id)
        .where(col(TeamSeat.stage).in_(stages), col(Team.disbanded_at).is_(None), seat_visible_to(actor))
        .order_by(col(TeamSeat.stage), col(TeamSeat.id).desc())
        .limit(most)
    )
    if team_id is not None:
        query = query.where(col(TeamSeat.team_id) == team_id)
    rows: list[list[Any]] = [[*row[:10], bool(row[10])] for row in db.execute(query)]
    return [SeatLine(*row) for row in rows]


@dataclass(frozen=True)
class ClaimLine:
    id: int
    person_id: int
    name: str
    department: str
    line: str
    stage: ClaimStage
    made_at: datetime
    answered_at: datetime | None
    reason: str


def claims_of(db: Session, seat_id: int, person_id: int | None = None) -> Sequence[ClaimLine]:
    """All of a seat for its lead, who made it first; or one person's own."""
    fields: tuple[Any, ...] = (Claim.id, Claim.person_id, Person.name, func.coalesce(col(Department.name), ""))
    query: Select[Any] = (
        select(
            *fields,
            *(col(Claim.line), col(Claim.stage), col(Claim.made_at), col(Claim.answered_at), col(Claim.reason)),
        )
        .join(Person, col(Person.id) == Claim.person_id)
        .outerjoin(Department, col(Department.id) == Person.department_id)
        .where(col(Claim.seat_id) == seat_id)
        .order_by(col(Claim.id))
    )
    if person_id is not None:
        query = query.where(col(Claim.person_id) == person_id)
    return [ClaimLine(*tuple(row)) for row in db.execute(query)]
