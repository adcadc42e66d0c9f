"""What pilots that have ended came to, by the idea that they are of: for whoever forecast it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.pilots.models import Measure, Pilot, PilotStage
from app.pilots.queries import visible_to


@dataclass(frozen=True)
class Effect:
    """A measured effect as the pilot's page shows it. `low` and `high` None where it was typed by hand."""

    pilot_id: int
    measure: str
    change: float
    low: float | None
    high: float | None


def effects_of(db: Session, actor: Actor, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Effect]:
    """By idea and outcome, of pilots that have ended, where they measured that outcome; by idea and "" the first
    measure that has an interval, else the first. One statement."""
    if not wanted:
        return {}
    query = (
        select(Measure, col(Pilot.idea_id))
        .join(Pilot, col(Pilot.id) == col(Measure.pilot_id))
        .where(
            col(Pilot.idea_id).in_({idea for idea, _ in wanted}),
            col(Pilot.stage) != PilotStage.RUNNING,
            col(Measure.change).is_not(None),
            col(Measure.replaced_by).is_(None),
            col(Measure.withdrawn_at).is_(None),
            visible_to(actor),
        )
        .order_by(col(Measure.run).desc(), col(Measure.id))
    )
    found: dict[int, list[Measure]] = {}
    for measure, idea in db.execute(query):
        found.setdefault(idea, []).append(measure)
    came = {(idea, named): chosen(found.get(idea, ()), named) for idea, named in wanted}
    return {key: effect(measure) for key, measure in came.items() if measure}


def chosen(measures: Collection[Measure], named: str) -> Measure | None:
    """Of the last run. An outcome that was not measured is held against no other."""
    key = named.strip().casefold()
    same = [one for one in measures if key in (one.name.casefold(), one.outcome.casefold())]
    sure = [one for one in measures if one.change_low is not None]
    return next(iter(same if key else sure or measures), None)


def effect(measure: Measure) -> Effect:
    assert measure.change is not None
    return Effect(measure.pilot_id, measure.name, measure.change, measure.change_low, measure.change_high)
