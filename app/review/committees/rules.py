"""Who may do what with a committee, and which ideas can go from one to another."""

from app.ideas.models import Idea, Stage
from app.ideas.rules import in_charge
from app.people.actor import Actor
from app.people.models import Committee

# What waits for a committee, in no hands but its own. An idea in a live round stays until the round lets go of it.
CAN_GO = (Stage.SIGNAL, Stage.SUBMITTED, Stage.ADMITTED, Stage.IN_REVIEW, Stage.DEFERRED)


def sees_whole(actor: Actor, committee: Committee) -> bool:
    """Substitutes, absences and money: for its members, leaders and administrators."""
    return actor.on(committee.id) or actor.leader or actor.administrator


def notes_absences(actor: Actor, committee: Committee) -> bool:
    return actor.chairs(committee.id)


def names_substitute(actor: Actor, committee_id: int, person_id: int) -> bool:
    """The chair, and each member their own."""
    return actor.chairs(committee_id) or actor.id == person_id


def may_pass_on(actor: Actor, idea: Idea) -> bool:
    return in_charge(actor, idea) and idea.stage in CAN_GO
