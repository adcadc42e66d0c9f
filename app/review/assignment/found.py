"""The round that an address names, as every page of its assignment finds it."""

from typing import Annotated

from fastapi import Depends

from app.people.found import found
from app.review.models import Round
from app.review.rounds import visible_to

TheRound = Annotated[Round, Depends(found(Round, visible_to))]
