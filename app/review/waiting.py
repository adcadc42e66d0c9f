"""What of review waits for a person, as home and the queue show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.ideas.models import Idea
from app.ideas.models import Stage as IdeaStage
from app.people.actor import HEADS, Actor
from app.review import owners, reviewing, rounds
from app.review.assignment import waiting as assignment
from app.review.committees.queries import ending, to_look_after
from app.review.conflicts import settling, unconcerned
from app.review.conflicts.left import for_administrators, for_heads
from app.review.meetings.queries import to_vote as motions_to_vote
from app.review.models import (
    Decision,
    Order,
    OrderStage,
    Review,
    Reviewer,
    ReviewStage,
    Round,
    RoundIdea,
    RoundStage,
)
from app.review.questions import queries as questions
from app.review.rules import leads, unsealed
from app.review.standing_in.actions import Unfilled, unfilled


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
    query = select(Round, left.scalar_subquery(), mine.scalar_subquery(), all_in(), *given).where(
        col(Round.committee_id).in_(list(actor.seats)),
        col(Round.stage).in_((RoundStage.PREPARED, RoundStage.OPEN, RoundStage.CLOSED)),
    )
    found: list[Waiting] = []
    for round_, all_, mine_, done, planned, fallen, untold in db.execute(query.order_by(col(Round.id))):
        found += lead(round_, all_, mine_, day, done=done) if leads(actor, round_) else ()
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


def all_in() -> Any:
    """Of a round: whether as many reviews are in as are wanted of all its ideas, whoever has a conflict with one."""

    def count(*conditions: Any) -> Any:
        return select(func.count()).where(*conditions).correlate(Round).scalar_subquery()

    ideas = count(col(RoundIdea.round_id) == col(Round.id), col(RoundIdea.live).is_(True))
    people = count(col(Reviewer.round_id) == col(Round.id), col(Reviewer.away).is_(False))
    submitted = count(col(Review.round_id) == col(Round.id), col(Review.stage) == ReviewStage.SUBMITTED)
    return and_(submitted > 0, submitted >= ideas * case((col(Round.assigned), col(Round.wanted)), else_=people))


def lead(round_: Round, left: int, mine: int, day: date, *, done: bool = False) -> list[Waiting]:
    """left: ideas without a decision; mine: those of them with which this head has no conflict; done: all reviews are
    in."""
    here = f"/review/rounds/{round_.id}"
    match round_.stage:
        case RoundStage.PREPARED:
            return [Waiting("Open", round_.name, here, None, "Prepared; nobody reviews yet")]
        case RoundStage.OPEN if round_.due < day:
            return [Waiting("Close", round_.name, here, round_.due, "Its day has passed", late=True)]
        case RoundStage.OPEN if done:
            return [Waiting("Close", round_.name, here, None, "All reviews are in")]
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
