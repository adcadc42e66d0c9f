"""What people type into the forms of review: one plain model a form, beside the tables it is for."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, create_model, model_validator

from app.review.models import Verdict
from app.web import FormModel

Name = Annotated[str, Field(min_length=1, max_length=160)]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]
Remark = Annotated[str, Field(max_length=10_000)]
PersonId = Annotated[int, Field(ge=1)]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal("1e12"), decimal_places=2)]
ROWS = 8  # criteria that a scorecard can have
LEVELS = 5


class RoundForm(FormModel):
    name: Name
    due: date
    blind: Literal["on", ""] = ""
    custodian: PersonId | None = None
    ideas: list[PersonId] = Field(default_factory=list)
    reviewers: list[PersonId] = Field(default_factory=list)
    version: int | None = None


class ReviewerForm(FormModel):
    person: PersonId


class ReasonForm(FormModel):
    reason: Words


class DecisionForm(FormModel):
    verdict: Verdict
    reason: Words
    day: date | None = None
    meeting: PersonId | None = None
    present: list[PersonId] = Field(default_factory=list)
    instead_of: PersonId | None = None

    @model_validator(mode="after")
    def has_its_day(self) -> Self:
        if self.verdict not in (Verdict.DEFER, Verdict.DO_NOW):
            self.day = None
        return self


class OwnersForm(FormModel):
    possible: Literal["yes", "no"]
    start: Annotated[str, Field(max_length=200)] = ""
    cost: Amount | None = None
    words: Words


class RemarksForm(FormModel):
    """A review: scores come beside these, a field for each criterion."""

    to_authors: Remark = ""
    to_committee: Remark = ""
    do: Literal["keep", "submit"] = "keep"


Mark = Literal["1", "2", "3", "4", "5", "na", ""]


def field_of(criterion_id: int) -> str:
    return f"c{criterion_id}"


@lru_cache(maxsize=64)
def review_form(criteria: tuple[int, ...]) -> type[RemarksForm]:
    """The form of one scorecard."""
    fields: dict[str, Any] = {field_of(criterion): (Mark, "") for criterion in criteria}
    return create_model("ReviewForm", __base__=RemarksForm, **fields)


def card_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for row in range(1, ROWS + 1):
        fields[f"criterion_{row}"] = (Annotated[str, Field(max_length=120)], "")
        fields[f"question_{row}"] = (Annotated[str, Field(max_length=300)], "")
        fields[f"weight_{row}"] = (Annotated[int, Field(ge=1, le=100)] | None, None)
        fields[f"required_{row}"] = (Literal["on", ""], "")
        fields[f"levels_{row}"] = (Annotated[str, Field(max_length=600)], "")
    return fields


class CardBase(FormModel):
    committee: PersonId
    name: Annotated[str, Field(min_length=1, max_length=120)]
    number: int  # the version that was looked at: of two who edit at once, one is told so


CardForm: type[CardBase] = create_model("CardForm", __base__=CardBase, **card_fields())
