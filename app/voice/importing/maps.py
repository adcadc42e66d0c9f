"""What a file's columns mean: a survey map."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.voice.importing.cells import DateOrder, canonical
from app.voice.importing.limits import quoted
from app.voice.importing.packing import WIDE, Scale
from app.voice.importing.table import plain


class OutcomeKind(StrEnum):
    NPS = "nps"
    RATING = "rating"
    EFFORT = "effort"
    YESNO = "yesno"
    AMOUNT = "amount"


class Factor(StrEnum):
    PRODUCT = "product or service"
    INTERACTION = "interaction"
    BRAND = "brand"


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _scale(value: object) -> object:
    """ "1, 5" from a form as [1, 5]."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _cells(value: object) -> object:
    """Values of a list as a cell would hold them: "0, Blank" from a form, [0, "Blank"] from TOML."""
    parts = value.split(",") if isinstance(value, str) else value
    return [str(part) if isinstance(part, str | int | float) else part for part in _listed(parts)]  # type: ignore[attr-defined]


Name = Annotated[str, Field(min_length=1, max_length=200)]
Aliases = Annotated[list[Name], BeforeValidator(_listed), Field(min_length=1, max_length=100)]
Cells = Annotated[list[str], BeforeValidator(_cells), Field(max_length=1_000)]
FileName = Annotated[str, Field(pattern=r"^[^/\\\x00]+$", max_length=200)]
Ends = Annotated[tuple[float, float], BeforeValidator(_scale)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


class Scaled(Part):
    """A question with a scale from worst to best; `step` where half points and the like are answers."""

    scale: Ends
    step: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _ends(self) -> Self:
        _check_scale(self.scale, self.step)
        return self

    @property
    def range(self) -> Scale:
        return Scale(*self.scale, self.step)


def _check_scale(ends: tuple[float, float], step: float) -> None:
    if ends[0] == ends[1]:
        raise ValueError("the worst and the best answer are the same")
    steps = abs(ends[1] - ends[0]) / step
    if steps >= WIDE or abs(steps - round(steps)) > 1e-9:
        raise ValueError(f"the scale has to be up to {WIDE:,} whole steps long")


def _check_apart(**lists: list[str]) -> None:
    seen: dict[str, str] = {}
    for what, cells in lists.items():
        for cell in {canonical(cell) for cell in cells}:
            if other := seen.get(cell):
                raise ValueError(f"{quoted(cell)} is both {other} and {what}")
            seen[cell] = what.replace("_", " ")


class Outcome(Part):
    name: Name
    column: Aliases
    kind: OutcomeKind
    scale: Ends | None = None
    step: Annotated[float, Field(gt=0)] = 1.0
    missing: Cells = [""]
    yes: Cells = ["yes", "y", "true", "1"]
    no: Cells = ["no", "n", "false", "0"]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind in (OutcomeKind.RATING, OutcomeKind.EFFORT) and self.scale is None:
            raise ValueError(f"a {self.kind} needs a scale, such as scale = [1, 5]")
        if self.kind is OutcomeKind.NPS and self.scale not in (None, (0.0, 10.0)):
            raise ValueError("nps is asked on 0 to 10; another scale is a rating")
        if self.scale is not None:
            _check_scale(self.scale, self.step)
        if self.kind is OutcomeKind.YESNO:
            _check_apart(yes=self.yes, no=self.no, missing=self.missing)
        return self

    @property
    def range(self) -> Scale | None:
        """The scale, for the kinds that have one."""
        if self.kind is OutcomeKind.NPS:
            return Scale(0, 10)
        return Scale(*self.scale, self.step) if self.scale and self.kind in ("rating", "effort") else None


class Touchpoint(Scaled):
    name: Name
    column: Aliases
    not_applicable: Cells = []
    missing: Cells = [""]
    factor: Factor | None = None
    journey: Annotated[str, Field(max_length=200)] = ""
    stage: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        _check_apart(not_applicable=self.not_applicable, missing=self.missing)
        return self


class Segment(Part):
    """`"Boarding area" = "BAREA"` for short; as a table also `labels` for codes, and what is missing."""

    column: Aliases
    labels: dict[str, str] = {}
    missing: Cells = [""]


class Comments(Part):
    """One column of text; with `codes` one or several `columns` of answers coded by that list.

    The code list is a CSV with the columns code and label, and if it likes theme and question; where it
    serves several questions, `question` names the one that is meant.
    """

    column: Aliases | None = None
    columns: Annotated[list[Aliases], Field(min_length=1, max_length=100)] | None = None
    codes: FileName | None = None
    question: str | None = None
    missing: Cells = [""]

    @model_validator(mode="after")
    def _columns(self) -> Self:
        if (self.column is None) == (self.columns is None):
            raise ValueError("name either a column or columns")
        if self.columns is not None and self.codes is None:
            raise ValueError("several columns are for coded answers: name codes, or one entry a column of text")
        return self

    @property
    def all_columns(self) -> list[list[str]]:
        return self.columns if self.columns is not None else [self.column or []]


def _short(value: object) -> object:
    """Segments as in the map: a name to a column, to aliases or to a table."""
    if not isinstance(value, Mapping):
        return value
    return {name: {"column": what} if isinstance(what, str | list) else what for name, what in value.items()}


PART = "Part in the purchase"  # the segment that `part` becomes


class SurveyMap(Part):
    source: Name
    series: Annotated[str, Field(max_length=200)] = ""
    department: Annotated[str, Field(max_length=200)] = ""
    period: tuple[date, date] | None = None
    date: Aliases | None = None
    date_order: DateOrder | None = None
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-16", "windows-1252"] | None = None
    sheet: str | None = None
    respondent: Aliases | None = None
    weight: Aliases | None = None
    account: Aliases | None = None
    part: Aliases | None = None
    minimum_cell: Annotated[int, Field(ge=1, le=100_000)] = 1
    outcomes: Annotated[list[Outcome], Field(max_length=50)] = []
    touchpoints: Annotated[list[Touchpoint], Field(max_length=1_000)] = []
    segments: Annotated[dict[Name, Segment], BeforeValidator(_short), Field(max_length=200)] = {}
    comments: Annotated[list[Comments], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.period is None) == (self.date is None):
            raise ValueError("name either a period (first and last day) or the column of the date")
        if self.period and self.period[0] > self.period[1]:
            raise ValueError("the period ends before it begins")
        if not (self.outcomes or self.touchpoints or self.comments):
            raise ValueError("the map names no outcome, no touchpoint and no comments, so nothing would be imported")
        for what, names in (("outcomes", self.outcomes), ("touchpoints", self.touchpoints)):
            _check_names(what, [part.name for part in names])
        return self


def _check_names(what: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in map(plain, names):
        if name in seen:
            raise ValueError(f"two {what} are named {quoted(name)}")
        seen.add(name)
