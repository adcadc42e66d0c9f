"""Who says what an idea is to another."""

from app.ideas.models import Idea, Stage
from app.ideas.rules import author
from app.people.actor import Actor


def may_relate(actor: Actor, idea: Idea) -> bool:
    """Its authors, at any time: that it builds on another does not change what the committee reads."""
    return idea.stage is not Stage.DISCARDED and author(actor, idea)
