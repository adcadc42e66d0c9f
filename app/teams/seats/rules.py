"""Who may do what with an open seat and with a claim on it."""

from app.people.actor import Actor
from app.people.models import Team
from app.teams.rules import is_in, leads
from app.teams.seats.models import Claim, ClaimStage, SeatStage, TeamSeat


def may_open(actor: Actor, team: Team) -> bool:
    return leads(actor, team)


def may_claim(actor: Actor, team: Team, seat: TeamSeat) -> bool:
    """Any employee who is not in the team yet."""
    there = team.disbanded_at is None and seat.stage is SeatStage.OPEN
    return there and not actor.guest and not is_in(actor, team)


def may_answer(actor: Actor, team: Team, claim: Claim) -> bool:
    return claim.stage is ClaimStage.MADE and leads(actor, team)


def may_take_back(actor: Actor, claim: Claim) -> bool:
    return claim.stage is ClaimStage.MADE and claim.person_id == actor.id
