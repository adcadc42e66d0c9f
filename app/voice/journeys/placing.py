"""What survey maps say of a touchpoint's journey and stage, drawn into journeys: the one place where the two meet.

The texts of the maps stay with the touchpoint as they were written. They place it when they say something new; where a
person has put it since is left alone.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.journeys.models import Journey, JourneyStage, JourneyTouchpoint
from app.voice.models import Touchpoint

NOT_SAID = "At any time"


def settle(db: Session, touchpoint: Touchpoint) -> None:
    """Give the touchpoint its place at the end of the stage that its texts name, unless the journey has it."""
    if not touchpoint.journey:
        return
    journey = the_journey(db, touchpoint.journey)
    stages = stages_of(db, journey.id)
    there = select(col(JourneyTouchpoint.id)).where(
        col(JourneyTouchpoint.touchpoint_id) == touchpoint.id,
        col(JourneyTouchpoint.stage_id).in_([stage.id for stage in stages]),
    )
    if db.scalars(there).first() is None:
        stage = the_stage(db, journey, stages, touchpoint.stage or NOT_SAID)
        put_last(db, stage.id, touchpoint.id)
        db.execute(update(Journey).where(col(Journey.id) == journey.id).values(version=Journey.version + 1))


def the_journey(db: Session, name: str) -> Journey:
    """By its name in any case, or made."""
    known = {one.name.casefold(): one for one in db.scalars(select(Journey))}
    found = known.get(name.casefold()) or Journey(name=name)
    db.add(found)
    db.flush()
    return found


def stages_of(db: Session, journey_id: int) -> list[JourneyStage]:
    query = select(JourneyStage).where(col(JourneyStage.journey_id) == journey_id)
    return list(db.scalars(query.order_by(col(JourneyStage.place), col(JourneyStage.id))))


def the_stage(db: Session, journey: Journey, stages: list[JourneyStage], name: str) -> JourneyStage:
    known = {stage.name.casefold(): stage for stage in stages}
    last = max((stage.place for stage in stages), default=0)
    found = known.get(name.casefold()) or JourneyStage(journey_id=journey.id, place=last + 1, name=name)
    db.add(found)
    db.flush()
    return found


def put_last(db: Session, stage_id: int, touchpoint_id: int) -> None:
    here = select(func.max(col(JourneyTouchpoint.place))).where(col(JourneyTouchpoint.stage_id) == stage_id)
    place = (db.scalar(here) or 0) + 1
    db.add(JourneyTouchpoint(stage_id=stage_id, touchpoint_id=touchpoint_id, place=place))
    db.flush()
