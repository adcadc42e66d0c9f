"""How far listening reaches into the processes, counted: what stands beside the organisation's own view of it.

Belongs to the pages: it looks at processes, ideas and pilots, which stand to the right of a diagnosis.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import ALIVE, Idea
from app.pilots.models import Pilot
from app.processes.causes.models import Cause
from app.processes.models import Process, ProcessTouchpoint
from app.voice.models import Source, Use
from app.voice.queries import FOR_ALL


@dataclass(frozen=True)
class Reached:
    """So many processes of all have it."""

    name: str
    n: int
    of: int

    @property
    def share(self) -> float:
        return 100 * self.n / self.of if self.of else 0.0


def reach(db: Session) -> list[Reached]:
    """Each share of all registered processes."""
    total = db.scalar(select(func.count()).select_from(Process)) or 0
    asked: list[tuple[str, Select[Any]]] = [
        ("evidence of the last two waves", with_evidence(db)),
        ("a cause that is written down", select(col(Cause.process_id)).where(col(Cause.withdrawn_at).is_(None))),
        ("an idea that is alive", select(col(Idea.process_id)).where(col(Idea.stage).in_(ALIVE))),
        ("a pilot", select(col(Pilot.process_id))),
    ]
    return [Reached(name, counted(db, processes), total) for name, processes in asked]


def counted(db: Session, processes: Select[Any]) -> int:
    return db.scalar(select(func.count(col(Process.id))).where(col(Process.id).in_(processes))) or 0


def with_evidence(db: Session) -> Select[Any]:
    """Processes with a touchpoint that one of the latest two waves of a series asked about, or a source without one."""
    place = func.row_number().over(
        partition_by=func.coalesce(col(Source.series_id), -col(Source.id)), order_by=col(Source.last_day).desc()
    )
    waves = select(col(Source.id).label("id"), place.label("place")).where(FOR_ALL).subquery()
    query: Select[Any] = (
        select(col(ProcessTouchpoint.process_id))
        .join(Use, col(Use.touchpoint_id) == col(ProcessTouchpoint.touchpoint_id))
        .join(waves, waves.c.id == col(Use.source_id))
        .where(waves.c.place <= 2, col(Use.n) > 0)
    )
    return query


def kept(told: Sequence[Reached]) -> list[dict[str, object]]:
    """As it is kept with a published diagnosis."""
    return [asdict(one) for one in told]
