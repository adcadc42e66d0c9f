"""Which cause of its process's pain a pilot has taken over as a barrier."""

from datetime import datetime

from sqlalchemy import UniqueConstraint

from app.columns import Row, instant, points_to


class BarrierCause(Row, table=True):
    """A cause, once a pilot; `artefact_id` is the row that all versions of the barrier begin with."""

    __tablename__ = "barrier_cause"
    __table_args__ = (UniqueConstraint("pilot_id", "cause_id"),)

    pilot_id: int = points_to("pilot.id", index=False)
    cause_id: int = points_to("cause.id")
    artefact_id: int = points_to("artefact.id")
    taken_at: datetime = instant()
    taken_by: int = points_to("person.id")
