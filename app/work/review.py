"""What waits for somebody in review: to score, to decide, to say whether it can be run, to get done; and how the round
that is running stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.ideas.models import Author, Idea, Stage
from app.people.actor import HEADS, Actor
from app.processes.models import Process
from app.review.models import (
    Conflict,
    Criterion,
    Decision,
    Meeting,
    MeetingStage,
    Order,
    OrderStage,
    OwnersWord,
    Review,
    Reviewer,
    ReviewStage,
    Round,
    RoundIdea,
    RoundStage,
    Score,
)
from app.todo import Todo

MOST = 30


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    todos = [*owners_words(db, actor, day), *orders(db, actor, day)]
    if actor.seats:
        todos += [*scores(db, actor, day), *rounds(db, actor, day), *meetings(db, actor, day)]
    return todos


def unconcerned(actor: Actor) -> ColumnElement[bool]:
    """Neither wrote it, nor is in its team, nor has declared a conflict."""
    wrote = exists().where(col(Author.idea_id) == col(Idea.id), col(Author.person_id) == actor.id)
    declared = exists().where(col(Conflict.idea_id) == col(Idea.id), col(Conflict.person_id) == actor.id)
    other_team = or_(col(Idea.team_id).is_(None), col(Idea.team_id).not_in(actor.teams))
    return and_(~wrote, ~declared, other_team)


def scores(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    mine = and_(
        col(Review.round_id) == col(Round.id),
        col(Review.idea_id) == col(Idea.id),
        col(Review.reviewer_id) == actor.id,
    )
    scored = select(func.count()).where(col(Score.review_id) == col(Review.id)).scalar_subquery()
    criteria = select(func.count()).where(col(Criterion.scorecard_id) == col(Round.scorecard_id)).scalar_subquery()
    query: Select[Any] = (
        select(
            *(col(Round.name).label("round"), col(Round.due), col(Idea.id), col(Idea.title), col(Process.name)),
            *(scored.label("scored"), criteria.label("criteria"), col(Review.id).label("review")),
        )
        .join(Reviewer, and_(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id))
        .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .outerjoin(Review, mine)
        .where(col(Round.stage) == RoundStage.OPEN, unconcerned(actor))
        .where(or_(col(Review.id).is_(None), col(Review.stage) == ReviewStage.BEGUN))
        .order_by(col(Round.due), col(Idea.id))
        .limit(MOST)
    )
    for row in db.execute(query):
        begun = f"{row.scored} of {row.criteria} criteria scored" if row.review else "nothing scored yet"
        verb, sub = ("Finish scoring" if row.review else "Score"), f"{row.name} · round {row.round} · {begun}"
        key, href = f"score idea:{row.id}", f"/review/ideas/{row.id}"
        yield Todo(verb, href, key, day, title=row.title, sub=sub, due=row.due, word="Score")


def owners_words(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    said = exists().where(col(OwnersWord.idea_id) == col(Idea.id), col(OwnersWord.person_id) == actor.id)
    query = (
        select(col(Idea.id), col(Idea.title), col(Idea.promised_on), col(Process.name))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(Process.owner_id) == actor.id, col(Idea.stage).in_((Stage.ADMITTED, Stage.IN_REVIEW)), ~said)
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(MOST)
    )
    for row in db.execute(query):
        sub = f"{row.name} is yours · whether, when and at what cost, before the committee decides"
        key, href = f"say idea:{row.id}", f"/ideas/{row.id}"
        verb, due = "Say whether it can be run:", row.promised_on
        yield Todo(verb, href, key, day, title=row.title, sub=sub, due=due, word="Say")


def orders(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    fields: tuple[Any, ...] = (Order.id, Order.due, Order.stage, col(Idea.id).label("idea"), Idea.title)
    query = (
        select(*fields)
        .join(Idea, col(Idea.id) == col(Order.idea_id))
        .where(col(Order.owner_id) == actor.id, col(Order.stage) != OrderStage.DONE)
        .order_by(col(Order.due), col(Order.id))
        .limit(MOST)
    )
    for row in db.execute(query):
        given = row.stage is OrderStage.GIVEN
        verb, word = ("Accept", "Accept") if given else ("Get done", "Do")
        sub = "The committee decided to do it now" + ("" if given else " · you accepted it")
        href, rest = f"/ideas/{row.idea}", "as yours to do" if given else ""
        yield Todo(verb, href, f"order {row.id}", day, title=row.title, rest=rest, sub=sub, due=row.due, word=word)


def rounds(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    """For the chair: a round past its day to close, a closed one to decide and to publish."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    if not headed:
        return
    ideas = select(func.count()).where(col(RoundIdea.round_id) == col(Round.id)).scalar_subquery()
    live = (col(Decision.round_id) == col(Round.id), col(Decision.superseded_by).is_(None))
    decided = select(func.count()).where(*live).scalar_subquery()
    query = (
        select(
            col(Round.id), col(Round.name), col(Round.stage), col(Round.due), ideas.label("ideas"), decided.label("n")
        )
        .where(col(Round.committee_id).in_(headed), col(Round.stage).in_((RoundStage.OPEN, RoundStage.CLOSED)))
        .order_by(col(Round.due), col(Round.id))
    )
    for row in db.execute(query):
        href, left = f"/review/rounds/{row.id}", row.ideas - row.n
        if row.stage is RoundStage.OPEN:
            if row.due < day:
                rest, sub = f"of round {row.name}", "Its day is past"
                yield Todo("Close the reviewing", href, f"close {row.id}", day, rest=rest, sub=sub, due=row.due)
        elif left:
            rest = f"on {left} {'idea' if left == 1 else 'ideas'}"
            sub = f"Round {row.name} · reviewing has ended"
            yield Todo("Record the decisions", href, f"decide {row.id}", day, rest=rest, sub=sub, word="Decide")
        else:
            sub = "Every idea is decided · the authors wait to hear"
            rest = f"of round {row.name}"
            yield Todo(
                "Publish the decisions", href, f"publish round {row.id}", day, rest=rest, sub=sub, word="Publish"
            )


