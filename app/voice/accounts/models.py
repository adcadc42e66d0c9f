"""The parts in a purchase that an organisation wants to hear."""

from typing import Annotated

from pydantic import Field as Bounded
from sqlmodel import Field

from app.columns import Row
from app.web.forms import FormModel

# Webster and Wind, "A General Model for Understanding Organizational Buying Behavior", Journal of Marketing 36, 1972.
USUAL = ("user", "decider", "buyer", "influencer")


class ExpectedPart(Row, table=True):
    """One of them, in the order of the list. None at all: the usual ones."""

    __tablename__ = "expected_part"

    place: int = 0
    name: str = Field(max_length=120, unique=True)


class PartsForm(FormModel):
    parts: Annotated[str, Bounded(min_length=1, max_length=2_000)]
