"""The fields of an artefact's form as a template draws them, and what they offer."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin

from app.pilots.artefacts import OF_CUSTOMERS, Made, picked_from
from app.pilots.roadmap import Kind


@dataclass(frozen=True)
class Field:
    """widget: text, words, lines, select, date or number. required: True, False, or "later" (before the gate)."""

    name: str
    label: str
    help: str | None
    widget: str
    required: bool | str
    options: Sequence[tuple[Any, str]] = ()
    most: int | None = None


def fields(kind: Kind, made: Made, people: Mapping[int, str]) -> list[Field]:
    return [field(kind, name, made, people) for name in kind.fields]


def field(kind: Kind, name: str, made: Made, people: Mapping[int, str]) -> Field:
    info = kind.form.model_fields[name]
    required: bool | str = True if info.is_required() else "later" if name in kind.needs else False
    options = offered(kind, name, made, people)
    widget = "select" if options is not None else widget_of(kind, name)
    most = next((rule.max_length for rule in info.metadata if hasattr(rule, "max_length")), None)
    return Field(name, str(info.title), info.description or None, widget, required, options or (), most)


def offered(kind: Kind, name: str, made: Made, people: Mapping[int, str]) -> list[tuple[Any, str]] | None:
    """The choices of a field; None for one that is written."""
    of = picked_from(kind, name)
    if of == "people":
        return list(people.items())
    if of == OF_CUSTOMERS:
        return list(made.jobs.items())
    if of:
        return [(thing.row.root, thing.title) for thing in made.of(of)]
    words = choices(kind.form.model_fields[name].annotation)
    return [(word.value, f"{word.value[0].upper()}{word.value[1:]}") for word in words] if words else None


def choices(annotation: Any) -> list[StrEnum]:
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, StrEnum):
            return list(part)
    return []


def widget_of(kind: Kind, name: str) -> str:
    info = kind.form.model_fields[name]
    extra = info.json_schema_extra
    if isinstance(extra, dict) and extra.get("as"):
        return str(extra["as"])
    if kind.is_day(name):
        return "date"
    return "number" if float in parts_of(info.annotation) else "text"


def parts_of(annotation: Any) -> set[Any]:
    if get_origin(annotation) in (types.UnionType, Annotated):
        return set().union(*(parts_of(part) for part in get_args(annotation)))
    return {annotation}
