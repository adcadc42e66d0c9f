"""What an absence is entered with."""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.columns import LARGEST_ID
from app.web import FormModel

LONGEST = timedelta(days=366)
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class AbsenceForm(FormModel):
    begins: Day
    ends: Day

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.ends < self.begins:
            raise ValueError("The last day comes before the first.")
        if self.ends - self.begins > LONGEST:
            raise ValueError("A year at most: who is away for longer gives the seat back.")
        return self


class MembersAbsenceForm(AbsenceForm):
    """Entered by the chair, for a member."""

    person: Annotated[int, Field(ge=1, le=LARGEST_ID)]
