"""What forms about ideas ask."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, ValidationInfo, field_validator
from pydantic import Field as Limits

from app.columns import LARGEST_ID, Minor
from app.ideas.models import Area, Audience, Novelty
from app.web import FormModel

MOST_LETTERS = 20_000
YEARS = (1, 2, 3)
Long = Annotated[str, StringConstraints(max_length=MOST_LETTERS)]
SomeId = Annotated[int, Limits(ge=1, le=LARGEST_ID)]


def whole_minor(amount: Decimal | None) -> Decimal | None:
    if amount is not None and amount.scaleb(Minor.exponent) != amount.scaleb(Minor.exponent).to_integral_value():
        raise ValueError("That has more decimal places than the currency.")
    return amount


Cost = Annotated[Decimal, Limits(ge=0, le=10**12, allow_inf_nan=False), AfterValidator(whole_minor)]
Points = Annotated[float, Limits(ge=-1e9, le=1e9, allow_inf_nan=False)]


class IdeaForm(FormModel):
    """What the author writes. `then`: keep it as a draft, submit it at once, or have it kept as a signal; or only look
    again: at what customers say of the process, at similar ideas."""

    process: SomeId
    team: SomeId | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    story: Long = ""
    change: Long = ""
    needs: Long = ""
    risks: Long = ""
    novelty: Novelty = Novelty.INCREMENTAL
    area: Area = Area.SERVICE
    forecast_of: Annotated[str, StringConstraints(max_length=200)] = ""
    forecast_low: Points | None = None
    forecast: Points | None = None
    forecast_high: Annotated[Points | None, Limits(validate_default=True)] = None
    cost: Cost | None = None
    benefit_1: Cost | None = None
    cost_1: Cost | None = None
    benefit_2: Cost | None = None
    cost_2: Cost | None = None
    benefit_3: Cost | None = None
    cost_3: Cost | None = None
    jobs: Annotated[list[SomeId], Limits(max_length=20)] = Limits(default_factory=list)
    audience: Audience = Audience.EVERYONE
    departments: Annotated[list[SomeId], Limits(max_length=200, validate_default=True)] = Limits(default_factory=list)
    unnamed: Literal["on"] | None = None
    cites: Annotated[list[SomeId], Limits(max_length=20)] = Limits(default_factory=list)
    window: Annotated[str, StringConstraints(max_length=40)] = ""
    version: int | None = None
    then: Literal["draft", "submit", "signal", "look", "similar"] = "draft"
    near: Literal["", "ask", "shown"] = ""  # whether near ideas are shown before it is submitted, or were
    relations: Annotated[list[str], Limits(max_length=60)] = Limits(default_factory=list)  # "12:builds_on"

    @field_validator("forecast_high")
    @classmethod
    def a_forecast_is_whole(cls, high: float | None, told: ValidationInfo) -> float | None:
        low, likely = told.data.get("forecast_low"), told.data.get("forecast")
        if low is None and likely is None and high is None:
            return None
        if low is None or likely is None or high is None or not told.data.get("forecast_of"):
            raise ValueError("A forecast says what it moves, and by how much: at least, most likely, at most.")
        if not low <= likely <= high:
            raise ValueError("A forecast goes from the least over the likeliest to the most.")
        return high

    @field_validator("departments")
    @classmethod
    def somebody_sees_it(cls, departments: list[int], told: ValidationInfo) -> list[int]:
        if told.data.get("audience") is Audience.DEPARTMENTS and not departments:
            raise ValueError("Name the departments that see it.")
        return departments

    @field_validator("unnamed")
    @classmethod
    def writes_alone(cls, unnamed: str | None, told: ValidationInfo) -> str | None:
        if unnamed and told.data.get("team") is not None:
            raise ValueError("A team cannot write without a name. Write alone, or put your names to it.")
        return unnamed

    @property
    def years(self) -> dict[int, tuple[Decimal | None, Decimal | None]]:
        """Year -> benefit and cost, of the years in which something is said."""
        said = {year: (getattr(self, f"benefit_{year}"), getattr(self, f"cost_{year}")) for year in YEARS}
        return {year: pair for year, pair in said.items() if pair != (None, None)}


class VoteForm(FormModel):
    value: Literal["on", "off"]


class GuestForm(FormModel):
    """A guest by address; `off` takes the invitation back."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254, to_lower=True)]
    value: Literal["on", "off"] = "on"
