"""The forms of artefacts: what each asks, in the order in which it is asked.

A field without a default is needed at once; one with an empty default can wait until the gate, which names it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from app.columns import Minor
from app.pilots.models import Result
from app.web import FormModel

BOXES = 6


def short(label: str, help: str = "", **more: Any) -> Any:
    return Field(title=label, description=help, max_length=200, **more)


def words(label: str, help: str = "", **more: Any) -> Any:
    return Field(title=label, description=help, max_length=4000, json_schema_extra={"as": "words"}, **more)


def lines(label: str, help: str = "", **more: Any) -> Any:
    """A list, one entry a line."""
    return Field(title=label, description=help, max_length=4000, json_schema_extra={"as": "lines"}, **more)


def pick(label: str, of: str, help: str = "", **more: Any) -> Any:
    """One of the pilot's people or of its artefacts of one kind, by id."""
    return Field(title=label, description=help, json_schema_extra={"of": of}, **more)


def plain(label: str, help: str = "", **more: Any) -> Any:
    return Field(title=label, description=help, **more)


def whole_cents(amount: Decimal) -> Decimal:
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > Minor.exponent:
        raise ValueError(f"At most {Minor.exponent} decimal places fit this currency")
    return amount


Amount = Annotated[Decimal, Field(max_digits=14, allow_inf_nan=False), AfterValidator(whole_cents)]
Figure = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]


class BarrierKind(StrEnum):
    RULE = "rule or law"
    MONEY = "money"
    TECHNOLOGY = "technology"
    PEOPLE = "people and skills"
    ORGANISATION = "organisation"
    CUSTOMER = "customers’ habits"
    PARTNER = "partners and suppliers"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    BLOCKING = "blocking"


class Barrier(FormModel):
    what: str = short("What stands in the way", min_length=3)
    kind: BarrierKind | None = plain("Kind", default=None)
    severity: Severity | None = plain("Severity", default=None)
    owner: int | None = pick("Owner", "people", "Who sees to it.", default=None)
    way: str = words("A way past it", default="")


class Challenge(FormModel):
    statement: str = words("The challenge, as one question", "How might … so that …?", min_length=10)
    measure: str = short("What the target is counted in", "Such as: rating of security by families.", default="")
    today: Figure | None = plain("Today", "The figure it starts from.", default=None)
    target: Figure | None = plain("Target", "The figure that would meet the challenge.", default=None)
    by: date | None = plain("By when", default=None)


class Canvas(FormModel):
    """Business Model Canvas: nine boxes."""

    kp: str = lines("Key partners", default="")
    ka: str = lines("Key activities", default="")
    kr: str = lines("Key resources", default="")
    vp: str = lines("What customers get", default="")
    cr: str = lines("Relationship", default="")
    ch: str = lines("Channels", default="")
    cs: str = lines("For whom", default="")
    co: str = lines("What it costs", default="")
    re: str = lines("What it brings", default="")


class Jobs(FormModel):
    """Jobs to be Done."""

    when: str = lines("When", "The situation that the customer is in.", default="")
    want: str = lines("They want to", "The job itself.", default="")
    so: str = lines("So that", "What is better afterwards.", default="")
    feel: str = lines("They want to feel, and be seen as", default="")
    today: str = lines("What they make do with today", default="")
    hold: str = lines("What holds them back", default="")
    job: int | None = pick("The job that it cites", "customer jobs", "Of those that are written down.", default=None)


class Ocean(FormModel):
    """Blue Ocean: four lists."""

    eliminate: str = lines("Eliminate", "What everybody offers and nobody needs.", default="")
    reduce: str = lines("Reduce", "Well below what is usual.", default="")
    raise_: str = lines("Raise", "Well above what is usual.", default="")
    create: str = lines("Create", "What nobody has offered yet.", default="")


class Mind(FormModel):
    """A free mind map, as an indented list."""

    centre: str = short("In the middle", min_length=2)
    branches: str = lines("Branches", "One a line; two blanks deeper make a twig of the line above.", default="")


