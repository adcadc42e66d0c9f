"""The pilot that an address names."""

from typing import Annotated

from fastapi import Depends, Path

from app.people.found import found
from app.pilots.models import Pilot
from app.pilots.queries import visible_to

ThePilot = Annotated[Pilot, Depends(found(Pilot, visible_to))]
StepNumber = Annotated[int, Path(ge=1, le=6)]
