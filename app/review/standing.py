"""How the ideas of a round stand, as far as this reader may see it.

Sealed scores, and the reviews of ideas with which the reader has a conflict, are left out before anything is added up
or ranked: what is not seen moves nothing that is. To whom names are hidden, nothing is said that depends on who wrote
an idea: not even how many reviewers its authors leave.

Where what a reader sees allows it, scores are calibrated (calibration.py) from exactly that, places are by the
calibrated score, and ideas are held against the line of what the committee can take (undecided.py).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Revision
from app.ideas.queries import title_for
from app.people.actor import Actor
from app.people.models import Committee
from app.processes.models import Process
from app.review.calibration import Calibrated, Calibration, kept
from app.review.conflicts import Concerned, concerned
from app.review.duty import Duties, duties, nobody_awaited
from app.review.models import Decision, Review, ReviewStage, Round, RoundIdea, RoundStage, Verdict
from app.review.rules import DISAGREE, ON, names_hidden, sees_reviews
from app.review.scoring import aggregate, rank
from app.review.undecided import Line, Side, by_budget, by_number

ENOUGH = 3  # an aggregate of fewer gives single scores away to who may not see them
SORTS = ("place", "disagreement", "missing")


@dataclass(frozen=True)
class Placed:
    """An idea in a round. Figures are None where this reader may not see them, or there are none yet."""

    idea_id: int
    title: str
    process: str
    process_id: int
    revision: int
    live: bool
    expected: int
    conflict: bool = False
    asked: bool = False  # this reader is to review it
    mine: ReviewStage | None = None
    sealed: bool = True
    n: int | None = None
    mean: float | None = None
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    rank: int | None = None
    tied: bool = False
    missing: Sequence[str] = ()
    readers: Sequence[int] = ()  # whose reviews stand
    awaited: Sequence[int] = ()  # of whom there is none, as `missing`
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    cost: Decimal | None = None
    calibrated: Calibrated[int] | None = None
    side: Side | None = None

    @property
    def lacking(self) -> int:
        return max(0, self.expected - (self.n or 0))

    @property
    def disagree(self) -> bool:
        return self.spread is not None and self.spread >= DISAGREE


@dataclass(frozen=True)
class Board:
    rows: Sequence[Placed]
    reviewers: Sequence[tuple[int, str]]
    reviewing: bool  # this reader is one of them
    ranked: int  # among how many ideas the places were given
    found: Calibration[int, int] | None = None  # from the reviews that this reader sees, where there are any
    line: Line | None = None
    known: Concerned = field(default_factory=lambda: Concerned(frozenset(), frozenset()))

    @property
    def calibrated(self) -> bool:
        """Whether scores are calibrated here; else places are by the raw means."""
        return any(row.calibrated for row in self.rows)

    @property
    def live(self) -> list[Placed]:
        return [row for row in self.rows if row.live]

    @property
    def undecided(self) -> list[Placed]:
        return [row for row in self.live if row.verdict is None]

    @property
    def band(self) -> list[Placed]:
        """Undecided by the scores, and not decided by the committee yet, best first."""
        found = [row for row in self.undecided if row.side is Side.UNDECIDED]
        return sorted(found, key=lambda row: (row.rank or 0, row.idea_id))

    @property
    def decided(self) -> bool:
        return any(row.verdict for row in self.rows)

    @property
    def mine_left(self) -> list[Placed]:
        return [row for row in self.live if row.asked and not row.conflict and row.mine is not ReviewStage.SUBMITTED]


@dataclass(frozen=True)
class Scored:
    """A review as a row."""

    idea_id: int
    reviewer_id: int
    stage: ReviewStage
    total: Decimal | None


def lines(db: Session, round_id: int) -> list[Scored]:
    query = select(col(Review.idea_id), col(Review.reviewer_id), col(Review.stage), col(Review.total))
    return [Scored(*row) for row in db.execute(query.where(col(Review.round_id) == round_id).order_by(col(Review.id)))]


def counted(found: Collection[Scored], known: Concerned, idea_id: int) -> list[Scored]:
    """The reviews that stand: submitted, and of those without a conflict."""
    return [
        line
        for line in found
        if line.idea_id == idea_id and line.stage is ReviewStage.SUBMITTED and not known.has(idea_id, line.reviewer_id)
    ]


def placed_ideas(db: Session, actor: Actor, round_id: int) -> list[Placed]:
    live_decision = and_(
        col(Decision.idea_id) == col(RoundIdea.idea_id),
        col(Decision.round_id) == col(RoundIdea.round_id),
        col(Decision.superseded_by).is_(None),
    )
    query = (
        select(
            col(RoundIdea.idea_id),
            title_for(actor, col(Revision.title)),
            col(Process.name),
            col(Process.id),
            col(Revision.number),
            col(RoundIdea.taken_out_at),
            col(Decision.verdict),
            col(Decision.decided_at),
            col(Revision.cost),
        )
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .outerjoin(Decision, live_decision)
        .where(col(RoundIdea.round_id) == round_id)
        .order_by(col(RoundIdea.idea_id))
    )
    return [
        Placed(*row[:5], live=row[5] is None, expected=0, verdict=row[6], decided_at=row[7], cost=row[8])
        for row in db.execute(query)
    ]


def board(db: Session, actor: Actor, round_: Round, sort: str = "place") -> Board:
    """Four statements, however many ideas and reviews; one more where the committee's budget draws the line."""
    ideas = placed_ideas(db, actor, round_.id)
    known = concerned(db, [idea.idea_id for idea in ideas])
    found = lines(db, round_.id)
    all_duties = duties(db, round_)
    rows = [seen(actor, round_, idea, known, found, all_duties) for idea in ideas]
    fit = calibration(rows, known, found)
    rows = by_place(rows, fit)
    line = the_line(db, actor, round_, rows)
    if line is not None:
        rows = [replace(row, side=line.side(*reach(row))) for row in rows]
    reviewing = all_duties.reviews(actor.id)
    return Board(ordered(rows, sort), all_duties.people, reviewing, sum(map(shown, rows)), fit, line, known)


