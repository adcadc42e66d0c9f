"""What others ask of review: what waits for a person, what became of an idea, how rounds stand, what has a ref."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.columns import today
from app.ideas.models import Idea
from app.ideas.models import Stage as IdeaStage
from app.ideas.rules import author
from app.people.actor import HEADS, Actor
from app.refs import Kind
from app.review import owners, reviewing, rounds
from app.review.assignment import waiting as assignment
from app.review.committees.queries import ending, to_look_after
from app.review.conflicts import settling, unconcerned
from app.review.conflicts.left import for_administrators, for_heads
from app.review.decisions.queries import WITH_CONDITIONS, conditions_of
from app.review.letters.models import Sent
from app.review.letters.queries import Composed as Letter
from app.review.letters.queries import Remark, read, taken
from app.review.meetings.queries import ahead
from app.review.meetings.queries import to_vote as motions_to_vote
from app.review.models import (
    Condition,
    Decision,
    Order,
    OrderStage,
    Review,
    ReviewStage,
    Round,
    RoundIdea,
    RoundStage,
    Sight,
    Verdict,
)
from app.review.questions import queries as questions
from app.review.rules import VERDICT_DONE, leads, unsealed
from app.review.screening.queries import submitted
from app.review.standing import Board, board
from app.review.standing_in.actions import Unfilled, unfilled

OwnReview = aliased(Review)


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person, as `ui.todo` draws it. `address` is below the base path."""

    verb: str
    title: str
    address: str
    due: date | None
    why: str
    late: bool = False
    rest: str = ""

    @property
    def href(self) -> str:
        return self.address

    @property
    def sub(self) -> str:
        return self.why

    @property
    def id(self) -> str:
        return "todo" + self.address.replace("/", "-").replace("#", "-")


def urgency(item: Waiting) -> tuple[bool, date]:
    return item.due is None, item.due or date.max


def waiting(db: Session, actor: Actor) -> list[Waiting]:
    """All that review wants of this person, late first, then by day."""
    if actor.guest:
        return []
    day = today(db.info["settings"].time_zone)
    found = [*to_score(db, actor, day), *to_vote(db, actor, day), *to_say(db, actor, day), *to_do(db, actor, day)]
    found += [*to_lead(db, actor, day), *about_questions(db, actor)]
    return sorted([*found, *about_conflicts(db, actor)], key=urgency)


def about_conflicts(db: Session, actor: Actor) -> list[Waiting]:
    """Possible conflicts that this person confirms or dismisses, as one thing to do; and ideas for which nobody is
    left: an administrator seats somebody, a head sees it coming."""
    found = settling.rows(db, actor, *settling.mine_to_settle(actor)) if settling.may_settle(db, actor) else []
    number, ideas = settling.how_many(db, actor, found)
    asked = []
    if number:
        words = "1 possible conflict" if number == 1 else f"{number} possible conflicts"
        why = f"Named or found, with {'1 idea' if ideas == 1 else f'{ideas} ideas'}"
        asked = [Waiting("Look at", words, "/review/conflicts", None, why)]
    if actor.administrator:
        verbs = {False: "Name a deputy for", True: "Seat somebody for"}
        return asked + [
            Waiting(verbs[one.headed], one.title, f"/admin/committees/{one.committee_id}#seat", None, one.why)
            for one in for_administrators(db, actor)
        ]
    return asked + [
        Waiting("Find who can judge", one.title, f"/review/ideas/{one.idea_id}/conflicts", None, one.why)
        for one in for_heads(db, actor, found)
    ]


def beside(db: Session, actor: Actor) -> list[Waiting]:
    """What the page of review tells as well, and the home page in its own words: ideas to screen, a meeting that is
    running or comes soon."""
    day = today(db.info["settings"].time_zone)
    return [*to_screen(db, actor, day), *to_meet(db, actor, day)]


def to_screen(db: Session, actor: Actor, day: date) -> list[Waiting]:
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    queue = submitted(db, actor, headed) if headed else []
    if not queue:
        return []
    words = "1 idea" if len(queue) == 1 else f"{len(queue)} ideas"
    due = next((one.promised_on for one in queue if one.promised_on), None)
    why = "Admit, send back or refuse; the day is of the answer that was promised first"
    return [Waiting(f"Screen {words}", "", "/review/screening", due, why, late=due is not None and due < day)]


def to_meet(db: Session, actor: Actor, day: date) -> list[Waiting]:
    found = []
    zone = ZoneInfo(db.info["settings"].time_zone)
    for one in ahead(db, actor):
        at, here = one.at.astimezone(zone), f"/review/meetings/{one.id}"
        sub = " · ".join(part for part in (f"{at:%H:%M}", one.place) if part)
        if one.began_at:
            found.append(Waiting("Join", "", f"{here}/live", day, "It is running", rest=one.name))
        elif at.date() >= day:
            found.append(Waiting("Prepare for", "", here, at.date(), sub, rest=one.name))
    return found


