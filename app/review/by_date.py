"""What rounds do by themselves: open on their day, close when their due day has ended, show what is sealed when the
meeting begins."""

from collections.abc import Callable
from datetime import date

import structlog
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now, today
from app.db import Database
from app.errors import Refusal
from app.outbox import Watch
from app.review.models import AgendaItem, Meeting, MeetingStage, Reviewer, Round, RoundIdea, RoundStage, Sight
from app.review.rounds import begin, reveal
from app.review.rules import round_life

log = structlog.get_logger()
Change = Callable[[Session, Round], object]


def to_open(day: date) -> Select[int]:
    return select(col(Round.id)).where(col(Round.stage) == RoundStage.PREPARED, col(Round.opens_on) <= day)


def to_close(day: date) -> Select[int]:
    """A reviewer who was given longer has it: the round waits for the last of them."""
    longer = exists().where(
        col(Reviewer.round_id) == col(Round.id), col(Reviewer.due) >= day, col(Reviewer.away).is_(False)
    )
    over = and_(col(Round.closes_itself).is_(True), col(Round.due) < day, ~longer)
    return select(col(Round.id)).where(col(Round.stage) == RoundStage.OPEN, over)


def to_reveal() -> Select[int]:
    """Closed rounds whose scores wait for a meeting, once one with an idea of theirs has begun: when its chair began
    it, or its time has come. One that was over before the closing opens nothing."""
    start = func.coalesce(col(Meeting.began_at), col(Meeting.at))
    running = and_(col(Meeting.began_at).is_not(None), col(Meeting.stage) == MeetingStage.PLANNED)
    begun = (
        exists()
        .where(start <= now(), col(Meeting.stage) != MeetingStage.CANCELLED)
        .where(col(AgendaItem.meeting_id) == col(Meeting.id), col(AgendaItem.idea_id) == col(RoundIdea.idea_id))
        .where(col(RoundIdea.round_id) == col(Round.id), col(RoundIdea.live).is_(True))
        .where(or_(start >= col(Round.closed_at), running))
    )
    sealed = and_(col(Round.sight) == Sight.MEETING, col(Round.revealed_at).is_(None))
    return select(col(Round.id)).where(col(Round.stage) == RoundStage.CLOSED, sealed, begun)


def open_itself(db: Session, round_: Round) -> None:
    begin(db, None, round_)


def close_itself(db: Session, round_: Round) -> None:
    move = round_life.by_name["close", RoundStage.OPEN]
    round_life.step(db, None, round_, move, closed_at=now())


def reveal_itself(db: Session, round_: Round) -> None:
    reveal(db, None, round_)


def keep_time(database: Database) -> int:
    """Each round in a transaction of its own: one that cannot change now (no idea of it is admitted any more) keeps
    no other from its day. How many have changed."""
    with database.reading() as db:
        day = today(db.info["settings"].time_zone)
        due = [
            (round_, query, change)
            for query, change in (
                (to_open(day), open_itself),
                (to_close(day), close_itself),
                (to_reveal(), reveal_itself),
            )
            for round_ in db.scalars(query)
        ]
    return sum(change_one(database, round_, query, change) for round_, query, change in due)


def change_one(database: Database, round_id: int, query: Select[int], change: Change) -> bool:
    """Asked again under the lock: somebody may have been quicker."""
    try:
        with database.writing() as db:
            round_ = db.scalars(select(Round).where(col(Round.id) == round_id).with_for_update()).one()
            still = db.scalar(query.where(col(Round.id) == round_id)) is not None
            if still:
                change(db, round_)
            return still
    except Refusal as error:
        log.info("round does not change by itself", round=round_id, why=type(error).__name__)
        return False


watches = [Watch("rounds", keep_time, every=20.0)]