class OwnCanvas(FormModel):
    """The organisation's own canvas: up to six boxes with names."""

    name: str = short("Name of the canvas", min_length=2)
    box_1: str = short("Box 1", default="")
    in_1: str = lines("In box 1", default="")
    box_2: str = short("Box 2", default="")
    in_2: str = lines("In box 2", default="")
    box_3: str = short("Box 3", default="")
    in_3: str = lines("In box 3", default="")
    box_4: str = short("Box 4", default="")
    in_4: str = lines("In box 4", default="")
    box_5: str = short("Box 5", default="")
    in_5: str = lines("In box 5", default="")
    box_6: str = short("Box 6", default="")
    in_6: str = lines("In box 6", default="")

    @model_validator(mode="after")
    def every_list_has_a_name(self) -> "OwnCanvas":
        for number in range(1, BOXES + 1):
            if getattr(self, f"in_{number}") and not getattr(self, f"box_{number}"):
                raise ValueError(f"Name box {number}, or empty it")
        return self


class Scenario(FormModel):
    name: str = short("Name", "A few words that everybody remembers.", min_length=2)
    story: str = words("What if", "How things would stand if this boundary were elsewhere.", default="")
    boundary: str = short("The boundary that it moves", default="")


class Opportunity(FormModel):
    name: str = short("Opportunity area", min_length=2)
    scenario: int | None = pick("The scenario that opens it", "scenario", default=None)
    why: str = words("Why it ranks where it does", default="")


class Concept(FormModel):
    name: str = short("Name", min_length=2)
    does: str = words("How it works", default="")
    area: int | None = pick("The opportunity area that it is for", "opportunity", default=None)


class Chosen(FormModel):
    concept: int = pick("The concept", "concept")
    reason: str = words("Why this one", min_length=3)


class Milestone(FormModel):
    what: str = short("What is reached", min_length=2)
    on: date | None = plain("On", default=None)
    owner: int | None = pick("Who answers for it", "people", default=None)
    reached: date | None = plain("Reached on", "Leave empty until it is.", default=None)


class Bearing(StrEnum):
    UNTESTED = "not tested yet"
    HOLDS = "holds"
    BROKEN = "broken"


class Assumption(FormModel):
    what: str = short("What we take for granted", min_length=3)
    test: str = words("The test that would break it", default="")
    bearing: Bearing = plain("So far it", default=Bearing.UNTESTED)


class Moment(FormModel):
    """One row of the experience map: a stage of the journey at a touchpoint."""

    stage: str = short("Stage of the journey", min_length=2)
    touchpoint: str = short("Touchpoint", default="")
    does: str = words("The customer does", default="")
    feels: str = words("Feels", default="")
    needs: str = words("Needs", default="")
    wrong: str = words("What can go wrong", default="")
    guard: str = words("What guards against it", default="")


class Hypothesis(FormModel):
    believe: str = words("We believe that", "What we do, for whom.", min_length=5)
    then: str = words("Then", "What customers will feel or do, that can be measured.", default="")


class Trial(FormModel):
    where: str = short("Where it runs", min_length=2)
    begins: date | None = plain("From", default=None)
    ends: date | None = plain("To", default=None)

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> "Trial":
        if self.begins and self.ends and self.ends < self.begins:
            raise ValueError("It ends before it begins")
        return self


class Ending(FormModel):
    """What the pilot ends in."""

    result: Result = plain("Result")
    learned: str = words("What was learned", min_length=3)


class Chance(StrEnum):
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"
    CERTAIN = "certain"


class Harm(StrEnum):
    LITTLE = "little"
    SOME = "some"
    MUCH = "much"
    SEVERE = "severe"


class RiskState(StrEnum):
    OPEN = "open"
    GUARDED = "guarded"
    HAPPENED = "happened"
    GONE = "gone"


class Risk(FormModel):
    what: str = short("What can go wrong", min_length=3)
    chance: Chance = plain("Chance", default=Chance.POSSIBLE)
    harm: Harm = plain("Harm", default=Harm.SOME)
    guard: str = short("What guards against it", default="")
    owner: int | None = pick("Owner", "people", default=None)
    state: RiskState = plain("State", default=RiskState.OPEN)


class Prototype(FormModel):
    name: str = short("Prototype", min_length=2)
    shows: str = words("What it shows", default="")
    learned: str = words("What people did with it", default="")


class Tried(FormModel):
    what: str = short("What was tried", min_length=3)
    assumption: int | None = pick("The assumption that it was to break", "assumption", default=None)
    on: date | None = plain("On", default=None)
    found: str = words("What came out", default="")
