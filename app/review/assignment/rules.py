"""Who gives ideas out, and who may know to whom."""

from app.errors import Missing, Refused, Stale
from app.people.actor import Actor
from app.review.models import Round, RoundStage
from app.review.rules import names_hidden


def gives_out(actor: Actor, round_: Round) -> bool:
    """Chair and deputy, and who may see names in this round."""
    return actor.chairs(round_.committee_id) or actor.id == round_.custodian_id


def sees_who(actor: Actor, round_: Round) -> bool:
    """Whether this person may know who reviews which idea: who has one cannot have written it, so that in a blind
    round nobody may from whom names are hidden."""
    return not names_hidden(actor, round_)


def must_be_given_out(round_: Round) -> None:
    """Where everybody reviews everything there is nothing of all this."""
    if not round_.assigned:
        raise Missing()


def must_give_out(actor: Actor, round_: Round) -> None:
    must_be_given_out(round_)
    if not gives_out(actor, round_):
        raise Refused("The chair or the deputy gives ideas out.")


def must_see_who(actor: Actor, round_: Round) -> None:
    must_give_out(actor, round_)
    if not sees_who(actor, round_):
        raise Refused("Who wrote the ideas is hidden from you. Who may see names gives out a single one.")


def must_be_open(round_: Round) -> None:
    if round_.stage is not RoundStage.OPEN:
        raise Stale(f"This round is {round_.stage.value}. Ideas are given out while it is open.")
