"""Journeys: the stages that a customer goes through, and the touchpoints met there, in order."""

from sqlalchemy import SmallInteger, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, points_to, text
from app.web import FormModel


class Journey(Row, table=True):
    """The way of one kind of customer. `version` grows with every change of its stages and touchpoints too."""

    __tablename__ = "journey"

    name: str = Field(max_length=120, unique=True)
    description: str = text()
    for_whom: str = Field(default="", max_length=200)
    version: int = 1


class JourneyStage(Row, table=True):
    __tablename__ = "journey_stage"
    __table_args__ = (UniqueConstraint("journey_id", "name"),)

    journey_id: int = points_to("journey.id", index=False)
    place: int = Field(sa_type=SmallInteger)
    name: str = Field(max_length=120)


class JourneyTouchpoint(Row, table=True):
    """A touchpoint at a stage. It may stand in several journeys, and twice in one that comes back to it."""

    __tablename__ = "journey_touchpoint"
    __table_args__ = (UniqueConstraint("stage_id", "touchpoint_id"),)

    stage_id: int = points_to("journey_stage.id", index=False)
    touchpoint_id: int = points_to("touchpoint.id")
    place: int = Field(sa_type=SmallInteger)


class JourneyForm(FormModel):
    name: str = Field(min_length=1, max_length=120)
    for_whom: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=5_000)
    version: int = 0


class ArrangeForm(FormModel):
    """One change of a journey's order: `do` says which, on the stage and the touchpoint that are named by id."""

    do: str
    version: int
    stage: int | None = None
    touchpoint: int | None = None
    name: str = Field(default="", max_length=200)
