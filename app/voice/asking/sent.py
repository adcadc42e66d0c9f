"""A batch of answers as JSON: strict in its types, and every mistake named by where it stands, what it is, and why."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from app.columns import now
from app.errors import Invalid, WrongParts
from app.voice.asking.queries import Design, Question
from app.voice.asking.storing import LONGEST_REMARK, Answer
from app.voice.importing.limits import quoted
from app.voice.importing.packing import MISSING, NOT_APPLICABLE
from app.voice.importing.table import plain
from app.web import sound
from app.web.forms import in_words

MOST = 1_000
SHOWN = 50
MOST_OF_A_SCALE = 100_000
UNUSED = "not applicable"
AHEAD = timedelta(hours=14)  # somewhere it is tomorrow already


def storable(value: str) -> str:
    try:
        return sound(value)
    except Invalid as error:
        raise ValueError(str(error)) from error


def filled(value: str) -> str:
    if not value.strip():
        raise ValueError("This is needed.")
    return value.strip()


def a_day(value: object) -> date:
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("Write a day as text, such as 2026-11-26.") from error


def an_answer(value: object) -> float | str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | None):
        raise ValueError(f"An answer is a number, “{UNUSED}” or null.")
    return value


def a_weight(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("A weight is a number.")
    if not (0 < value < 1e9):
        raise ValueError("A weight is more than 0 and less than 1,000,000,000.")
    return float(value)


Text = Annotated[str, AfterValidator(storable)]
Name = Annotated[Text, Field(min_length=1, max_length=200), AfterValidator(filled)]
Told = Annotated[
    Any,
    BeforeValidator(an_answer),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"const": UNUSED}, {"type": "null"}]}),
]
Day = Annotated[date, BeforeValidator(a_day), WithJsonSchema({"type": "string", "format": "date"})]
Weight = Annotated[
    float | None,
    BeforeValidator(a_weight),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]}),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class Comment(Strict):
    """Words to one question. Empty words are left out."""

    question: Annotated[Text, Field(max_length=200)] = ""
    text: Annotated[Text, Field(max_length=LONGEST_REMARK)]


class Response(Strict):
    """One customer's answer. What is left out, or null, was not answered."""

    respondent: Annotated[Name, Field(description="One response a respondent in a source. Not a name, not an address.")]
    date: Annotated[Day | None, Field(description="The day of the answer; today where it is left out.")] = None
    outcomes: dict[Text, Told] = {}
    ratings: Annotated[
        dict[Text, Told], Field(description="By touchpoint: a step of its scale, or not applicable.")
    ] = {}
    segments: dict[Text, Annotated[Text, Field(max_length=200)] | None] = {}
    comments: Annotated[list[Comment], Field(max_length=20)] = []
    weight: Weight = None
    account: Name | None = None


class Sent(Strict):
    """Up to 1,000 responses for one source that is collecting: all are stored, or none."""

    source: Annotated[
        int | str,
        Field(description="Its number or its name."),
        AfterValidator(lambda v: storable(v) if v == str(v) else v),
    ]
    responses: Annotated[list[Response], Field(min_length=1, max_length=MOST)]


class Done(Strict):
    """What became of a batch. The same key and body again get the same answer, and store nothing."""

    source: int
    stored: Annotated[int, Field(description="New responses.")]
    skipped: Annotated[int, Field(description="Of respondents who are in the source already with the same answers.")]
    responses: Annotated[int, Field(description="Of the source, with these.")]


class Part(Strict):
    """One thing that is wrong: at which response (from 0), in which of its fields, what stands there, and why."""

    index: int | None
    field: str
    value: Any
    detail: str


class Problem(Strict):
    """RFC 9457."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    request: Annotated[str, Field(description="For whoever helps you.")]
    errors: list[Part] = []


def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would let the last of two win."""
    told = dict(pairs)
    if len(told) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise Invalid(f"The name {quoted(twice)} stands twice in one object.")
    return told


def no_number(words: str) -> float:
    raise Invalid(f"{words} is not a number that JSON knows.")


