"""What leaders look at: every pilot, the pipeline, what is late, the rounds that are on. No scores, and no author's
name to whom a veil hides it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.ideas.models import UNANSWERED, Idea
from app.ideas.queries import title_for
from app.people.actor import Actor
from app.pilots.models import Health, Spending
from app.pilots.queries import Line, portfolio
from app.pilots.veils import veiled_refs
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

HIDDEN = "hidden until decisions are out"
LATE_SHOWN = 50
HEALTH = {Health.ON_COURSE: "on_course", Health.AT_RISK: "slipping", Health.OFF_COURSE: "stuck"}
STAGES = {"scaled": "rolled_out", "adopted": "rolled_out", "stopped": "stopped"}


@dataclass(frozen=True)
class Row:
    """A pilot as the portfolio shows it. recent: spent in the last thirty days."""

    line: Line
    recent: Decimal
    late: bool

    @property
    def health(self) -> tuple[str, str]:
        """Word and kind of status: of a pilot that has ended, what became of it."""
        if not self.line.running:
            return self.line.stage.value.capitalize(), STAGES[self.line.stage.value]
        return self.line.health.value.capitalize(), HEALTH[self.line.health]

    @property
    def effect(self) -> Estimate | None:
        line = self.line
        return None if line.change is None else Estimate(line.change, line.low, line.high, 0)

    @property
    def measured(self) -> bool:
        return self.line.change is not None and self.line.low is not None

    @property
    def worth_having(self) -> bool:
        return self.measured and self.line.standing[1] in ("worth_having", "good")

    @property
    def ends(self) -> tuple[float, float]:
        """Zero in the middle, wide enough for the interval and the smallest effect worth having."""
        line = self.line
        reach = max(abs(bound or 0) for bound in (line.change, line.low, line.high, line.worth)) or 1.0
        return -1.1 * reach, 1.1 * reach


def pilots(db: Session, actor: Actor, day: date) -> list[Row]:
    """Three statements. Whose names a veil hides, they are left out here and nowhere later."""
    hidden, recent = veiled_refs(db, actor), spent_since(db, day - timedelta(days=30))
    return [
        Row(masked(line) if f"pilot:{line.id}" in hidden else line, recent.get(line.id, Decimal(0)), line.late(day))
        for line in portfolio(db, actor)
    ]


def masked(line: Line) -> Line:
    return replace(line, lead=HIDDEN, team=None)


def spent_since(db: Session, day: date) -> dict[int, Decimal]:
    query = (
        select(col(Spending.pilot_id), func.sum(col(Spending.amount)))
        .where(col(Spending.on) > day)
        .group_by(col(Spending.pilot_id))
    )
    return {pilot: amount for pilot, amount in db.execute(query)}  # noqa: C416 - rows, not pairs, to the type checker


@dataclass(frozen=True)
class Late:
    """Something past its day: an answer, a gate or a to-do."""

    kind: str
    ref: str
    title: str
    href: str
    due: date


def late(db: Session, actor: Actor, rows: Sequence[Row], day: date) -> list[Late]:
    """Answers, gates and to-dos past their day, the oldest first; of answers and to-dos at most fifty each."""
    gates = [
        Late("Gate", f"pilot:{row.line.id}", row.line.name, f"/pilots/{row.line.id}", row.line.due)
        for row in rows
        if row.late and row.line.due
    ]
    told = [*late_answers(db, actor, day), *gates, *late_orders(db, actor, day)]
    return sorted(told, key=lambda one: (one.due, one.kind, one.ref))


def late_answers(db: Session, actor: Actor, day: date) -> list[Late]:
    query = (
        select(col(Idea.id), title_for(actor), col(Idea.promised_on))
        .where(col(Idea.stage).in_(UNANSWERED), col(Idea.promised_on) < day)
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(LATE_SHOWN)
    )
    found = db.execute(query)
    return [Late("Answer", f"idea:{key}", title, f"/ideas/{key}", owed) for key, title, owed in found if owed]


def late_orders(db: Session, actor: Actor, day: date) -> list[Late]:
    open_ = col(Order.stage).in_((OrderStage.GIVEN, OrderStage.ACCEPTED))
    query = (
        select(col(Order.id), col(Idea.id), title_for(actor), col(Order.due))
        .join(Idea, col(Idea.id) == col(Order.idea_id))
        .where(open_, col(Order.due) < day)
        .order_by(col(Order.due), col(Order.id))
        .limit(LATE_SHOWN)
    )
    return [Late("To do", f"to_do:{key}", title, f"/ideas/{idea}", due) for key, idea, title, due in db.execute(query)]


@dataclass(frozen=True)
class RoundLine:
    """A round that is on: counts alone, never a score, and no count of how few a conflict leaves."""

    id: int
    name: str
    stage: RoundStage
    due: date
    ideas: int
    reviewers: int
    submitted: int
    decided: int
    wanted: int  # of each idea where they are given out, else 0

    @property
    def expected(self) -> int:
        return self.ideas * (self.wanted or self.reviewers)


def rounds(db: Session) -> list[RoundLine]:
    here = col(Round.id)
    counted = (
        select(func.count()).where(col(RoundIdea.round_id) == here, col(RoundIdea.live).is_(True)),
        select(func.count()).where(col(Reviewer.round_id) == here),
        select(func.count()).where(col(Review.round_id) == here, col(Review.stage) == ReviewStage.SUBMITTED),
        select(func.count()).where(
            col(Decision.round_id) == here,
            col(Decision.superseded_by).is_(None),
            or_(col(Round.blind).is_(False), col(Decision.effective_at).is_not(None)),
        ),
    )
    query = (
        select(
            *(here, col(Round.name), col(Round.stage), col(Round.due)),
            *(part.correlate(Round).scalar_subquery() for part in counted),
            case((col(Round.assigned), col(Round.wanted)), else_=0),
        )
        .where(col(Round.stage).in_((RoundStage.OPEN, RoundStage.CLOSED)))
        .order_by(col(Round.due), here)
    )
    return [RoundLine(*row) for row in db.execute(query)]
