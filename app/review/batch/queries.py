"""What one word on several ideas would do: who is told, what is lacking, who has a conflict, what it costs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Idea, Revision
from app.people.actor import Actor
from app.review.batch.forms import BatchForm
from app.review.committees.queries import budget_now
from app.review.conflicts import concerned
from app.review.decisions import queries as decisions
from app.review.models import Decision, Round, RoundIdea, Verdict
from app.review.reviewing import authors
from app.review.rules import names_hidden

THE_AUTHORS = "the authors"


@dataclass(frozen=True)
class Open:
    """An idea of the round that nobody has decided. `conflict`: this head's own."""

    idea_id: int
    title: str
    revision: int
    version: int
    cost: Decimal | None
    conflict: bool = False


def ideas_of(db: Session, round_id: int) -> tuple[int, ...]:
    """All that were ever in the round: a form that was opened earlier may name one that is decided since."""
    query = select(col(RoundIdea.idea_id)).where(col(RoundIdea.round_id) == round_id)
    return tuple(db.scalars(query.order_by(col(RoundIdea.idea_id))))


def undecided(db: Session, actor: Actor, round_: Round) -> list[Open]:
    """Two statements."""
    done = select(col(Decision.idea_id)).where(
        col(Decision.round_id) == round_.id, col(Decision.superseded_by).is_(None)
    )
    query = (
        select(col(Idea.id), col(Revision.title), col(Revision.number), col(Idea.version), col(Revision.cost))
        .join(RoundIdea, col(RoundIdea.idea_id) == col(Idea.id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .where(col(RoundIdea.round_id) == round_.id, col(RoundIdea.live).is_(True), col(RoundIdea.idea_id).not_in(done))
        .order_by(col(Idea.id))
    )
    rows = db.execute(query).all()
    known = concerned(db, [row[0] for row in rows])
    return [Open(*row, conflict=known.has(row[0], actor.id)) for row in rows]


@dataclass(frozen=True)
class Consequence:
    """Of one idea: `told`, who reads the letter; `lacks`, what keeps it from being decided, in words."""

    idea_id: int
    title: str
    told: str
    lacks: Sequence[str]
    cost: Decimal | None
    reason: str


@dataclass(frozen=True)
class Consequences:
    rows: Sequence[Consequence]
    cost: Decimal | None  # together, of those that say what they cost
    uncosted: int
    spent: Decimal | None  # what this round has approved already
    budget: Decimal | None  # the committee's for this fiscal year
    shown: str  # what of all this the page showed, in short

    @property
    def lacking(self) -> int:
        return sum(1 for row in self.rows if row.lacks)

    @property
    def over(self) -> bool:
        together = (self.cost or 0) + (self.spent or 0)
        return self.budget is not None and together > self.budget


def consequences(db: Session, actor: Actor, round_: Round, wanted: BatchForm, found: Sequence[Open]) -> Consequences:
    chosen = [one for one in found if one.idea_id in set(wanted.ideas)]
    names = {} if names_hidden(actor, round_) else authors(db, [one.idea_id for one in chosen], actor)
    rows = [consequence(db, actor, round_, wanted, one, names.get(one.idea_id, "")) for one in chosen]
    approve = wanted.verdict is Verdict.APPROVE
    costs = [one.cost for one in chosen if one.cost is not None] if approve else []
    told = Consequences(
        rows,
        sum(costs, Decimal(0)) if approve else None,
        len(chosen) - len(costs) if approve else 0,
        approved(db, round_.id) if approve else None,
        budget_now(db, round_.committee_id) if approve else None,
        "",
    )
    return Consequences(
        told.rows, told.cost, told.uncosted, told.spent, told.budget, seal(round_, wanted, chosen, told)
    )


def consequence(db: Session, actor: Actor, round_: Round, wanted: BatchForm, one: Open, names: str) -> Consequence:
    lacks: list[str] = []
    if one.conflict:
        lacks.append("You have a conflict with it: take it out of the list.")
    elif not wanted.why(one.idea_id):
        lacks.append("It has no reason.")
    else:
        has = decisions.quorum(db, round_, one.idea_id)
        found = decisions.mistakes(db, actor, round_, one.idea_id, wanted.of(one.idea_id), has)
        lacks += [words for name, words in found.items() if name in ("", "present", "verdict")]
    return Consequence(one.idea_id, one.title, names or THE_AUTHORS, lacks, one.cost, wanted.why(one.idea_id))


def approved(db: Session, round_id: int) -> Decimal:
    """What the ideas that this round has approved cost, as they say."""
    query = (
        select(func.coalesce(func.sum(col(Revision.cost)), 0))
        .join(RoundIdea, col(RoundIdea.revision_id) == col(Revision.id))
        .join(Decision, col(Decision.idea_id) == col(RoundIdea.idea_id))
        .where(
            col(RoundIdea.round_id) == round_id,
            col(Decision.round_id) == round_id,
            col(Decision.superseded_by).is_(None),
            col(Decision.verdict) == Verdict.APPROVE,
        )
    )
    return Decimal(db.scalar(query) or 0)


def seal(round_: Round, wanted: BatchForm, chosen: Sequence[Open], told: Consequences) -> str:
    """Of what was shown, and of what of it would matter if it changed; of nothing that was not shown."""
    facts = (
        (round_.id, round_.version, round_.stage.value),
        (wanted.verdict.value, wanted.day, wanted.meeting, sorted(wanted.present)),
        [(one.idea_id, one.revision, one.version, one.conflict) for one in chosen],
        [(row.title, row.told, list(row.lacks), row.cost, row.reason) for row in told.rows],
        (told.cost, told.uncosted, told.spent, told.budget),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()
