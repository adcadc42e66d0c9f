"""The form by which a person says what the files' columns are, and the idea map that it makes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from app.ideas.importing.maps import IdeaMap, from_dict
from app.voice.importing.mapfile import WrongMap
from app.web import FormModel

Words = Annotated[str, StringConstraints(max_length=200)]
Values = Annotated[str, StringConstraints(max_length=2_000)]
ENDED = "discarded"


class AskForm(FormModel):
    """Names of columns by what they are; empty where a file has none."""

    process: Words = ""
    ideas_process: Words = ""
    source: Words = ""
    people: Words = "Person"
    ideas_id: Words = ""
    ideas_title: Words = ""
    ideas_text: Words = ""
    ideas_more: Words = ""
    ideas_author: Words = ""
    ideas_date: Words = ""
    ideas_stage: Words = ""
    ideas_discarded: Values = ""
    ideas_supported: Words = ""
    votes_shape: Literal["rows", "matrix"] = "rows"
    votes_person: Words = ""
    votes_idea: Words = ""
    votes_value: Words = ""
    votes_support: Values = ""
    votes_set_aside: Values = ""
    votes_date: Words = ""
    comments_id: Words = ""
    comments_idea: Words = ""
    comments_parent: Words = ""
    comments_author: Words = ""
    comments_text: Words = ""
    comments_date: Words = ""


def map_of(form: AskForm, parts: Mapping[str, str], cells: Mapping[str, Sequence[str]]) -> IdeaMap:
    """parts: the name of each file that was sent. cells: what stands in columns that say little. Raises WrongMap."""
    data: dict[str, Any] = {"source": form.source, "people": form.people or "Person"}
    data |= {"process_column": form.ideas_process} if form.ideas_process else {"process": form.process or None}
    data["ideas"] = named(form, "ideas", ("id", "title", "author", "date", "supported"), parts)
    texts = [text for text in dict.fromkeys((form.ideas_text, form.ideas_more)) if text]
    data["ideas"] |= {"text": texts} if texts else {}
    if form.ideas_stage:
        data["ideas"]["stage"] = {"column": form.ideas_stage, **staged(form, cells.get(form.ideas_stage))}
    if "votes" in parts:
        data["votes"] = votes(form, parts)
    if "comments" in parts:
        data["comments"] = named(form, "comments", ("id", "idea", "parent", "author", "text", "date"), parts)
    return from_dict({key: value for key, value in data.items() if value is not None})


def named(form: AskForm, part: str, fields: Sequence[str], parts: Mapping[str, str]) -> dict[str, Any]:
    told = {field: value for field in fields if (value := getattr(form, f"{part}_{field}"))}
    return {"file": parts[part], **told}


def staged(form: AskForm, stages: Sequence[str] | None) -> dict[str, str]:
    """Which cells mean discarded was said; all others that stand there mean imported."""
    if stages is None:
        raise WrongMap([f"[ideas] stage: {form.ideas_stage} says too much to be a stage."])
    gone = split(form.ideas_discarded)
    if unknown := [text for text in gone if text not in stages]:
        raise WrongMap([f"[ideas] discarded: no row of {form.ideas_stage} says {unknown[0]}."])
    return {text: ENDED if text in gone else "imported" for text in stages}


def votes(form: AskForm, parts: Mapping[str, str]) -> dict[str, Any]:
    value: dict[str, Any] = {"support": split(form.votes_support), "set_aside": split(form.votes_set_aside)}
    if form.votes_shape == "matrix":
        return {**named(form, "votes", ("person",), parts), "matrix": True, "value": value}
    told = named(form, "votes", ("idea", "person", "date"), parts)
    return {**told, "value": {"column": form.votes_value, **value} if form.votes_value else value}


def split(words: str) -> list[str]:
    return [part.strip() for part in words.split(",") if part.strip()]