def meetings(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    query = (
        select(col(Meeting.id), col(Meeting.name), col(Meeting.at), col(Meeting.place))
        .where(
            col(Meeting.committee_id).in_(list(actor.seats)),
            col(Meeting.stage) == MeetingStage.PLANNED,
            col(Meeting.at) >= now() - timedelta(days=1),
            col(Meeting.at) < now() + timedelta(days=30),
        )
        .order_by(col(Meeting.at), col(Meeting.id))
        .limit(5)
    )
    zone = ZoneInfo(db.info["settings"].time_zone)
    for row in db.execute(query):
        at = row.at.astimezone(zone)
        sub = " · ".join(part for part in (f"{at:%H:%M}", row.place) if part)
        if at.date() >= day:
            key, href = f"meeting {row.id}", f"/review/meetings/{row.id}"
            yield Todo("Prepare for", href, key, day, rest=row.name, sub=sub, due=at.date(), word="Meeting")


@dataclass(frozen=True)
class Progress:
    """The round that is running, for its committee: counts alone, never scores."""

    id: int
    name: str
    due: date
    blind: bool
    ideas: int
    reviewers: int
    submitted: int
    mine_in: int
    mine_begun: int
    mine_all: int
    reviewing: bool
    meeting: datetime | None

    @property
    def expected(self) -> int:
        """Every reviewer on every idea: who has a conflict is not told from this."""
        return self.ideas * self.reviewers


def progress(db: Session, actor: Actor, day: date) -> Progress | None:
    if not actor.seats:
        return None
    of_round = col(RoundIdea.round_id) == col(Round.id)
    reviews = and_(col(Review.round_id) == col(Round.id))
    mine = and_(reviews, col(Review.reviewer_id) == actor.id)
    free = select(func.count()).join(Idea, col(Idea.id) == col(RoundIdea.idea_id)).where(of_round, unconcerned(actor))
    coming = (
        select(func.min(col(Meeting.at)))
        .where(
            col(Meeting.committee_id) == col(Round.committee_id),
            col(Meeting.stage) == MeetingStage.PLANNED,
            col(Meeting.at) >= now(),
        )
        .scalar_subquery()
    )

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return select(func.count()).where(*conditions).scalar_subquery()

    query: Select[Any] = (
        select(
            *(col(Round.id), col(Round.name), col(Round.due), col(Round.blind)),
            count(of_round),
            count(col(Reviewer.round_id) == col(Round.id)),
            count(reviews, col(Review.stage) == ReviewStage.SUBMITTED),
            count(mine, col(Review.stage) == ReviewStage.SUBMITTED),
            count(mine, col(Review.stage) == ReviewStage.BEGUN),
            free.select_from(RoundIdea).scalar_subquery(),
            count(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id) > 0,
            coming,
        )
        .where(col(Round.committee_id).in_(list(actor.seats)), col(Round.stage) == RoundStage.OPEN)
        .order_by(col(Round.due) < day, col(Round.due), col(Round.id))
        .limit(1)
    )
    row = db.execute(query).first()
    return Progress(*row) if row else None
