"""Who may do what in review, and the lives of a round, a meeting and an order as moves."""

from app.ideas.models import Idea, Stage
from app.ideas.rules import in_charge
from app.people.actor import Actor
from app.review.models import Lead, Meeting, MeetingStage, Order, OrderStage, Round, RoundStage, Sight, Verdict
from app.workflow import Move, Workflow

R, M, O = RoundStage, MeetingStage, OrderStage  # noqa: E741
ON = (R.OPEN, R.CLOSED)
DISAGREE = 1.0  # a spread of a whole level: reviewers do not mean the same


def heads(actor: Actor, thing: Round | Meeting) -> bool:
    return actor.chairs(thing.committee_id)


def leads(actor: Actor, round_: Round) -> bool:
    """Who changes this round's status and decides in it: its heads, or where it says so any member."""
    return heads(actor, round_) or (round_.led_by is Lead.MEMBERS and actor.on(round_.committee_id))


def owner(actor: Actor, order: Order) -> bool:
    return actor.id == order.owner_id


round_life: Workflow[Round] = Workflow(
    "stage",
    Move("open", "Open the round", (R.PREPARED,), R.OPEN, heads, tone="main"),
    Move("close", "Close the reviewing", (R.OPEN,), R.CLOSED, leads, tone="main"),
    Move("publish", "Publish the decisions", (R.CLOSED,), R.PUBLISHED, leads, tone="main"),
    Move("cancel", "Cancel the round", (R.PREPARED, R.OPEN, R.CLOSED), R.CANCELLED, heads, reason=True, tone="danger"),
)

meeting_life: Workflow[Meeting] = Workflow(
    "stage",
    Move("begin", "Begin the meeting", (M.PLANNED,), M.PLANNED, heads, by_form=True),
    Move("hold", "It was held", (M.PLANNED,), M.HELD, heads, tone="main"),
    Move("cancel", "Cancel the meeting", (M.PLANNED,), M.CANCELLED, heads, reason=True, tone="danger"),
)

order_life: Workflow[Order] = Workflow(
    "stage",
    Move("accept", "Accept it", (O.GIVEN,), O.ACCEPTED, owner, tone="main"),
    Move("done", "Report it done", (O.GIVEN, O.ACCEPTED), O.DONE, owner, reason=True),
    Move("cannot", "Say that it cannot be done", (O.GIVEN, O.ACCEPTED), O.CANNOT, owner, reason=True),
)

# What each verdict does with an idea: the move of the idea's own life, and where it leads.
MOVES: dict[Verdict, tuple[str, Stage]] = {
    Verdict.APPROVE: ("approve", Stage.APPROVED),
    Verdict.DO_NOW: ("do_now", Stage.TO_DO),
    Verdict.DECLINE: ("decline", Stage.DECLINED),
    Verdict.DEFER: ("defer", Stage.DEFERRED),
    Verdict.RETURN: ("return", Stage.RETURNED),
}
VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.APPROVE: "Approve for a pilot",
    Verdict.DO_NOW: "Do it now",
    Verdict.DECLINE: "Decline",
    Verdict.DEFER: "Defer to a day",
    Verdict.RETURN: "Return for changes",
}
VERDICT_DONE: dict[Verdict, str] = {
    Verdict.APPROVE: "approved for a pilot",
    Verdict.DO_NOW: "to be done now",
    Verdict.DECLINE: "declined",
    Verdict.DEFER: "deferred",
    Verdict.RETURN: "returned for changes",
}
# A decision that supersedes one which has moved its idea already corrects the stage. An idea's own life knows no
# such way back, and from a stage that was built upon (a pilot, a new submission) there is none.
correction: Workflow[Idea] = Workflow(
    "stage",
    *(
        Move(name, VERDICT_WORDS[verdict], tuple(stage for _, stage in MOVES.values()), target, in_charge, reason=True)
        for verdict, (name, target) in MOVES.items()
    ),
)


def names_hidden(actor: Actor, round_: Round) -> bool:
    """Whether this person may not learn who wrote the ideas of this round: all but the custodian, while it is on."""
    return round_.blind and round_.stage in ON and actor.id != round_.custodian_id


def sees_reviews(round_: Round, *, reviewer: bool, submitted: bool, all_in: bool) -> bool:
    """Whether somebody without a conflict sees the others' reviews of an idea.

    While the round is open, who has submitted does: at once, or when all reviews of the idea are in (`all_in`). From
    its closing, when nobody can score any more, all members do: at once, or from when the meeting has begun.
    """
    if round_.stage is R.OPEN:
        return reviewer and submitted and (round_.sight is Sight.MINE or (round_.sight is Sight.ALL and all_in))
    return unsealed(round_)


def unsealed(round_: Round) -> bool:
    """Whether a round whose reviewing is over shows its scores to those who may see them."""
    if round_.stage is R.CLOSED:
        return round_.sight is not Sight.MEETING or round_.revealed_at is not None
    return round_.stage is R.PUBLISHED
