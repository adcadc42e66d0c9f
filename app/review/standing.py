"""How the ideas of a round stand, as far as this reader may see it.

Sealed scores, and the reviews of ideas with which the reader has a conflict, are left out before anything is added up
or ranked: what is not seen moves nothing that is. To whom names are hidden, nothing is said that depends on who wrote
an idea: not even how many reviewers its authors leave.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Revision
from app.ideas.queries import title_for
from app.people.actor import Actor
from app.processes.models import Process
from app.review.asked import Asked, asks, begun_in, of_round
from app.review.conflicts import Concerned, concerned
from app.review.models import Decision, Review, ReviewStage, Round, RoundIdea, RoundStage, Verdict
from app.review.rules import DISAGREE, names_hidden, sees_reviews
from app.review.scoring import aggregate, rank

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
    verdict: Verdict | None = None
    decided_at: datetime | None = None

    @property
    def lacking(self) -> int:
        return max(0, self.expected - (self.n or 0))

    @property
    def disagree(self) -> bool:
        return self.spread is not None and self.spread >= DISAGREE


@dataclass(frozen=True)
class Board:
    rows: Sequence[Placed]
    reviewers: Sequence[Asked]
    reviewing: bool  # this reader is one of them
    ranked: int  # among how many ideas the places were given

    def name_of(self, person_id: int) -> str:
        return next((one.name for one in self.reviewers if one.id == person_id), "")

    @property
    def live(self) -> list[Placed]:
        return [row for row in self.rows if row.live]

    @property
    def undecided(self) -> list[Placed]:
        return [row for row in self.live if row.verdict is None]

    @property
    def decided(self) -> bool:
        return any(row.verdict for row in self.rows)

    @property
    def mine_left(self) -> list[Placed]:
        return [row for row in self.live if not row.conflict and row.mine is not ReviewStage.SUBMITTED]


@dataclass(frozen=True)
class Line:
    """A review as a row."""

    idea_id: int
    reviewer_id: int
    stage: ReviewStage
    total: Decimal | None


def lines(db: Session, round_id: int) -> list[Line]:
    query = select(col(Review.idea_id), col(Review.reviewer_id), col(Review.stage), col(Review.total))
    return [Line(*row) for row in db.execute(query.where(col(Review.round_id) == round_id).order_by(col(Review.id)))]


def counted(found: Collection[Line], known: Concerned, idea_id: int) -> list[Line]:
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
        )
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .outerjoin(Decision, live_decision)
        .where(col(RoundIdea.round_id) == round_id)
        .order_by(col(RoundIdea.idea_id))
    )
    return [
        Placed(*row[:5], live=row[5] is None, expected=0, verdict=row[6], decided_at=row[7])
        for row in db.execute(query)
    ]


def board(db: Session, actor: Actor, round_: Round, sort: str = "place") -> Board:
    """Four statements, however many ideas and reviews."""
    ideas = placed_ideas(db, actor, round_.id)
    known = concerned(db, [idea.idea_id for idea in ideas])
    found = lines(db, round_.id)
    people = of_round(db, round_.id)
    rows = [seen(actor, round_, idea, known, found, people) for idea in ideas]
    shown = {str(row.idea_id): row.mean for row in rows if row.live and not row.sealed and row.mean is not None}
    places = {place.key: place for place in rank(shown)}
    rows = [
        replace(row, rank=places[str(row.idea_id)].rank, tied=places[str(row.idea_id)].tied)
        if str(row.idea_id) in places
        else row
        for row in rows
    ]
    reviewing = actor.id in {one.id for one in people}
    return Board(ordered(rows, sort), people, reviewing, len(shown))


def seen(
    actor: Actor,
    round_: Round,
    idea: Placed,
    known: Concerned,
    found: Collection[Line],
    people: Sequence[Asked],
) -> Placed:
    """One idea with what this reader may know of its reviews."""
    hidden = names_hidden(actor, round_)
    left_out = {
        person for of, person in (known.declared if hidden else known.declared | known.own) if of == idea.idea_id
    }
    asked = asks(people, begun_in(found), idea.idea_id)
    able = [(one.id, one.name) for one in asked if one.id not in left_out]
    if known.has(idea.idea_id, actor.id):
        in_force = round_.stage is RoundStage.PUBLISHED
        return replace(idea, expected=len(able), conflict=True, verdict=idea.verdict if in_force else None)
    mine = next((line.stage for line in found if (line.idea_id, line.reviewer_id) == (idea.idea_id, actor.id)), None)
    reviewing = actor.id in {one.id for one in asked}
    stands = counted(found, known, idea.idea_id)
    idea = replace(idea, expected=len(able), mine=mine)
    submitted = mine is ReviewStage.SUBMITTED
    if not sees_reviews(round_.stage, reviewer=reviewing, submitted=submitted, conflict=False):
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
        missing=lacking(able, stands),
    )


def counts_alone(
    actor: Actor,
    round_: Round,
    idea: Placed,
    stands: Collection[Line],
    able: Sequence[tuple[int, str]],
    *,
    reviewing: bool,
) -> Placed:
    """How many reviews are in: for who does not review; to a head who does, from three on; to a reviewer nothing."""
    if round_.stage is not RoundStage.OPEN:
        return idea
    if reviewing and not (actor.chairs(round_.committee_id) and len(stands) >= ENOUGH):
        return idea
    return replace(idea, n=len(stands), missing=lacking(able, stands))


def lacking(able: Sequence[tuple[int, str]], stands: Collection[Line]) -> tuple[str, ...]:
    there = {line.reviewer_id for line in stands}
    return tuple(name for person, name in able if person not in there)


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
    "decision",
)


def table(rows: Sequence[Placed]) -> Iterator[tuple[str | int | float | None, ...]]:
    """The rows of the export: what the page shows, numbers as numbers."""
    for row in rows:
        yield (
            *(row.rank, row.idea_id, row.title, row.process, row.revision, row.n, row.expected),
            *(row.mean, row.spread, row.low, row.high),
            row.verdict.value if row.verdict else None,
        )
