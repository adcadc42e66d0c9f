"""What a file's columns mean: a survey map."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

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
Labels = Annotated[dict[Annotated[str, Field(max_length=500)], float], Field(max_length=1_000)]
Wording = Annotated[str, Field(max_length=2_000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


def _scale_of_labels(data: object) -> object:
    """Where only labels are given, the scale goes from the least of their numbers to the greatest."""
    if isinstance(data, Mapping) and data.get("labels") and not data.get("scale"):
        numbers = [value for value in data["labels"].values() if isinstance(value, int | float)]
        return {**data, "scale": [min(numbers), max(numbers)]} if numbers else data
    return data


class Scaled(Part):
    """A question with a scale from worst to best; `step` where half points and the like are answers.

    `labels` are answers in words, each with its number on the scale: {"Very bad" = 1, "Very good" = 5}.
    """

    scale: Ends
    step: Annotated[float, Field(gt=0)] = 1.0
    labels: Labels = {}

    _from_labels = model_validator(mode="before")(_scale_of_labels)

    @model_validator(mode="after")
    def _ends(self) -> Self:
        _check_scale(self.scale, self.step)
        _check_labels(self.labels, self.range)
        return self

    @property
    def range(self) -> Scale:
        return Scale(*self.scale, self.step)


def _check_labels(labels: Mapping[str, float], scale: Scale) -> None:
    off = next((label for label, value in labels.items() if scale.index(value) is None), None)
    if off is not None:
        ends = f"{scale.worst:g} to {scale.best:g}"
        raise ValueError(f"the label {quoted(off)} stands for {labels[off]:g}, which is not on the scale from {ends}")


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
    labels: Labels = {}
    missing: Cells = [""]
    yes: Cells = ["yes", "y", "true", "1"]
    no: Cells = ["no", "n", "false", "0"]
    question: Wording = ""

    _from_labels = model_validator(mode="before")(_scale_of_labels)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind in (OutcomeKind.RATING, OutcomeKind.EFFORT) and self.scale is None:
            raise ValueError(f"a {self.kind} needs a scale, such as scale = [1, 5]")
        if self.kind is OutcomeKind.NPS and self.scale not in (None, (0.0, 10.0)):
            raise ValueError("nps is asked on 0 to 10; another scale is a rating")
        if self.scale is not None:
            _check_scale(self.scale, self.step)
        if self.labels and self.range is None:
            raise ValueError(f"labels with numbers are for scales; {self.kind} has none")
        if self.range is not None:
            _check_labels(self.labels, self.range)
            _check_apart(labels=list(self.labels), missing=self.missing)
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
    question: Wording = ""
    factor: Factor | None = None
    journey: Annotated[str, Field(max_length=200)] = ""
    stage: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        _check_apart(labels=list(self.labels), not_applicable=self.not_applicable, missing=self.missing)
        return self


class Segment(Part):
    """`"Boarding area" = "BAREA"` for short; as a table also `labels` for codes, and what is missing."""

    column: Aliases
    labels: dict[str, str] = {}
    missing: Cells = [""]


class Score(Scaled):
    """How a comment speaks of us, where somebody coded that in a column of its own."""

    column: Aliases
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
    score: Score | None = None

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


class Themes(Part):
    """What the comments of a row are about: columns that mark one theme each, or one whose text names it.

    A `column` with a `name`, or `columns` whose own names are the themes', hold one of `marked` where the row is about
    the theme. With each = "text" the cell names the theme, several with the `separator` between them.
    """

    name: Annotated[str, Field(max_length=200)] = ""
    column: Aliases | None = None
    columns: Annotated[list[Aliases], Field(min_length=1, max_length=1_000)] | None = None
    each: Literal["mark", "text"] = "mark"
    marked: Cells = ["1", "yes", "y", "true", "x"]
    unmarked: Cells = ["", "0", "no", "n", "false"]
    separator: Annotated[str, Field(max_length=3)] = ""

    _each_listed = field_validator("columns", mode="before")(
        lambda value: [_listed(one) for one in value] if isinstance(value, list) else value
    )

    @model_validator(mode="after")
    def _columns(self) -> Self:
        if (self.column is None) == (self.columns is None):
            raise ValueError("name either a column or columns")
        if self.name and self.columns is not None:
            raise ValueError("a name is for one column; several are named after themselves")
        _check_apart(marked=self.marked, unmarked=self.unmarked)
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
    themes: Annotated[list[Themes], Field(max_length=1_000)] = []
    leave_out: Annotated[dict[Name, Cells], Field(max_length=20)] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.period is None and self.date is None:
            raise ValueError("name either a period (first and last day) or the column of the date")
        if self.period and self.period[0] > self.period[1]:
            raise ValueError("the period ends before it begins")
        if not (self.outcomes or self.touchpoints or self.comments or self.themes):
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
