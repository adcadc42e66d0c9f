"""The team that an address names."""

from typing import Annotated

from fastapi import Depends

from app.people.found import found
from app.people.models import Team
from app.teams.queries import visible_to

TheTeam = Annotated[Team, Depends(found(Team, visible_to))]
