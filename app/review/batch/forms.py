"""The form that decides several ideas at once: one verdict, one reason, and another reason for some of them."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from app.review.forms import DecisionForm, PersonId
from app.review.models import Verdict
from app.web import FormModel

Words = Annotated[str, Field(max_length=10_000)]
MOST = 100  # ideas that one word decides


class BatchForm(FormModel):
    """`shown`: what the page showed of the consequences; without it nothing is applied."""

    verdict: Literal[Verdict.DECLINE, Verdict.DEFER, Verdict.RETURN, Verdict.APPROVE]
    reason: Words = ""
    day: date | None = None
    meeting: PersonId | None = None
    present: list[PersonId] = Field(default_factory=list)
    ideas: list[PersonId] = Field(default_factory=list, max_length=MOST)
    shown: Annotated[str, Field(max_length=64)] = ""
    do: Literal["look", "apply"] = "look"

    def why(self, idea_id: int) -> str:
        own: str = getattr(self, reason_of(idea_id), "")
        return own or self.reason

    def of(self, idea_id: int) -> DecisionForm:
        """What is recorded of one idea. Its reason is there: `mistakes` has looked."""
        return DecisionForm(
            verdict=self.verdict,
            reason=self.why(idea_id),
            day=self.day,
            meeting=self.meeting,
            present=self.present,
        )


def reason_of(idea_id: int) -> str:
    return f"reason_{idea_id}"


@lru_cache(maxsize=64)
def batch_form(ideas: tuple[int, ...]) -> type[BatchForm]:
    """The form of one round: a reason of its own for each of its ideas."""
    fields: dict[str, Any] = {reason_of(idea): (Words, "") for idea in ideas}
    return create_model("BatchForm", __base__=BatchForm, **fields)
