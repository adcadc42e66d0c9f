"""What the page of the calendar takes."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.web import FormModel

Weekday = Literal["0", "1", "2", "3", "4", "5", "6"]


def not_all(days: list[Weekday]) -> list[Weekday]:
    if len(set(days)) == 7:
        raise ValueError("At least one day of the week is worked on.")
    return days


class CalendarForm(FormModel):
    weekend: Annotated[list[Weekday], AfterValidator(not_all)] = Field(default_factory=list)
    fiscal_month: Annotated[int, Field(ge=1, le=12)]
    version: int


class HolidaysForm(FormModel):
    days: Annotated[str, Field(max_length=500_000)] = ""
