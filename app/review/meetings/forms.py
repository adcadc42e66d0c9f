"""What people type into the forms of meetings and motions."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.review.forms import Name, PersonId, Words
from app.review.meetings.models import Say
from app.review.models import Verdict
from app.web import FormModel

Length = Annotated[int, Field(ge=5, le=720)]
Slot = Annotated[int, Field(ge=1, le=240)]


class MeetingForm(FormModel):
    committee: PersonId | None = None  # for which it is planned, where its chair heads several
    name: Name
    day: date
    at: time
    minutes: Length = 90
    place: Annotated[str, Field(max_length=200)] = ""
    ideas: list[PersonId] = Field(default_factory=list)
    version: int | None = None


class AttendanceForm(FormModel):
    present: list[PersonId] = Field(default_factory=list)


class PresenceForm(FormModel):
    value: Literal["here", "away"]


class OrderForm(FormModel):
    do: Literal["up", "down", "best"]
    item: PersonId | None = None


class ItemForm(FormModel):
    minutes: Slot
    presenters: list[PersonId] = Field(default_factory=list)


class FloorForm(FormModel):
    """Which item is on; none ends the one that is."""

    item: PersonId | None = None


class InvitationForm(FormModel):
    version: int


class MotionForm(FormModel):
    verdict: Verdict
    day: date | None = None
    words: Words
    secret: Literal["on", ""] = ""
    meeting: PersonId | None = None
    due: date | None = None

    @model_validator(mode="after")
    def has_its_days(self) -> Self:
        if self.verdict not in (Verdict.DEFER, Verdict.DO_NOW):
            self.day = None
        if self.meeting:
            self.due = None
        return self


class VoteForm(FormModel):
    value: Say


class DissentForm(FormModel):
    words: Words


class AnewForm(FormModel):
    why: Words
    version: int