def band(db: Session, actor: Actor, round_: Round) -> list[int]:
    """The ideas that could as well be taken as not, best first, as far as this reader may see it."""
    return [row.idea_id for row in board(db, actor, round_).band]


def shown(row: Placed) -> bool:
    return row.live and not row.sealed and row.mean is not None


def calibration(rows: Collection[Placed], known: Concerned, found: Collection[Scored]) -> Calibration[int, int] | None:
    """From the reviews that this reader sees, and no others."""
    totals = tuple(
        (line.idea_id, line.reviewer_id, float(line.total))
        for row in rows
        if shown(row)
        for line in counted(found, known, row.idea_id)
        if line.total is not None
    )
    return kept(totals) if totals else None


def by_place(rows: Collection[Placed], fit: Calibration[int, int] | None) -> list[Placed]:
    """Places by the calibrated score where it holds, else by the raw mean."""
    if fit is not None and not fit.doubts:
        return [calibrated(row, fit) if shown(row) else row for row in rows]
    raw = {place.key: place for place in rank({str(row.idea_id): row.mean for row in rows if shown(row)})}
    return [
        replace(row, rank=raw[str(row.idea_id)].rank, tied=raw[str(row.idea_id)].tied) if shown(row) else row
        for row in rows
    ]


def calibrated(row: Placed, fit: Calibration[int, int]) -> Placed:
    one = fit.by_item[row.idea_id]
    return replace(row, rank=one.rank, tied=fit.ranks[one.rank] > 1, calibrated=one)


def reach(row: Placed) -> tuple[int | None, int | None]:
    return (row.calibrated.rank_low, row.calibrated.rank_high) if row.calibrated else (None, None)


def the_line(db: Session, actor: Actor, round_: Round, rows: Collection[Placed]) -> Line | None:
    """For the committee, while it decides: the number that the chair set, else what the budget pays for. None while
    this member does not see all ideas calibrated (but those of a conflict): the best of a few say nothing."""
    order = sorted((row for row in rows if row.calibrated), key=lambda row: (row.rank or 0, row.idea_id))
    whole = all(row.calibrated for row in rows if row.live and not row.conflict)
    if not order or not whole or round_.stage not in ON or not actor.on(round_.committee_id):
        return None
    if round_.capacity is not None:
        return by_number(len(order), round_.capacity)
    budget = db.scalar(select(col(Committee.budget)).where(col(Committee.id) == round_.committee_id))
    if budget is None:
        return Line(len(order))
    return by_budget([(row.idea_id, row.cost) for row in order], budget)


