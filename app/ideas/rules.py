"""Who may do what with an idea, and its whole life as moves.

The moves that a later stage makes (a round, a decision, a charter) stand here too, `by_form`: that stage has a form
of its own for them, and the idea need not know what it asks.
"""

from app.ideas.models import Audience, Idea, Stage
from app.people.actor import Actor
from app.workflow import Move, Workflow


def author(actor: Actor, idea: Idea) -> bool:
    """Wrote it, or is in the team that did."""
    return idea.team_id in actor.teams or actor.id in idea.author_ids


def in_charge(actor: Actor, idea: Idea) -> bool:
    """Chair or deputy of the idea's committee, whoever of them has no conflict with it: for all that a chair does with
    an idea. Where the chair has one it is the deputy alone; where neither is free, nobody until one more is named."""
    return actor.chairs(idea.committee_id) and not author(actor, idea) and actor.id not in idea.concerned_ids


def anyone(actor: Actor, idea: Idea) -> bool:
    return not actor.guest


def nobody(actor: Actor, idea: Idea) -> bool:
    """Made by the system alone: when a day has come, or when authors of two ideas have consented."""
    return False


def once_more(actor: Actor, idea: Idea) -> bool:
    """A declined idea may be asked about again once."""
    return author(actor, idea) and not idea.reconsidered


# While the authors may change the text. What the committee holds stays as it was submitted.
OPEN_TO_CHANGE = (Stage.DRAFT, Stage.SIGNAL, Stage.SENT_BACK, Stage.RETURNED)


# While authors may have it closed as a duplicate: what is being decided on, or was decided, is the committee's.
OPEN_TO_JOIN = (Stage.SIGNAL, Stage.SUBMITTED, Stage.SENT_BACK, Stage.ADMITTED, Stage.RETURNED)


def may_change(actor: Actor, idea: Idea) -> bool:
    return idea.stage in OPEN_TO_CHANGE and author(actor, idea)


def may_support(actor: Actor, idea: Idea) -> bool:
    """Anybody's idea but one's own."""
    return idea.listed and not actor.guest and not author(actor, idea)


def may_name(actor: Actor, idea: Idea) -> bool:
    return idea.unnamed and author(actor, idea) and idea.stage is not Stage.DISCARDED


def may_open(actor: Actor, idea: Idea) -> bool:
    return idea.listed and idea.audience is not Audience.EVERYONE and author(actor, idea)


def may_invite(actor: Actor, idea: Idea) -> bool:
    """Guests see what is listed; the author or the chair lets them in."""
    return idea.listed and (author(actor, idea) or in_charge(actor, idea))


S = Stage
life: Workflow[Idea] = Workflow(
    "stage",
    Move("submit", "Submit to the committee", (S.DRAFT, S.SENT_BACK, S.RETURNED), S.SUBMITTED, author, tone="main"),
    Move("discard", "Discard", (S.DRAFT,), S.DISCARDED, author, tone="danger"),
    Move("adopt", "Adopt as a draft", (S.SIGNAL,), S.DRAFT, author, tone="main"),
    Move("adopt", "Adopt and become its author", (S.IMPORTED,), S.DRAFT, anyone, tone="main"),
    Move("answer", "Answer", (S.SIGNAL,), S.ANSWERED, in_charge, reason=True, tone="main"),
    Move("admit", "Admit", (S.SUBMITTED,), S.ADMITTED, in_charge, tone="main"),
    Move("send_back", "Send back with advice", (S.SUBMITTED,), S.SENT_BACK, in_charge, reason=True),
    Move("refuse", "Refuse", (S.SUBMITTED,), S.REFUSED, in_charge, reason=True, tone="danger"),
    Move("withdraw", "Withdraw", (S.SUBMITTED,), S.DRAFT, author),
    Move("withdraw", "Withdraw", (S.ADMITTED,), S.WITHDRAWN, author, tone="danger"),
    Move("join", "Join into another idea", OPEN_TO_JOIN, S.WITHDRAWN, nobody, by_form=True),
    Move("into_round", "Into a round", (S.ADMITTED,), S.IN_REVIEW, in_charge, by_form=True),
    Move("approve", "Approve for a pilot", (S.IN_REVIEW,), S.APPROVED, in_charge, reason=True, by_form=True),
    Move("do_now", "Do it now", (S.IN_REVIEW,), S.TO_DO, in_charge, reason=True, by_form=True),
    Move("decline", "Decline", (S.IN_REVIEW,), S.DECLINED, in_charge, reason=True, by_form=True),
    Move("defer", "Defer", (S.IN_REVIEW,), S.DEFERRED, in_charge, reason=True, by_form=True),
    Move("return", "Return for changes", (S.IN_REVIEW,), S.RETURNED, in_charge, reason=True, by_form=True),
    Move("day_has_come", "Back on its day", (S.DEFERRED,), S.ADMITTED, nobody, by_form=True),
    Move("charter", "Charter a pilot", (S.APPROVED,), S.IN_PILOT, in_charge, by_form=True),
    Move("reconsider", "Ask again with new facts", (S.DECLINED,), S.SUBMITTED, once_more, reason=True),
)