def to_score(db: Session, actor: Actor, day: date) -> list[Waiting]:
    return [
        Waiting(
            "Finish scoring" if task.kept_at else "Score",
            task.title,
            f"/review/ideas/{task.idea_id}",
            task.due,
            f"{task.round}, for {task.process}",
            late=task.due < day,
        )
        for task in reviewing.tasks(db, actor)
    ]


def to_vote(db: Session, actor: Actor, day: date) -> list[Waiting]:
    return [
        Waiting("Vote on", title, f"/review/motions/{motion}", due, "A motion in writing", late=due < day)
        for motion, title, due in motions_to_vote(db, actor)
    ]


def to_say(db: Session, actor: Actor, day: date) -> list[Waiting]:
    return [
        Waiting(
            "Say when it can be run:",
            title,
            f"/review/ideas/{idea}/owner",
            due,
            f"You answer for {process}",
            late=due is not None and due < day,
        )
        for idea, title, process, due in db.execute(owners.asked(actor))
    ]


def about_questions(db: Session, actor: Actor) -> list[Waiting]:
    """Reviewers' questions: for heads to pass on, for authors to answer."""
    return [
        Waiting("Answer the committee about", title, f"/ideas/{idea}#questions", None, asked_words(count))
        if what == "answer"
        else Waiting(
            "Pass on to its authors, or not:", title, f"/review/ideas/{idea}#questions", None, asked_words(count)
        )
        for what, idea, title, count in questions.waiting(db, actor)
    ]


def asked_words(count: int) -> str:
    return "A reviewer’s question" if count == 1 else f"{count} questions of reviewers"


def to_do(db: Session, actor: Actor, day: date) -> list[Waiting]:
    """What was decided as "do it now", until it is answered: to its owner all of it; to a head what is late, and what
    cannot be done as its owner says. One statement."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    given = col(Order.stage).in_((OrderStage.GIVEN, OrderStage.ACCEPTED))
    own = and_(col(Order.owner_id) == actor.id, given)
    followed = and_(
        col(Idea.committee_id).in_(headed),
        or_(col(Order.stage) == OrderStage.CANNOT, given & (col(Order.due) < day)),
        unconcerned(actor, col(Order.idea_id)),
    )
    query = (
        select(Order, col(Idea.title), col(Decision.round_id))
        .join(Idea, col(Idea.id) == col(Order.idea_id))
        .join(Decision, col(Decision.id) == col(Order.decision_id))
        .where(or_(own, followed) if headed else own)
        .order_by(col(Order.due), col(Order.id))
    )
    return [ordered(actor, order, title, round_id, day) for order, title, round_id in db.execute(query)]


def ordered(actor: Actor, order: Order, title: str, round_id: int, day: date) -> Waiting:
    here = f"/review/orders/{order.id}"
    if order.stage is OrderStage.CANNOT:
        there = f"/review/rounds/{round_id}/ideas/{order.idea_id}/decision"
        return Waiting("Decide anew on", title, there, None, "Its owner says that it cannot be done")
    if order.owner_id == actor.id:
        verb = "Accept" if order.stage is OrderStage.GIVEN else "Do"
        return Waiting(verb, title, here, order.due, "The committee decided: do it now", late=order.due < day)
    why = "Its owner is late with it" if order.stage is OrderStage.ACCEPTED else "Its owner has not accepted it"
    return Waiting("Ask after", title, here, order.due, why, late=True)


def given_out(actor: Actor, round_: Round, *, planned: bool, fallen: bool, untold: bool) -> list[Waiting]:
    """Where not everybody reviews everything: to say what one would read, to give ideas out, to repair that."""
    if not round_.assigned or round_.stage is not RoundStage.OPEN:
        return []
    here, head = f"/review/rounds/{round_.id}", actor.chairs(round_.committee_id)
    found = {
        ("Say what you would read in", "preferences", "Its ideas are given out soon"): untold and not planned,
        ("Give out the ideas of", "assignment", "Nobody is asked to review one yet"): head and not planned,
        ("Repair who reviews what in", "assignment", "Somebody cannot review what they had"): head and fallen,
    }
    return [Waiting(verb, round_.name, f"{here}/{page}", None, why) for (verb, page, why), so in found.items() if so]


def to_lead(db: Session, actor: Actor, day: date) -> list[Waiting]:
    """What waits because of rounds, for their heads and where ideas are given out; and ideas that none holds."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    if not actor.seats:
        return []
    decided = exists().where(
        col(Decision.round_id) == col(Round.id),
        col(Decision.idea_id) == col(RoundIdea.idea_id),
        col(Decision.superseded_by).is_(None),
    )
    left = (
        select(func.count())
        .where(col(RoundIdea.round_id) == col(Round.id), col(RoundIdea.live).is_(True), ~decided)
        .correlate(Round)
    )
    mine = left.where(unconcerned(actor, col(RoundIdea.idea_id)))
    given = (assignment.planned(), assignment.fallen(), assignment.untold(actor))
    query = select(Round, left.scalar_subquery(), mine.scalar_subquery(), *given).where(
        col(Round.committee_id).in_(list(actor.seats)),
        col(Round.stage).in_((RoundStage.PREPARED, RoundStage.OPEN, RoundStage.CLOSED)),
    )
    found: list[Waiting] = []
    for round_, all_, mine_, planned, fallen, untold in db.execute(query.order_by(col(Round.id))):
        found += lead(round_, all_, mine_, day) if leads(actor, round_) else ()
        found += given_out(actor, round_, planned=planned, fallen=fallen, untold=untold)
    if not headed:
        return found
    ready, members = db.execute(select(waiting_for_a_round(headed).scalar_subquery(), to_look_after(headed, day))).one()
    if ready:
        words = "1 idea" if ready == 1 else f"{ready} ideas"
        found.append(Waiting(f"Put {words} into a round", "", "/review/rounds/new", None, "Admitted, and in none"))
    return [*found, *to_settle(db, headed, day)] if members else found


