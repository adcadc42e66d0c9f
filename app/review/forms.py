"""What people type into the forms of review: one plain model a form, beside the tables it is for."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, create_model, model_validator

from app.review.assignment.models import MOST_WANTED
from app.review.models import CardUse, Lead, Preset, Sight, Verdict
from app.web import FormModel

Name = Annotated[str, Field(min_length=1, max_length=160)]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]
Remark = Annotated[str, Field(max_length=10_000)]
PersonId = Annotated[int, Field(ge=1)]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal("1e12"), decimal_places=2)]
ROWS = 8  # criteria that a scorecard can have
FEWEST_LEVELS, MOST_LEVELS = 2, 9
Switch = Literal["on", ""]


class RoundForm(FormModel):
    committee: PersonId | None = None  # for which it is prepared, where its chair heads several
    name: Name
    due: date
    preset: Preset = Preset.EVERYONE
    card: CardUse = CardUse.REVIEW
    blind: Switch = ""
    assigned: Switch = ""
    wanted: Annotated[int, Field(ge=1, le=MOST_WANTED)] = 3
    custodian: PersonId | None = None
    sight: Sight = Sight.MINE
    led_by: Lead = Lead.HEADS
    names_to_authors: Switch = ""
    opens_on: date | None = None
    closes_itself: Switch = ""
    asks_confidence: Switch = ""
    asks_forecast: Switch = ""
    ideas: list[PersonId] = Field(default_factory=list)
    reviewers: list[PersonId] = Field(default_factory=list)
    version: int | None = None


class ReviewerForm(FormModel):
    person: PersonId


class ExtendForm(FormModel):
    person: PersonId
    due: date


class CapacityForm(FormModel):
    capacity: Annotated[int, Field(ge=1, le=10_000)] | None = None
    version: int | None = None


class ReasonForm(FormModel):
    reason: Words


CONDITIONS = 6  # that a decision's form has room for
Sentence = Annotated[str, Field(max_length=1000)]


class DecisionForm(FormModel):
    verdict: Verdict
    reason: Words
    day: date | None = None
    meeting: PersonId | None = None
    present: list[PersonId] = Field(default_factory=list)
    instead_of: PersonId | None = None
    condition_1: Sentence = ""
    condition_2: Sentence = ""
    condition_3: Sentence = ""
    condition_4: Sentence = ""
    condition_5: Sentence = ""
    condition_6: Sentence = ""
    by_1: date | None = None
    by_2: date | None = None
    by_3: date | None = None
    by_4: date | None = None
    by_5: date | None = None
    by_6: date | None = None

    @model_validator(mode="after")
    def has_its_day(self) -> Self:
        if self.verdict not in (Verdict.DEFER, Verdict.DO_NOW):
            self.day = None
        return self

    def conditions(self) -> list[tuple[int, str, date | None]]:
        """Row, sentence and day of each that was typed; the sentence may be missing beside a day."""
        rows = range(1, CONDITIONS + 1)
        typed = [(row, getattr(self, f"condition_{row}"), getattr(self, f"by_{row}")) for row in rows]
        return [(row, words, by) for row, words, by in typed if words or by]


class OwnersForm(FormModel):
    possible: Literal["yes", "no"]
    start: Annotated[str, Field(max_length=200)] = ""
    cost: Amount | None = None
    words: Words


Points = Annotated[float, Field(ge=-1000, le=1000)]


class RemarksForm(FormModel):
    """A review: scores come beside these, a field for each criterion."""

    free: Literal["on", ""] = ""  # says that they have no conflict
    to_authors: Remark = ""
    to_committee: Remark = ""
    confidence: Literal["1", "2", "3", ""] = ""
    forecast: Points | None = None
    forecast_low: Points | None = None
    forecast_high: Points | None = None
    do: Literal["keep", "submit", "amend"] = "keep"
    filed: int = 0  # how often it was filed when the page was drawn: of two who amend at once one is told so

    @property
    def forecasts(self) -> tuple[float | None, float | None, float | None]:
        return self.forecast, self.forecast_low, self.forecast_high


def field_of(criterion_id: int) -> str:
    return f"c{criterion_id}"


@lru_cache(maxsize=64)
def review_form(criteria: tuple[tuple[int, int], ...]) -> type[RemarksForm]:
    """The form of one scorecard: (criterion, how many levels its scale has)."""
    fields: dict[str, Any] = {field_of(criterion): (mark(levels), "") for criterion, levels in criteria}
    return create_model("ReviewForm", __base__=RemarksForm, **fields)


def mark(levels: int) -> Any:
    """A level, "can't say", or nothing yet."""
    return Literal[(*(str(level) for level in range(1, levels + 1)), "na", "")]


def card_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for row in range(1, ROWS + 1):
        fields[f"criterion_{row}"] = (Annotated[str, Field(max_length=120)], "")
        fields[f"question_{row}"] = (Annotated[str, Field(max_length=300)], "")
        fields[f"weight_{row}"] = (Annotated[int, Field(ge=1, le=100)] | None, None)
        fields[f"required_{row}"] = (Switch, "")
        fields[f"shown_{row}"] = (Switch, "")
        fields[f"levels_{row}"] = (Annotated[str, Field(max_length=600)], "")
    return fields


class CardBase(FormModel):
    committee: PersonId
    use: CardUse = CardUse.REVIEW
    name: Annotated[str, Field(min_length=1, max_length=120)]
    number: int  # the version that was looked at: of two who edit at once, one is told so


CardForm: type[CardBase] = create_model("CardForm", __base__=CardBase, **card_fields())
