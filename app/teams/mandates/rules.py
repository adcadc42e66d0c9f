"""The life of a mandate, and who says what of it."""

from app.people.actor import Actor
from app.people.models import Person, Team
from app.teams.mandates.models import Mandate, MandateStage, Owed, Release
from app.teams.rules import chair, leads
from app.workflow import Move, Workflow

__all__ = ["chair", "life", "may_hand_in", "may_release", "sees_words"]


def lead(actor: Actor, mandate: Mandate) -> bool:
    """The team's lead. (Of a team that was disbanded nobody leads: nobody is in it.)"""
    return mandate.team_id in actor.leads


def heads(actor: Actor, mandate: Mandate) -> bool:
    """Any chair or deputy: whose committee it is was asked when the page was found. See `pages.may_move`."""
    return actor.chairs_one and mandate.team_id not in actor.teams


S = MandateStage
life: Workflow[Mandate] = Workflow(
    "stage",
    Move("accept_mandate", "Accept the mandate", (S.OFFERED,), S.ACCEPTED, lead, tone="main", done="It is accepted."),
    Move(
        "hand_back",
        "Hand it back",
        (S.OFFERED, S.ACCEPTED),
        S.HANDED_BACK,
        lead,
        reason=True,
        done="It is handed back to the chair, with your reason.",
    ),
    Move(
        "end_mandate",
        "End the mandate",
        (S.OFFERED, S.ACCEPTED, S.HANDED_BACK),
        S.ENDED,
        heads,
        reason=True,
        tone="danger",
        done="It is ended.",
    ),
)


def may_hand_in(actor: Actor, team: Team, mandate: Mandate, owed: Owed) -> bool:
    return mandate.stage is MandateStage.ACCEPTED and owed.done_at is None and leads(actor, team)


def may_take_back(actor: Actor, team: Team, mandate: Mandate, owed: Owed) -> bool:
    """The chair finds that it is not what was owed."""
    return mandate.stage is MandateStage.ACCEPTED and owed.done_at is not None and chair(actor, team)


def may_release(actor: Actor, team: Team, mandate: Mandate, release: Release, manager: Person | None) -> bool:
    """Whom the member reports to; the chair where there is nobody, or nobody who can sign in any more."""
    if not mandate.stands or actor.id == release.person_id:
        return False
    if manager is not None and manager.active:
        return actor.id == manager.id
    return chair(actor, team)


def sees_words(actor: Actor, team: Team, release: Release) -> bool:
    """What a manager wrote is for those whom it concerns."""
    return actor.id in (release.person_id, release.asked_of) or leads(actor, team) or actor.on(team.committee_id)