def to_settle(db: Session, headed: Sequence[int], day: date) -> list[Waiting]:
    """What a chair sees to among the members: terms that end soon, absent members in whose place nobody reviews."""
    soon = [
        Waiting("Settle who follows on", f"{name}’s seat", f"/review/committees/{committee}#members", ends, where)
        for committee, name, _, ends, where in ending(db, headed, day)
    ]
    alone = [
        Waiting("Find who stands in for", one.name, f"/review/committees/{one.committee_id}", None, words_for(one))
        for one in unfilled(db, set(headed))
    ]
    return [*soon, *alone]


def words_for(one: Unfilled) -> str:
    return f"Away, and nobody reviews in their place in {one.round}: {one.why}"


def lead(round_: Round, left: int, mine: int, day: date) -> list[Waiting]:
    """left: ideas without a decision; mine: those of them with which this head has no conflict."""
    here = f"/review/rounds/{round_.id}"
    match round_.stage:
        case RoundStage.PREPARED:
            return [Waiting("Open", round_.name, here, None, "Prepared; nobody reviews yet")]
        case RoundStage.OPEN if round_.due < day:
            return [Waiting("Close", round_.name, here, round_.due, "Its day has passed", late=True)]
        case RoundStage.CLOSED if left and not unsealed(round_):
            return [Waiting("Open the scores of", round_.name, here, None, "Sealed until the meeting")]
        case RoundStage.CLOSED if mine:
            words = "1 idea" if mine == 1 else f"{mine} ideas"
            return [Waiting(f"Decide on {words} of", round_.name, here, None, "The reviewing is closed")]
        case RoundStage.CLOSED if not left:
            return [Waiting("Publish the decisions of", round_.name, here, None, "All ideas are decided")]
        case _:
            return []


def waiting_for_a_round(committees: Sequence[int]) -> Any:
    return select(func.count()).where(
        col(Idea.committee_id).in_(list(committees)),
        col(Idea.stage).in_((IdeaStage.ADMITTED, IdeaStage.IN_REVIEW)),
        ~rounds.live_elsewhere(None),
    )


@dataclass(frozen=True)
class Outcome:
    """What became of an idea in review. `remarks`: what the letter takes of what reviewers wrote for its authors;
    `letter` itself for the authors alone."""

    verdict: Verdict
    words: str
    reason: str
    decided_at: datetime | None
    remarks: tuple[Remark, ...]
    next: str
    order: int | None
    superseded: bool  # an earlier decision on the same revision was taken back
    conditions: Sequence[Condition] = ()
    letter: Letter | None = None


NEXT = {
    Verdict.APPROVE: "The chair charters a pilot.",
    Verdict.DO_NOW: "The owner of the process does it.",
    Verdict.DECLINE: "With new facts its authors may ask once more.",
    Verdict.DEFER: "It comes back to the committee on its day.",
    Verdict.RETURN: "Its authors change it and submit it again.",
}


def holding() -> Any:
    """The last decision on an idea that is in force, with its round, its order and its letter, for any reader: made
    once."""
    before = select(col(Decision.superseded_by)).where(col(Decision.superseded_by).is_not(None))
    order = (col(Order.decision_id) == col(Decision.id), col(Order.stage) != OrderStage.RECALLED)
    return (
        select(Decision, Round, col(Order.id), col(Decision.id).in_(before), Sent)
        .join(Round, col(Round.id) == col(Decision.round_id))
        .outerjoin(Sent, col(Sent.decision_id) == col(Decision.id))
        .outerjoin(Order, and_(*order, owners.ORDERS_OF_ANY_READER))
        .where(
            col(Decision.idea_id) == bindparam("idea"),
            col(Decision.superseded_by).is_(None),
            col(Decision.effective_at).is_not(None),
        )
        .order_by(col(Decision.id).desc())
        .limit(1)
    )


