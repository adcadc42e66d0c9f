"""What the chair fills in: target, days, what is owed, and the hours of each member (a field each)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field as Limits
from pydantic import StringConstraints, create_model

from app.teams.models import SomeId
from app.teams.queries import Member
from app.web import Form, FormModel

ROWS = 6
MOST_HOURS = 60
Figure = Annotated[float, Limits(ge=-1e9, le=1e9, allow_inf_nan=False)]
What = Annotated[str, StringConstraints(max_length=300)]
Hours = Annotated[int, Limits(ge=1, le=MOST_HOURS)]
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Limits(ge=FIRST, le=LAST)]


class MandateForm(FormModel):
    process: SomeId
    measure: Annotated[str, StringConstraints(min_length=2, max_length=200)]
    figure_now: Figure | None = None
    figure_wanted: Figure
    target: Annotated[str, StringConstraints(max_length=4000)] = ""
    from_on: Day
    until_on: Day
    version: int | None = None  # the number of the version that stood when the form was opened


@dataclass(frozen=True)
class Due:
    what: str
    due: date


@dataclass(frozen=True)
class Given:
    """A mandate as it is to be: all of the form, checked."""

    form: MandateForm
    owed: Sequence[Due]
    hours: dict[int, int]


def model_for(members: Sequence[Member]) -> type[MandateForm]:
    """With a field for the hours of each member, and rows for what is owed."""
    fields: dict[str, Any] = {f"hours_{one.id}": (Hours | None, None) for one in members}
    for row in range(1, ROWS + 1):
        fields |= {f"what_{row}": (What, ""), f"due_{row}": (Day | None, None)}
    made: type[MandateForm] = create_model("FilledMandate", __base__=MandateForm, **fields)
    return made


def given(form: Form[MandateForm], members: Sequence[Member]) -> Given | None:
    """None where something is wrong; it then stands beside its field."""
    if form.filled is None:
        return None
    data: Any = form.filled
    if data.until_on < data.from_on:
        form.refuse("until_on", "It ends before it begins.")
    owed = []
    for row in range(1, ROWS + 1):
        what, due = getattr(data, f"what_{row}"), getattr(data, f"due_{row}")
        if what and due is None:
            form.refuse(f"due_{row}", "Say by when.")
        elif due is not None and not what:
            form.refuse(f"what_{row}", "Say what is owed on this day.")
        elif due is not None and due < data.from_on:
            form.refuse(f"due_{row}", "That is before the mandate begins.")
        elif due is not None:
            owed.append(Due(what, due))
    if not owed and not form.errors:
        form.refuse("what_1", "Say at least one thing that the team owes the committee, and by when.")
    hours = {one.id: getattr(data, f"hours_{one.id}") for one in members}
    if not any(hours.values()):
        form.refuse(f"hours_{members[0].id}" if members else "", "Say whose hours the team can count on.")
    return Given(data, owed, {who: many for who, many in hours.items() if many}) if form else None


class DoneForm(FormModel):
    """name: hand_in (with words) or not_yet (the chair's, with the reason)."""

    name: Literal["hand_in", "not_yet"]
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


class ReleaseForm(FormModel):
    name: Literal["release", "refuse"]
    note: Annotated[str, StringConstraints(max_length=1000)] = ""
