"""What is typed about conflicts."""

from typing import Annotated, Literal

from pydantic import Field

from app.columns import LARGEST_ID
from app.web import FormModel

Words = Annotated[str, Field(min_length=1, max_length=10_000)]
PersonId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class NamingForm(FormModel):
    """Authors name who should not judge their idea."""

    people: list[PersonId] = Field(default_factory=list)
    reason: Words


class AnswerForm(FormModel):
    """What is found or named, answered for one or several members with one reason."""

    people: list[PersonId] = Field(default_factory=list)
    do: Literal["confirm", "dismiss"]
    reason: Words


class EndForm(FormModel):
    conflict: PersonId
    reason: Words
