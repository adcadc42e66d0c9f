"""What the files of an import of ideas mean: an idea map, as the contract has it."""

import json
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from app.voice.importing.cells import DateOrder, canonical
from app.voice.importing.limits import quoted
from app.voice.importing.mapfile import WrongMap

LISTED = {"imported": True, "discarded": False}
LONGEST_MAP = 100_000


def listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def cells(value: object) -> object:
    """Values as a cell would hold them: "-1, 0" from a form, [-1, 0] from TOML."""
    parts = value.split(",") if isinstance(value, str) else listed(value)
    return [str(part).strip() if isinstance(part, str | int | float) else part for part in parts]  # type: ignore[attr-defined]


Name = Annotated[str, Field(min_length=1, max_length=200)]
Aliases = Annotated[list[Name], BeforeValidator(listed), Field(min_length=1, max_length=20)]
Cells = Annotated[list[str], BeforeValidator(cells), Field(max_length=1_000)]
FileName = Annotated[str, Field(pattern=r"^[^\x00]+$", max_length=1_000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AFile(Part):
    """`file` lies beside the map, or is an absolute name; on the web it is the name of a file that was sent."""

    file: FileName | None = None
    encoding: Literal["utf-8", "utf-16", "windows-1252"] | None = None
    sheet: str | None = None
    date: Aliases | None = None


class Staged(BaseModel):
    """`{ column = "moderated", "1" = "imported", "-1" = "discarded" }`."""

    column: Aliases
    values: dict[str, bool]

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            raise ValueError('name a column and what its cells mean: { column = "moderated", "1" = "imported" }')
        values = {str(cell): stage for cell, stage in data.items() if cell != "column"}
        if wrong := next((stage for stage in values.values() if stage not in LISTED), None):
            raise ValueError(f"an idea comes in as imported or discarded, not as {quoted(str(wrong))}")
        if not values:
            raise ValueError('say what a cell means, such as "1" = "imported"')
        return {"column": data.get("column"), "values": {canonical(cell): LISTED[s] for cell, s in values.items()}}


class Ideas(AFile):
    id: Aliases
    title: Aliases
    text: Annotated[list[Name], BeforeValidator(listed), Field(max_length=20)] = []  # one below the other
    author: Aliases | None = None
    stage: Staged | None = None
    supported: Aliases | None = None  # how many supported it there, where no file of votes says who: shown, never votes


class Value(Part):
    """What a vote says: support counts, what is set aside does not, anything else is a problem."""

    column: Aliases | None = None
    support: Annotated[Cells, Field(min_length=1)]
    set_aside: Cells = []

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := set(map(canonical, self.support)) & set(map(canonical, self.set_aside)):
            raise ValueError(f"{quoted(min(both))} is both support and set aside")
        return self


class Votes(AFile):
    """One row a vote; or with `matrix` one row a person and a column for each idea, named by its id."""

    idea: Aliases | None = None
    person: Aliases
    value: Value
    matrix: bool = False

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.matrix and (self.idea or self.value.column or self.date):
            raise ValueError("in a matrix the columns are the ideas: name neither idea, nor value's column, nor date")
        if not self.matrix and not (self.idea and self.value.column):
            raise ValueError("name the columns of idea and value, or say matrix = true")
        return self


class Comments(AFile):
    idea: Aliases
    author: Aliases | None = None
    text: Aliases
    id: Aliases | None = None
    parent: Aliases | None = None
    top: Cells = ["", "-1"]  # what stands in `parent` where a comment answers nothing

    @model_validator(mode="after")
    def _joined(self) -> Self:
        if self.parent and not self.id:
            raise ValueError("a parent is found by its id: name the column of id")
        return self


class IdeaMap(Part):
    """`source` says where all of it comes from: people and ideas of one source are found again by their ids there."""

    process: Name | None = None
    process_column: Aliases | None = None
    source: Annotated[str, Field(max_length=200)] = ""
    people: Annotated[str, Field(min_length=1, max_length=60)] = (
        "Person"  # what somebody is called who has a number alone
    )
    date_order: DateOrder | None = None
    ideas: Ideas
    votes: Votes | None = None
    comments: Comments | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.process is None) == (self.process_column is None):
            raise ValueError("name either the process that the ideas are for, or process_column")
        return self


def from_toml(words: str) -> IdeaMap:
    """The map in a TOML text. Raises WrongMap."""
    if len(words) > LONGEST_MAP:
        raise WrongMap([f"The map is longer than {LONGEST_MAP:,} characters."])
    try:
        return from_dict(tomllib.loads(words))
    except tomllib.TOMLDecodeError as error:
        raise WrongMap([f"The map is not valid TOML: {error}."]) from None
    except RecursionError:
        raise WrongMap(["The map is not valid TOML: it goes too deep."]) from None


def from_dict(data: Mapping[str, Any]) -> IdeaMap:
    try:
        return IdeaMap.model_validate(data)
    except ValidationError as errors:
        raise WrongMap([sentence(error["loc"], error["msg"]) for error in errors.errors()]) from None


def sentence(location: tuple[int | str, ...], message: str) -> str:
    """Where the map is wrong, in its own words: `[votes] value, support: ...`."""
    words = [
        f"[{part}]" if place == 0 and part in ("ideas", "votes", "comments") else str(part)
        for place, part in enumerate(location)
    ]
    said = message.removeprefix("Value error, ").replace("Extra inputs are not permitted", "there is no such key")
    said = said.replace("Field required", "this is needed")
    where = ", ".join(words).replace("], ", "] ")
    return f"{where}: {said}." if where else f"{said[:1].upper()}{said[1:]}."


def to_toml(idea_map: IdeaMap) -> str:
    """TOML that `from_toml` reads back as an equal map; what is at its default is left out."""
    data = idea_map.model_dump(exclude_defaults=True)
    tables = ("ideas", "votes", "comments")
    lines = [f"{key} = {toml(value)}" for key, value in data.items() if key not in tables and value is not None]
    for name in tables:
        if name in data and data[name] is not None:
            lines += ["", f"[{name}]"]
            lines += [
                f"{key} = {toml(as_written(key, value))}" for key, value in data[name].items() if value is not None
            ]
    return "\n".join(lines) + "\n"


def as_written(key: str, value: Any) -> Any:
    if key == "stage":
        words = {True: "imported", False: "discarded"}
        return {"column": value["column"], **{cell: words[wanted] for cell, wanted in value["values"].items()}}
    return value


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = (f"{toml(str(key))} = {toml(item)}" for key, item in value.items() if item is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        alone = len(value) == 1 and "," not in value[0]
        return toml(value[0]) if alone else "[" + ", ".join(map(toml, value)) + "]"
    raise TypeError(f"a map holds no {type(value).__name__}")