def read(body: bytes) -> Sent:
    try:
        told = json.loads(body.decode(), object_pairs_hook=unique, parse_constant=no_number)
    except UnicodeDecodeError as error:
        raise Invalid("The body is not UTF-8 text.") from error
    except RecursionError as error:
        raise Invalid("The body is nested deeper than answers are.") from error
    except json.JSONDecodeError as error:
        raise Invalid(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:
        raise Invalid("The body holds a number with too many digits.") from error
    try:
        return Sent.model_validate(told)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise wrong([part(problem, told) for problem in found[:SHOWN]], len(found)) from error


def wrong(parts: Sequence[Mapping[str, object]], total: int) -> WrongParts:
    shown = f" The first {SHOWN} are listed." if total > SHOWN else ""
    things = "One thing is" if total == 1 else f"{total:,} things are"
    return WrongParts(f"{things} wrong; nothing of this batch was stored.{shown}", parts[:SHOWN])


def part(problem: Any, told: object) -> dict[str, object]:
    """A mistake of shape, where it stands."""
    way = list(problem["loc"])
    index = way[1] if len(way) > 1 and way[0] == "responses" and isinstance(way[1], int) else None
    within = way[2:] if index is not None else way
    names = [str(step) for step in within if step not in ("[key]", "int", "str", "constrained-str")]
    return a_part(index, ".".join(names), at(told, way), words_of(problem))


def words_of(problem: Any) -> str:
    match problem["type"]:
        case "string_type" | "string_unicode":
            return "This is text, between quotation marks, of whole characters."
        case "dict_type" | "model_type" | "model_attributes_type":
            return "This is an object of names and values."
        case "list_type":
            return "This is a list."
        case "too_long":
            things = "characters " if isinstance(problem["input"], str) else ""
            return f"At most {problem['ctx']['max_length']:,} {things}fit here."
        case "too_short":
            return "At least one is needed."
        case "extra_forbidden":
            return "There is no such field."
        case "int_type":
            return "This is a source's number, or its name as text."
        case _:
            return in_words(problem)


def at(told: object, way: Sequence[Any]) -> object:
    """What stands where a mistake is; of a name that is missing, the object that lacks it."""
    for step in way:
        if isinstance(told, dict) and step in told:
            told = told[step]
        elif isinstance(told, list):
            told = told[step] if step in range(len(told)) else told
    return told


def a_part(index: int | None, name: str, value: object, words: str) -> dict[str, object]:
    return {"index": index, "field": name[:300], "value": shown(value), "detail": words}


def shown(value: object) -> object:
    """What stands there, cut; what is half a character could not be written into the answer."""
    if isinstance(value, str):
        return value[:80].encode("utf-8", "replace").decode() + ("…" if len(value) > 80 else "")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a very large number"
    return value if isinstance(value, int | float | None) else f"{'an object' if isinstance(value, dict) else 'a list'}"


@dataclass
class Reading:
    """Sent responses against what a source asks. `parts` gathers what is wrong."""

    design: Design
    first_day: date
    last_day: date
    today: date
    parts: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        design = self.design
        self.outcomes = {plain(one.name): place for place, one in enumerate(design.outcomes)}
        self.uses = {plain(one.name): place for place, one in enumerate(design.uses)}
        self.segments = {plain(name): place for place, name in enumerate(design.segments)}

    def answers(self, sent: Sent) -> list[Answer]:
        first: dict[str, int] = {}
        told = []
        for index, one in enumerate(sent.responses):
            if (before := first.setdefault(one.respondent, index)) != index:
                self.refuse(index, "respondent", one.respondent, f"This respondent stands at index {before} already.")
            told.append(self.answer(index, one))
        if self.parts:
            raise wrong(self.parts, len(self.parts))
        return told

    def refuse(self, index: int, name: str, value: object, words: str) -> None:
        self.parts.append(a_part(index, name, value, words))

    def answer(self, index: int, one: Response) -> Answer:
        design = self.design
        outcomes = self.placed(index, "outcomes", one.outcomes, self.outcomes, design.outcomes)
        ratings = self.placed(index, "ratings", one.ratings, self.uses, design.uses)
        comments = [(said.question or "Comment", said.text.strip()) for said in one.comments if said.text.strip()]
        if all(place == MISSING for place in (*outcomes, *ratings)) and not comments:
            self.refuse(index, "outcomes", None, "This response says nothing: no outcome, no rating, no comment.")
        return Answer(
            one.respondent,
            self.day(index, one.date),
            outcomes,
            ratings,
            self.labels(index, one.segments),
            comments,
            one.weight,
            one.account,
            one.date is not None,
        )

    def day(self, index: int, day: date | None) -> date:
        if day is None:
            return min(max(self.today, self.first_day), self.last_day)
        if day > (now() + AHEAD).date():
            self.refuse(index, "date", day.isoformat(), "This day lies in the future.")
        elif not self.first_day <= day <= self.last_day:
            self.refuse(index, "date", day.isoformat(), f"This source asks from {self.first_day} to {self.last_day}.")
        return day

    def placed(
        self, index: int, name: str, told: Mapping[str, Any], known: Mapping[str, int], questions: Sequence[Question]
    ) -> list[int]:
        """Each answer as a place on its scale."""
        found = [MISSING] * len(questions)
        for key, value in told.items():
            place = self.place_of(index, name, key, known, [question.name for question in questions])
            if place is None or value is None:
                continue
            if value == UNUSED and name == "ratings":
                found[place] = NOT_APPLICABLE
                continue
            number = isinstance(value, int | float) and abs(value) < MOST_OF_A_SCALE
            step = questions[place].scale.index(value) if number else None
            if step is None:
                self.refuse(index, f"{name}.{key}", value, scale_words(questions[place], name))
            else:
                found[place] = step
        return found

    def labels(self, index: int, told: Mapping[str, str | None]) -> list[str | None]:
        found: list[str | None] = [None] * len(self.design.segments)
        for key, label in told.items():
            place = self.place_of(index, "segments", key, self.segments, self.design.segments)
            if place is not None and label is not None and label.strip():
                found[place] = label.strip()
        return found

    def place_of(self, index: int, name: str, key: str, known: Mapping[str, int], names: Iterable[str]) -> int | None:
        place = known.get(plain(key))
        if place is None:
            self.refuse(
                index, f"{name}.{key}", key, f"This source has no {SINGULAR[name]} {quoted(key)}.{nearest(key, names)}"
            )
        return place


SINGULAR = {"outcomes": "outcome", "ratings": "touchpoint", "segments": "segment"}


def scale_words(question: Question, name: str) -> str:
    scale = question.scale
    words = f"An answer to {question.name} is a whole number from {scale.worst:g} to {scale.best:g}"
    return f"{words}, or “{UNUSED}”." if name == "ratings" else f"{words}."


def nearest(word: str, names: Iterable[str]) -> str:
    """The known name that a mistaken one was most likely meant for; without a likely one, a few of all."""
    by_plain = {plain(name): name for name in names}
    close = get_close_matches(plain(word)[:200], by_plain, n=1, cutoff=0.5)
    if close:
        return f" The nearest is {quoted(by_plain[close[0]])}."
    few = ", ".join(quoted(name) for name in list(by_plain.values())[:8])
    return f" It has {few}." if few else " It has none."