OUTCOME = holding()


def outcome_for(db: Session, actor: Actor, idea: Idea) -> Outcome | None:
    """The last decision that holds, once it has taken effect: at once, or in a blind round when it is published.

    For who may see the idea. Remarks are for its authors, once names are not hidden any more; in an order that does
    not tell whose they are. Five statements at most.
    """
    row = db.execute(OUTCOME, {"idea": idea.id, **owners.sight(actor)}).first()
    if row is None:
        return None
    made, round_, order_id, superseded, letter = row
    told = author(actor, idea) and (not round_.blind or round_.stage is RoundStage.PUBLISHED)
    remarks = taken(db, round_, idea.id) if told else ()
    tied = made.verdict in WITH_CONDITIONS
    day = made.due or made.defer_to
    following = NEXT[made.verdict] if day is None else f"{NEXT[made.verdict][:-1]}, {day.day} {day:%b %Y}."
    return Outcome(
        made.verdict,
        VERDICT_DONE[made.verdict].capitalize(),
        made.reason,
        made.effective_at,
        remarks,
        following,
        order_id,
        bool(superseded),
        conditions_of(db, made.id).get(made.id, ()) if tied else (),
        read(db, letter) if letter and author(actor, idea) else None,
    )


def standing(db: Session, actor: Actor, round_: Round) -> Board:
    """How a round's ideas stand, as far as this person may see it."""
    return board(db, actor, round_)


def reviews_visible_to(actor: Actor) -> ColumnElement[bool]:
    """One's own; others' on ideas without a conflict, once one's own is in or the round takes no more, as far as the
    round's sight goes (by a reference, those that are sealed until all are in show from its closing)."""
    own_in = exists().where(
        col(OwnReview.round_id) == col(Review.round_id),
        col(OwnReview.idea_id) == col(Review.idea_id),
        col(OwnReview.reviewer_id) == actor.id,
        col(OwnReview.stage) == ReviewStage.SUBMITTED,
    )
    round_ = select(col(Round.id)).where(col(Round.committee_id).in_(list(actor.seats)))
    shown = or_(col(Round.sight) != Sight.MEETING, col(Round.revealed_at).is_not(None))
    closed = round_.where(
        or_(col(Round.stage) == RoundStage.PUBLISHED, and_(col(Round.stage) == RoundStage.CLOSED, shown))
    )
    at_once = round_.where(col(Round.stage) == RoundStage.OPEN, col(Round.sight) == Sight.MINE)
    unsealed = or_(col(Review.round_id).in_(closed), and_(col(Review.round_id).in_(at_once), own_in))
    return unconcerned(actor, col(Review.idea_id)) & or_(col(Review.reviewer_id) == actor.id, unsealed)


def places_visible_to(actor: Actor) -> ColumnElement[bool]:
    seen = select(col(Round.id)).where(rounds.visible_to(actor))
    return col(RoundIdea.round_id).in_(seen) & unconcerned(actor, col(RoundIdea.idea_id))


def decisions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Once in effect every employee reads it; before that the committee, without those who have a conflict."""
    if actor.guest:
        return col(Decision.id) < 0
    committee = select(col(Round.id)).where(rounds.visible_to(actor))
    early = col(Decision.round_id).in_(committee) & unconcerned(actor, col(Decision.idea_id))
    return or_(col(Decision.effective_at).is_not(None), early)


def title_of(idea_id: Any) -> Any:
    return select(col(Idea.title)).where(col(Idea.id) == idea_id).scalar_subquery()


kinds = [
    *questions.kinds,
    Kind("round", Round, rounds.visible_to, col(Round.name), lambda id_: f"/review/rounds/{id_}"),
    Kind(
        "to_do",
        Order,
        owners.orders_visible_to,
        title_of(Order.idea_id),
        lambda id_: f"/review/orders/{id_}",
    ),
    Kind(
        "review",
        Review,
        reviews_visible_to,
        title_of(Review.idea_id),
        lambda id_: f"/review/ideas/{id_}",
        parent=col(Review.idea_id),
    ),
    Kind(
        "round_idea",
        RoundIdea,
        places_visible_to,
        title_of(RoundIdea.idea_id),
        lambda id_: f"/review/rounds/{id_}",
        parent=col(RoundIdea.round_id),
    ),
    Kind(
        "decision",
        Decision,
        decisions_visible_to,
        title_of(Decision.idea_id),
        lambda id_: f"/ideas/{id_}",
        parent=col(Decision.idea_id),
    ),
]
