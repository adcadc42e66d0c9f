"""A survey map from TOML or a form and back to TOML, and what is wrong with it in sentences."""

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from app.voice.importing.limits import quoted
from app.voice.importing.maps import SurveyMap
from app.voice.importing.table import plain


class WrongMap(Exception):
    """What is wrong with a map, one sentence each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def from_toml(text: str) -> SurveyMap:
    """The map in a TOML text. Raises WrongMap."""
    try:
        return from_dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise WrongMap([f"The map is not valid TOML: {error}."]) from None


def from_dict(data: Mapping[str, Any]) -> SurveyMap:
    """The map in a plain dict, whose lists and scales may be texts as forms send them. Raises WrongMap."""
    try:
        return SurveyMap.model_validate(data)
    except ValidationError as errors:
        raise WrongMap([_sentence(data, error["loc"], error["msg"]) for error in errors.errors()]) from None


def _sentence(data: Mapping[str, Any], location: tuple[int | str, ...], message: str) -> str:
    """Where the map is wrong, in its own words: `touchpoints 3 ("Restaurants"), scale: ...`."""
    words: list[str] = []
    here: Any = data
    for step in location:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("name") if isinstance(here, Mapping) else None
            words[-1:] = [f"{words[-1] if words else ''} {step + 1}" + (f" ({quoted(str(name))})" if name else "")]
        else:
            words.append(step)
    said = message.removeprefix("Value error, ").replace("Extra inputs are not permitted", "there is no such key")
    place = ", ".join(words)
    return f"{place}: {said}." if place else f"{said[:1].upper()}{said[1:]}."


def unknown_column(aliases: Sequence[str], header: Sequence[str], used_for: str) -> str:
    """The sentence for a column that the file does not have, with the names that come nearest."""
    known = {plain(name): name for name in header}
    near = [
        known[match] for alias in aliases for match in difflib.get_close_matches(plain(alias), known, n=3, cutoff=0.6)
    ]
    named = " or ".join(quoted(alias) for alias in aliases)
    hint = f" The nearest: {', '.join(quoted(name) for name in dict.fromkeys(near))}." if near else ""
    return f"{used_for}: the file has no column {named}.{hint}"


def to_toml(survey_map: SurveyMap) -> str:
    """TOML that `from_toml` reads back as an equal map; what is at its default is left out."""
    data = survey_map.model_dump(exclude_defaults=True)
    tables = {"outcomes", "touchpoints", "comments", "themes", "segments"}
    lines = [f"{key} = {_value(value)}" for key, value in data.items() if key not in tables and value is not None]
    for key in ("outcomes", "touchpoints", "comments", "themes"):
        for part in data.get(key, []):
            lines += ["", f"[[{key}]]", *_pairs(part)]
    if segments := data.get("segments"):
        lines += ["", "[segments]"]
        lines += [f"{_text(name)} = {_segment(segment)}" for name, segment in segments.items()]
    return "\n".join(lines) + "\n"


def _pairs(part: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in part.items() if value is not None]


def _segment(segment: Mapping[str, Any]) -> str:
    return _value(segment["column"] if set(segment) == {"column"} else segment)


def _value(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return _text(value.isoformat())
    if isinstance(value, float | int):
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"a map holds no {type(value).__name__}")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
