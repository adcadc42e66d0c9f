"""Who may have an idea joined into another, and when."""

from app.ideas.joining.models import Joining, JoiningStage
from app.ideas.models import Idea, Stage
from app.ideas.rules import OPEN_TO_JOIN, author, in_charge
from app.people.actor import Actor

# What has ended, or nobody has taken on, is nothing to join into.
OPEN_TO_TAKE = (
    *(Stage.SIGNAL, Stage.SUBMITTED, Stage.SENT_BACK, Stage.ADMITTED, Stage.IN_REVIEW, Stage.RETURNED),
    *(Stage.DEFERRED, Stage.APPROVED, Stage.TO_DO, Stage.IN_PILOT),
)


def concerned(actor: Actor, idea: Idea, into: Idea) -> bool:
    """Authors of either, and the chair of the committee that holds the one that would go."""
    return author(actor, idea) or author(actor, into) or in_charge(actor, idea)


def possible(idea: Idea, into: Idea) -> bool:
    """What is being decided on, or was decided, is not closed by its authors."""
    return idea.id != into.id and idea.stage in OPEN_TO_JOIN and into.stage in OPEN_TO_TAKE


def may_propose(actor: Actor, idea: Idea, into: Idea) -> bool:
    return possible(idea, into) and concerned(actor, idea, into)


def may_consent(actor: Actor, joining: Joining, idea: Idea, into: Idea) -> bool:
    """An author of a side that has not said yes."""
    open_ = joining.stage is JoiningStage.PROPOSED
    theirs = author(actor, idea) and joining.idea_yes is None
    ours = author(actor, into) and joining.into_yes is None
    return open_ and (theirs or ours)


def may_take_back(actor: Actor, joining: Joining) -> bool:
    return joining.stage is JoiningStage.PROPOSED and actor.id == joining.proposed_by