def seen(
    actor: Actor,
    round_: Round,
    idea: Placed,
    known: Concerned,
    found: Collection[Scored],
    all_duties: Duties,
) -> Placed:
    """One idea with what this reader may know of its reviews."""
    expected, able = expected_of(actor, round_, idea.idea_id, known, all_duties)
    if known.has(idea.idea_id, actor.id):
        in_force = round_.stage is RoundStage.PUBLISHED
        return replace(idea, expected=expected, conflict=True, verdict=idea.verdict if in_force else None)
    mine = next((line.stage for line in found if (line.idea_id, line.reviewer_id) == (idea.idea_id, actor.id)), None)
    reviewing, asked = all_duties.reviews(actor.id), all_duties.has(idea.idea_id, actor.id)
    stands = counted(found, known, idea.idea_id)
    idea = replace(idea, expected=expected, mine=mine, asked=asked)
    submitted = mine is ReviewStage.SUBMITTED
    filed = {line.reviewer_id for line in stands}
    all_in = nobody_awaited(round_, idea.idea_id, known, all_duties, filed)
    if not sees_reviews(round_, reviewer=asked, submitted=submitted, all_in=all_in):
        return counts_alone(actor, round_, idea, stands, able, reviewing=reviewing)
    if not actor.on(round_.committee_id) and actor.id != round_.custodian_id and len(stands) < ENOUGH:
        return replace(idea, n=len(stands))
    totals = [float(line.total) for line in stands if line.total is not None]
    whole = aggregate(totals)
    return replace(
        idea,
        sealed=False,
        n=len(stands),
        mean=whole.mean,
        spread=whole.spread,
        low=min(totals, default=None),
        high=max(totals, default=None),
        **awaiting(able, stands),
    )


def expected_of(
    actor: Actor, round_: Round, idea_id: int, known: Concerned, all_duties: Duties
) -> tuple[int, Sequence[tuple[int, str]]]:
    """How many reviews are to come of an idea, and from whom. Where ideas are given out, who has one cannot have
    written it: to whom names are hidden, nobody's name then stands beside an idea."""
    hidden = names_hidden(actor, round_)
    left_out = {person for of, person in known.told(hidden=hidden) if of == idea_id}
    if round_.assigned and (hidden or round_.stage is RoundStage.PREPARED):
        free = sum(person not in left_out for person, _ in all_duties.people)
        return min(round_.wanted, free), ()
    able = [(person, name) for person, name in all_duties.of(idea_id) if person not in left_out]
    return len(able), able


def counts_alone(
    actor: Actor,
    round_: Round,
    idea: Placed,
    stands: Collection[Scored],
    able: Sequence[tuple[int, str]],
    *,
    reviewing: bool,
) -> Placed:
    """How many reviews are in: for who does not review; to a head who does, from three on; to a reviewer nothing."""
    if round_.stage is not RoundStage.OPEN:
        return idea
    if reviewing and not (actor.chairs(round_.committee_id) and len(stands) >= ENOUGH):
        return idea
    return replace(idea, n=len(stands), **awaiting(able, stands))


def awaiting(able: Sequence[tuple[int, str]], stands: Collection[Scored]) -> dict[str, Any]:
    """Who has reviewed it and who has not, of those who may."""
    there = {line.reviewer_id for line in stands}
    rest = [(person, name) for person, name in able if person not in there]
    return {
        "missing": tuple(name for _, name in rest),
        "awaited": tuple(person for person, _ in rest),
        "readers": tuple(person for person, _ in able if person in there),
    }


def ordered(rows: Sequence[Placed], sort: str) -> list[Placed]:
    """What is not seen last, in the order of the ideas."""
    match sort:
        case "disagreement":
            return sorted(rows, key=lambda row: (row.spread is None, -(row.spread or 0), row.idea_id))
        case "missing":
            return sorted(rows, key=lambda row: (row.n is None, -row.lacking, row.idea_id))
        case _:
            return sorted(rows, key=lambda row: (not row.live, row.rank is None, row.rank or 0, row.idea_id))


HEADER = (
    *("place", "idea", "title", "process", "revision", "reviews", "expected", "mean", "spread", "lowest", "highest"),
    *("calibrated", "calibrated low", "calibrated high", "place low", "place high", "line"),
    "decision",
)


def table(rows: Sequence[Placed]) -> Iterator[tuple[str | int | float | None, ...]]:
    """The rows of the export: what the page shows, numbers as numbers."""
    for row in rows:
        yield (
            *(row.rank, row.idea_id, row.title, row.process, row.revision, row.n, row.expected),
            *(row.mean, row.spread, row.low, row.high),
            *in_cells(row.calibrated),
            row.side.value if row.side else None,
            row.verdict.value if row.verdict else None,
        )


def in_cells(one: Calibrated[int] | None) -> tuple[float | int | None, ...]:
    return (one.adjusted, one.low, one.high, one.rank_low, one.rank_high) if one else (None,) * 5
