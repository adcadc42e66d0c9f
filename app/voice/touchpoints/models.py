"""Other names of a touchpoint, kept so that the next wave finds it; and what the register's forms ask for."""

from datetime import datetime
from typing import Literal

from sqlmodel import Field

from app.columns import Row, instant, points_to
from app.voice.models import Factor
from app.web import FormModel


class TouchpointAlias(Row, table=True):
    __tablename__ = "touchpoint_alias"

    touchpoint_id: int = points_to("touchpoint.id")
    name: str = Field(max_length=200)
    key: str = Field(max_length=200, unique=True)  # the name casefolded; no touchpoint that is in use has it
    person_id: int | None = points_to("person.id", nullable=True)
    made_at: datetime = instant()


class TouchpointForm(FormModel):
    name: str = Field(min_length=1, max_length=200)
    factor: Factor | None = None
    journey: str = Field(default="", max_length=120)
    stage: str = Field(default="", max_length=120)
    aliases: str = Field(default="", max_length=4_000)  # one a line
    version: int = 0


class MomentForm(FormModel):
    moment: Literal["on", "off"]
    reason: str = Field(min_length=1, max_length=1_000)
    version: int = 0


class MergeForm(FormModel):
    into: int
    reason: str = Field(min_length=1, max_length=1_000)
