"""What is typed about who reviews what."""

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from app.columns import LARGEST_ID
from app.ideas.models import Area
from app.review.assignment.models import MOST_EACH, Wish
from app.review.assignment.planning import Way
from app.web import FormModel

SomeId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Said = Literal["want", "can", "rather not", ""]


class PlanForm(FormModel):
    """A plan as it was looked at: `seal` is of what it gives and moves, `version` of the round."""

    way: Way
    seal: str
    version: int


class GiveForm(FormModel):
    idea: SomeId
    person: SomeId


class TakeForm(FormModel):
    idea: SomeId
    person: SomeId
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class WishesForm(FormModel):
    """A member's own: how many they take, what they know well; a field for each idea comes beside these."""

    most: Annotated[int, Field(ge=0, le=MOST_EACH)] | None = None
    processes: list[SomeId] = Field(default_factory=list)
    areas: list[Area] = Field(default_factory=list)


def field_of(idea_id: int) -> str:
    return f"i{idea_id}"


@lru_cache(maxsize=64)
def wishes_form(ideas: tuple[int, ...]) -> type[WishesForm]:
    fields: dict[str, Any] = {field_of(idea): (Said, "") for idea in ideas}
    return create_model("FilledWishes", __base__=WishesForm, **fields)


def wishes_of(ideas: tuple[int, ...], typed: WishesForm) -> dict[int, Wish]:
    said = {idea: getattr(typed, field_of(idea)) for idea in ideas}
    return {idea: Wish(word) for idea, word in said.items() if word and word != Wish.CAN}
