"""What people type on the pages of committees."""

from typing import Annotated

from pydantic import Field

from app.columns import LARGEST_ID
from app.web import FormModel

AnId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]


class SubstituteForm(FormModel):
    substitute: AnId | None = None


class PassOnForm(FormModel):
    committee: AnId
    reason: Words
    version: int
