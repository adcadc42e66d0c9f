"""Reading the voice."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.models import Outcome, Source, SourceStage


def headline(db: Session) -> Outcome | None:
    """The first outcome of the latest source that has one: the organisation's figure."""
    query = (
        select(Outcome)
        .join(Source, col(Source.id) == col(Outcome.source_id))
        .where(col(Source.stage) == SourceStage.TAKEN, col(Outcome.place) == 0)
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(1)
    )
    return db.scalars(query).first()
