"""Reading sources that collect: the door to them, what they ask, and what came in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.people.tokens.models import Token
from app.voice.answers import scale_of, uses_of
from app.voice.asking.models import Asking, Batch
from app.voice.importing.packing import Scale
from app.voice.models import Outcome, OutcomeKind, Segment, Source
from app.voice.queries import outcomes_of, visible_to

LATEST = 10


def asking_visible_to(actor: Actor) -> ColumnElement[bool]:
    """As the source: whoever may see its figures."""
    return col(Asking.source_id).in_(select(col(Source.id)).where(visible_to(actor)))


@dataclass(frozen=True)
class Question:
    """An outcome or a touchpoint as a source asks it: its row, its name, its scale."""

    id: int
    name: str
    scale: Scale
    kind: OutcomeKind | None = None


@dataclass(frozen=True)
class Design:
    """What a source asks, in the order in which answers are packed. It does not change once answers come in."""

    outcomes: Sequence[Question]
    uses: Sequence[Question]
    segments: Sequence[str]


def design(db: Session, source_id: int, known: Sequence[Outcome] | None = None) -> Design:
    """known: its outcomes, where they were read already."""
    told = outcomes_of(db, source_id) if known is None else known
    outcomes = [Question(one.id, one.name, outcome_scale(one), one.kind) for one in told]
    uses = [Question(use.id, name, scale_of(use)) for use, name in uses_of(db, source_id)]
    return Design(outcomes, uses, [segment.name for segment in segments_of(db, source_id)])


def outcome_scale(outcome: Outcome) -> Scale:
    return Scale(outcome.worst, outcome.best)


def segments_of(db: Session, source_id: int) -> Sequence[Segment]:
    query = select(Segment).where(col(Segment.source_id) == source_id).order_by(col(Segment.place))
    return db.scalars(query).all()


def askings(db: Session, actor: Actor) -> Sequence[tuple[Asking, Source]]:
    """Those that collect first, then by their last day."""
    query = (
        select(Asking, Source)
        .join(Source, col(Source.id) == col(Asking.source_id))
        .where(visible_to(actor))
        .order_by(col(Source.collecting).desc(), col(Asking.closes_on).desc(), col(Asking.id).desc())
    )
    return [(asking, source) for asking, source in db.execute(query)]


def asking_of(db: Session, source_id: int) -> Asking | None:
    return db.scalars(select(Asking).where(col(Asking.source_id) == source_id)).first()


def batches(db: Session, source_id: int) -> Sequence[tuple[Batch, str]]:
    """The latest, each with the name of its token."""
    query = (
        select(Batch, col(Token.name))
        .join(Token, col(Token.id) == col(Batch.token_id))
        .where(col(Batch.source_id) == source_id)
        .order_by(col(Batch.id).desc())
        .limit(LATEST)
    )
    return [(batch, name) for batch, name in db.execute(query)]
