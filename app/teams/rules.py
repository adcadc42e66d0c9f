"""Who may do what with a team."""

from app.people.actor import Actor
from app.people.models import Team


def leads(actor: Actor, team: Team) -> bool:
    return team.id in actor.leads and team.disbanded_at is None


def is_in(actor: Actor, team: Team) -> bool:
    return team.id in actor.teams


def chair(actor: Actor, team: Team) -> bool:
    """Chair or deputy of the committee that the team reports to; of a team that one is in oneself, the other one."""
    return actor.chairs(team.committee_id) and team.id not in actor.teams and team.disbanded_at is None
