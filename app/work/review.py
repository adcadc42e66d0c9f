"""What waits for somebody in review, meetings among it; and how the round that is running stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.people.actor import Actor
from app.review import waiting as review
from app.review.conflicts import unconcerned
from app.review.duty import is_asked
from app.review.meetings.queries import ahead
from app.review.models import Meeting, MeetingStage, Review, Reviewer, ReviewStage, Round, RoundIdea, RoundStage
from app.todo import Todo

MOST_ALIKE = 6  # without a day; the rest of them are one line


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    found = [
        Todo(
            one.verb,
            one.address,
            f"{one.verb} {one.address}",
            day,
            one.title,
            one.rest,
            one.why,
            one.due,
            word(one.verb),
        )
        for one in review.waiting(db, actor)
    ]
    undated = [todo for todo in found if todo.due is None]
    alike = [[todo for todo in undated if todo.verb == verb] for verb in dict.fromkeys(todo.verb for todo in undated)]
    dated = [todo for todo in found if todo.due is not None]
    return [*dated, *(todo for group in alike for todo in shortened(group, day)), *meetings(db, actor, day)]


def word(verb: str) -> str:
    return "Score" if verb == "Finish scoring" else ""


def shortened(group: list[Todo], day: date) -> list[Todo]:
    """A long row of the same is six of them and how many more there are, all to be found in the review."""
    left = len(group) - MOST_ALIKE
    if left < 2:
        return group
    first = group[0]
    rest = Todo(first.verb, "/review", f"{first.verb} more", day, rest=f"{left} more", things=left)
    return [*group[:MOST_ALIKE], rest]


def meetings(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    zone = ZoneInfo(db.info["settings"].time_zone)
    for row in ahead(db, actor):
        at = row.at.astimezone(zone)
        sub = " · ".join(part for part in (f"{at:%H:%M}", row.place) if part)
        key, href = f"meeting {row.id}", f"/review/meetings/{row.id}"
        if row.began_at:
            yield Todo("Join", f"{href}/live", key, day, rest=row.name, sub="It is running", due=day, word="Meeting")
        elif at.date() >= day:
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
    wanted: int  # of each idea where they are given out, else 0

    @property
    def expected(self) -> int:
        """All that is wanted, or every reviewer on every idea: who has a conflict is not told from this."""
        return self.ideas * (self.wanted or self.reviewers)


def progress(db: Session, actor: Actor, day: date) -> Progress | None:
    if not actor.seats:
        return None
    of_round = and_(col(RoundIdea.round_id) == col(Round.id), col(RoundIdea.live).is_(True))
    reviews = col(Review.round_id) == col(Round.id)
    mine = and_(reviews, col(Review.reviewer_id) == actor.id)
    free = select(func.count()).where(of_round, is_asked(actor.id), unconcerned(actor, col(RoundIdea.idea_id)))
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
            count(col(Reviewer.round_id) == col(Round.id), col(Reviewer.away).is_(False)),
            count(reviews, col(Review.stage) == ReviewStage.SUBMITTED),
            count(mine, col(Review.stage) == ReviewStage.SUBMITTED),
            count(mine, col(Review.stage) == ReviewStage.BEGUN),
            free.select_from(RoundIdea).scalar_subquery(),
            count(col(Reviewer.round_id) == col(Round.id), col(Reviewer.person_id) == actor.id) > 0,
            coming,
            case((col(Round.assigned), col(Round.wanted)), else_=0),
        )
        .where(col(Round.committee_id).in_(list(actor.seats)), col(Round.stage) == RoundStage.OPEN)
        .order_by(col(Round.due) < day, col(Round.due), col(Round.id))
        .limit(1)
    )
    row = db.execute(query).first()
    return Progress(*row) if row else None
