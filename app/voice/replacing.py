"""A corrected file takes the place of a wave: which took whose, when, and by whom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.models import Person
from app.voice.models import Source, SourceStage

SUFFIX = re.compile(r" \(replaced by source \d+\)$")


@dataclass(frozen=True)
class Version:
    """Another version of a source: the one that took its place, or one whose place it took."""

    source_id: int
    name: str
    at: datetime
    person: str | None
    responses: int


@dataclass(frozen=True)
class Replacing:
    """`by` has taken this source's place; `of` are those whose place this one has taken, the latest first."""

    by: Version | None
    of: Sequence[Version]


def plain_name(source: Source) -> str:
    """A replaced source's name as it was while it counted."""
    return SUFFIX.sub("", source.name) if source.stage is SourceStage.REPLACED else source.name


def replacing(db: Session, source: Source) -> Replacing:
    mine = or_(col(Source.id) == source.replaced_by, col(Source.replaced_by) == source.id)
    query = select(Source, col(Person.name)).outerjoin(Person, col(Person.id) == col(Source.imported_by)).where(mine)
    told = [
        Version(one.id, plain_name(one), one.imported_at, name, one.responses)
        for one, name in db.execute(query.order_by(col(Source.id).desc()))
    ]
    by = next((one for one in told if one.source_id == source.replaced_by), None)
    return Replacing(by, [one for one in told if one is not by])
