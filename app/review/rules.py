"""Who may do what in review, and the lives of a round, a meeting and an order as moves."""

from app.ideas.models import Idea, Stage
from app.ideas.rules import chair
from app.people.actor import Actor
from app.review.models import Meeting, MeetingStage, Order, OrderStage, Round, RoundStage, Verdict
from app.workflow import Move, Workflow

R, M, O = RoundStage, MeetingStage, OrderStage  # noqa: E741
ON = (R.OPEN, R.CLOSED)
DISAGREE = 1.0  # a spread of a whole level: reviewers do not mean the same


def heads(actor: Actor, thing: Round | Meeting) -> bool:
    return actor.chairs(thing.committee_id)


def owner(actor: Actor, order: Order) -> bool:
    return actor.id == order.owner_id


round_life: Workflow[Round] = Workflow(
    "stage",
    Move("open", "Open the round", (R.PREPARED,), R.OPEN, heads, tone="main"),
    Move("close", "Close the reviewing", (R.OPEN,), R.CLOSED, heads, tone="main"),
    Move("publish", "Publish the decisions", (R.CLOSED,), R.PUBLISHED, heads, tone="main"),
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
        Move(name, VERDICT_WORDS[verdict], tuple(stage for _, stage in MOVES.values()), target, chair, reason=True)
        for verdict, (name, target) in MOVES.items()
    ),
)


def names_hidden(actor: Actor, round_: Round) -> bool:
    """Whether this person may not learn who wrote the ideas of this round: all but the custodian, while it is on."""
    return round_.blind and round_.stage in ON and actor.id != round_.custodian_id


def sees_reviews(stage: RoundStage, *, reviewer: bool, submitted: bool, conflict: bool) -> bool:
    """Sealed until one's own are in. While the round is open only who submitted sees the others' on that idea; from
    its closing, when nobody can score any more, all members without a conflict."""
    if conflict:
        return False
    if stage is R.OPEN:
        return reviewer and submitted
    return stage in (R.CLOSED, R.PUBLISHED)
