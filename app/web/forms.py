"""Forms: what was typed, what is wrong with it beside which field, and the one-shot key.

A form's shape is a plain pydantic model with `extra="forbid"`, beside the table it is for. What was typed is kept
as text, so that a form with mistakes comes back exactly as it was filled in.
"""

import types
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.errors import Invalid

M = TypeVar("M", bound="FormModel")
KEY = "key"
UNSOUND = "The text holds a character that cannot be stored (a NUL or half a character)."


class FormModel(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class Fields:
    """The body of a request as text by name, in order, files apart."""

    texts: Mapping[str, Sequence[str]]
    files: Mapping[str, UploadFile]

    def get(self, name: str, default: str = "") -> str:
        values = self.texts.get(name)
        return values[-1] if values else default


async def read_fields(request: Request) -> AsyncIterator[Fields]:
    """Files that were sent are gone after the answer, whatever the answer is."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        whole(await request.body())
    form: FormData = await request.form()
    try:
        yield fields_of(form)
    finally:
        await form.close()


def whole(body: bytes) -> None:
    """The framework would put another sign in the place of what is no character: typed words would change."""
    try:
        unquote_to_bytes(body).decode()
    except UnicodeDecodeError as error:
        raise Invalid(UNSOUND) from error


def fields_of(form: FormData) -> Fields:
    texts: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
        else:
            texts.setdefault(sound(name), []).append(sound(value))
    return Fields(texts, files)


def sound(value: str) -> str:
    """Text as every database can hold it: no NUL, no lone surrogate, one kind of line end, composed letters."""
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Invalid(UNSOUND)
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n"))


Typed = Annotated[Fields, Depends(read_fields)]


@dataclass
class Form(Generic[M]):
    """What a template draws: `value`, `error`, `errors`, `key`; and for the route `data` once it is valid."""

    texts: Mapping[str, Sequence[str]]
    errors: dict[str, str] = field(default_factory=dict)
    filled: M | None = None
    key: str = ""

    def __bool__(self) -> bool:
        return self.filled is not None and not self.errors

    @property
    def data(self) -> M:
        assert self.filled is not None
        return self.filled

    def value(self, name: str) -> str | Sequence[str]:
        """What stands in a field: one text, or several where a field was sent several times."""
        values = self.texts.get(name) or ("",)
        return values[0] if len(values) == 1 else values

    def error(self, name: str) -> str | None:
        return self.errors.get(name)

    def refuse(self, name: str, words: str) -> None:
        """A mistake that only the database or a rule can see, put beside its field."""
        self.errors.setdefault(name, words)


def takes_many(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType, Annotated):
        return any(takes_many(part) for part in get_args(annotation))
    return origin in (list, set, tuple, frozenset, Sequence)


def may_be_empty(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def raw(model: type[BaseModel], texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Texts as the model takes them: lists stay lists, an empty text is None where None is allowed."""
    given: dict[str, Any] = {}
    for name, values in texts.items():
        if name == KEY:
            continue
        known = model.model_fields.get(name)
        annotation = known.annotation if known else str
        if takes_many(annotation):
            given[name] = [value for value in values if value]
        else:
            empty = not values[-1].strip() and may_be_empty(annotation)
            given[name] = None if empty else values[-1]
    return given


def fill(model: type[M], fields: Fields) -> Form[M]:
    """Read a posted form. Falsy when something is wrong; the words then stand beside their fields."""
    form: Form[M] = Form(fields.texts, key=fields.get(KEY))
    try:
        form.filled = model.model_validate(raw(model, fields.texts))
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]) if problem["loc"] else ""
            form.refuse(name, in_words(problem))
    return form


def blank(model: type[M] | None = None, key: str = "", **values: Any) -> Form[M]:
    """A form before it is typed into, or with what is stored."""
    texts: dict[str, list[str]] = {}
    for name, value in values.items():
        many = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        texts[name] = ["" if one is None else str(one) for one in many]
    return Form(texts, key=key)


def in_words(problem: Any) -> str:
    """One sentence for a mistake, in plain words."""
    kind, context, given = problem["type"], problem.get("ctx", {}), problem.get("input")
    if isinstance(given, str) and not given.strip() and kind not in ("string_too_short", "value_error"):
        return "This is needed."
    match kind:
        case "missing" | "string_too_short" if context.get("min_length", 1) == 1:
            return "This is needed."
        case "string_too_short":
            return f"At least {context['min_length']} characters are needed."
        case "string_too_long":
            return f"At most {context['max_length']:,} characters fit here."
        case "enum" | "literal_error":
            return "Choose one of the offered answers."
        case "int_parsing" | "int_type" | "int_from_float":
            return "Write a whole number."
        case "decimal_parsing" | "float_parsing" | "decimal_type" | "float_type" | "finite_number":
            return "Write a number, such as 1200 or 1200.50."
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return "Write a day, such as 2026-11-26."
        case "greater_than_equal":
            return f"Not less than {context['ge']}."
        case "greater_than":
            return f"More than {context['gt']}."
        case "less_than_equal":
            return f"Not more than {context['le']}."
        case "extra_forbidden":
            return "This form has no such field."
        case "value_error":
            return str(context.get("error", problem["msg"]))
        case _:
            return str(problem["msg"]).removeprefix("Value error, ") + "."


__all__ = ["KEY", "Fields", "Form", "FormModel", "Typed", "blank", "fill", "sound"]
