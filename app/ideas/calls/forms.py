"""What the chair fills in to make a call, and what an idea's form asks beside its own fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field as Limits
from pydantic import StringConstraints, create_model

from app.ideas.calls.models import MOST_QUESTIONS, AnswerKind, CallQuestion
from app.ideas.forms import SomeId
from app.web import Form, FormModel

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Limits(ge=FIRST, le=LAST)]
Words = Annotated[str, StringConstraints(max_length=300)]
Choices = Annotated[str, StringConstraints(max_length=2000)]
LONGEST_ANSWER = 500
MOST_CHOICES = 20


class CallForm(FormModel):
    process: SomeId
    question: Annotated[str, StringConstraints(min_length=5, max_length=200)]
    brief: Annotated[str, StringConstraints(max_length=10_000)] = ""
    criteria: Annotated[str, StringConstraints(max_length=5_000)] = ""
    sponsor: SomeId | None = None
    departments: Annotated[list[SomeId], Limits(max_length=200)] = Limits(default_factory=list)
    opens_on: Day
    closes_on: Day
    version: int | None = None


ROWS: dict[str, Any] = {}
for _row in range(1, MOST_QUESTIONS + 1):
    ROWS[f"words_{_row}"] = (Words, "")
    ROWS[f"kind_{_row}"] = (AnswerKind, AnswerKind.TEXT)
    ROWS[f"choices_{_row}"] = (Choices, "")
    ROWS[f"required_{_row}"] = (str | None, None)
FilledCall: type[CallForm] = create_model("FilledCall", __base__=CallForm, **ROWS)


@dataclass(frozen=True)
class Question:
    words: str
    kind: AnswerKind
    choices: str
    required: bool


def questions_in(form: Form[CallForm]) -> list[Question]:
    """The extra questions as they were typed; what is wrong with one stands beside it."""
    data: Any = form.data
    found = []
    for row in range(1, MOST_QUESTIONS + 1):
        words, kind = getattr(data, f"words_{row}"), getattr(data, f"kind_{row}")
        options = list(dict.fromkeys(one.strip() for one in getattr(data, f"choices_{row}").split("\n") if one.strip()))
        if not words:
            continue
        if kind is AnswerKind.CHOICE and not 2 <= len(options) <= MOST_CHOICES:
            form.refuse(f"choices_{row}", f"Write between two and {MOST_CHOICES} choices, one a line.")
        if any(len(option) > LONGEST_ANSWER for option in options):
            form.refuse(f"choices_{row}", f"A choice has at most {LONGEST_ANSWER} characters.")
        own = "\n".join(options) if kind is AnswerKind.CHOICE else ""
        found.append(Question(words, kind, own, getattr(data, f"required_{row}") == "on"))
    return found


def wrong(question: CallQuestion, answer: str, *, submitting: bool) -> str:
    """What is wrong with an answer; nothing where it fits."""
    if not answer:
        return "The call asks for this." if question.required and submitting else ""
    if len(answer) > LONGEST_ANSWER:
        return f"At most {LONGEST_ANSWER} characters fit here."
    if question.kind is AnswerKind.CHOICE and answer not in question.options:
        return "Choose one of the offered answers."
    if question.kind is AnswerKind.NUMBER and not a_number(answer):
        return "Write a number, such as 1200 or 1200.50."
    return ""


def a_number(words: str) -> bool:
    whole, _, rest = words.removeprefix("-").partition(".")
    digits = whole + rest
    return bool(whole) and digits.isascii() and digits.isdigit() and len(digits) <= 18


def field_of(question_id: int) -> str:
    return f"q_{question_id}"


def own_fields(names: Sequence[str]) -> set[str]:
    """Of the names in an idea's form, those that are a call's."""
    return {name for name in names if name == "call" or (name.startswith("q_") and name[2:].isdigit())}
