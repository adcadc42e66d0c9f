"""Reading invitations into teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.people.models import Department, Person
from app.teams.invitations.models import InvitationStage, TeamInvitation


@dataclass(frozen=True)
class Invited:
    id: int
    person_id: int
    name: str
    department: str
    competence: str
    stage: InvitationStage
    sent_at: datetime
    answered_at: datetime | None
    reason: str


def pending(db: Session, team_id: int) -> Sequence[Invited]:
    """What waits for an answer, and the last few that were declined with their words."""
    fields = (col(TeamInvitation.id), col(TeamInvitation.person_id), col(Person.name))
    query = (
        select(
            *fields,
            func.coalesce(col(Department.name), ""),
            *(col(TeamInvitation.competence), col(TeamInvitation.stage), col(TeamInvitation.sent_at)),
            *(col(TeamInvitation.answered_at), col(TeamInvitation.reason)),
        )
        .join(Person, col(Person.id) == TeamInvitation.person_id)
        .outerjoin(Department, col(Department.id) == Person.department_id)
        .where(
            col(TeamInvitation.team_id) == team_id,
            col(TeamInvitation.stage).in_((InvitationStage.SENT, InvitationStage.DECLINED)),
        )
        .order_by(col(TeamInvitation.id).desc())
        .limit(20)
    )
    return [Invited(*row) for row in db.execute(query)]


@dataclass(frozen=True)
class Mine:
    id: int
    by: str
    by_id: int
    competence: str
    words: str
    sent_at: datetime


def mine(db: Session, actor: Actor, team_id: int) -> Mine | None:
    """The invitation that waits for this person's answer."""
    query = (
        select(
            *(col(TeamInvitation.id), col(Person.name), col(Person.id), col(TeamInvitation.competence)),
            *(col(TeamInvitation.words), col(TeamInvitation.sent_at)),
        )
        .join(Person, col(Person.id) == TeamInvitation.sent_by)
        .where(
            col(TeamInvitation.team_id) == team_id,
            col(TeamInvitation.person_id) == actor.id,
            col(TeamInvitation.stage) == InvitationStage.SENT,
        )
    )
    row = db.execute(query).first()
    return Mine(*row) if row else None
