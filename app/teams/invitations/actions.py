"""Asking a colleague into a team; joining, declining, taking it back."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import lock
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.people.models import Person, Team
from app.record.actions import write
from app.teams.actions import join, lead_only
from app.teams.invitations.models import InvitationStage, InviteForm, ReplyForm, TeamInvitation
from app.teams.queries import current
from app.teams.rules import leads

MOST = 30  # invitations that wait at once


def invite(db: Session, actor: Actor, team: Team, person: Person, data: InviteForm) -> TeamInvitation:
    """They hear of it by a notice and by mail, which lead to the team's page; they are in it once they say so."""
    lead_only(actor, team)
    name = person.name
    waiting = select(col(TeamInvitation.id)).where(
        col(TeamInvitation.team_id) == team.id, col(TeamInvitation.stage) == InvitationStage.SENT
    )
    if len(db.scalars(waiting).all()) >= MOST:
        raise Invalid(f"At most {MOST} invitations wait at once.")
    made = TeamInvitation(
        team_id=team.id,
        person_id=person.id,
        competence=data.competence or "",
        words=data.words,
        sent_by=actor.id,
    )
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale(f"{name} is invited already.") from error
    write(db, actor.id, "invite", team.ref, figures={"person": person.id, "invitation": made.id})
    return made


def reply(db: Session, actor: Actor, team: Team, invitation_id: int, data: ReplyForm) -> str:
    """The words of what happened."""
    query = select(TeamInvitation).where(
        col(TeamInvitation.id) == invitation_id, col(TeamInvitation.team_id) == team.id
    )
    made = db.scalars(query.with_for_update() if lock(db) else query).first()
    if made is None:
        raise Missing()
    own, lead = made.person_id == actor.id, leads(actor, team)
    if made.stage is not InvitationStage.SENT:
        raise Stale(f"This invitation is {made.stage.value} already." if own or lead else "It is answered already.")
    if data.name == "take_back":
        lead_only(actor, team)
        return settle(db, actor, team, made, InvitationStage.TAKEN_BACK, "uninvite", "The invitation is taken back.")
    if not own:
        raise Refused("Only who is invited answers.")
    if data.name == "decline":
        return settle(db, actor, team, made, InvitationStage.DECLINED, "decline", "Declined.", data.note)
    if team.disbanded_at is not None:
        raise Stale("This team was disbanded meanwhile.")
    made.stage, made.answered_at = InvitationStage.JOINED, now()
    join(db, actor.id, actor.id, team, made.competence)
    return f"You are in team {team.name}."


def settle(
    db: Session,
    actor: Actor,
    team: Team,
    made: TeamInvitation,
    stage: InvitationStage,
    move: str,
    said: str,
    reason: str = "",
) -> str:
    made.stage, made.answered_at, made.reason = stage, now(), reason
    figures = {"person": made.person_id, "invitation": made.id}
    write(db, actor.id, move, team.ref, figures=figures, words={"reason": reason} if reason else None)
    return said


def is_in_already(db: Session, team: Team, person: Person) -> bool:
    return current(db, team, person.id) is not None
