"""What was proposed for each column, as the draft of a survey map."""

from typing import Any

from app.voice.importing.cells import canonical
from app.voice.importing.columns import Profile
from app.voice.importing.table import Table


def draft_of(
    table: Table, profiles: list[Profile], source: str, decimal: str, leave_out: dict[str, list[str]]
) -> dict[str, Any]:
    def used(use: str) -> list[Profile]:
        return [seen for seen in profiles if seen.use == use]

    draft: dict[str, Any] = {"source": source}
    draft |= {seen.use: seen.name for seen in profiles if seen.use in ("respondent", "weight", "date", "account")}
    draft["outcomes"] = [_outcome(seen) for seen in sorted(used("outcome"), key=lambda seen: seen.kind != "nps")]
    draft["touchpoints"] = [_touchpoint(seen) for seen in used("touchpoint")]
    draft["segments"] = {seen.called or seen.name: _segment(seen) for seen in used("segment")}
    draft["comments"] = [{"column": seen.name} for seen in used("comment")]
    for seen in used("score"):
        score = {"column": seen.name, "scale": list(seen.scale or ()), "missing": list(seen.missing)}
        draft["comments"][0]["score"] = score
    if marks := used("theme"):
        draft["themes"] = [{"columns": [[seen.name] for seen in marks]}]
    draft |= {"encoding": table.encoding} if table.encoding == "windows-1252" else {}
    draft |= {"decimal": decimal} if decimal != "." else {}
    draft |= {"leave_out": leave_out} if leave_out else {}
    return draft | ({"sheet": table.sheet} if table.sheet else {})


def _segment(seen: Profile) -> object:
    there = {canonical(text) for text, _ in seen.top}
    labels = {code: label for code, label in seen.codes.items() if code in there and label}
    return {"column": seen.name, "labels": labels, "missing": [*seen.gone, ""]} if labels else seen.name


def _wording(seen: Profile) -> dict[str, Any]:
    return {"question": seen.question} if seen.question else {}


def _asked_on(seen: Profile) -> dict[str, Any]:
    scale: dict[str, Any] = {"labels": seen.labels} if seen.labels else {}
    return scale | ({"step": seen.step} if seen.step != 1.0 else {})


def _outcome(seen: Profile) -> dict[str, Any]:
    scaled = {"scale": list(seen.scale or ())} if seen.kind in ("rating", "effort") else {}
    missing = [*seen.missing] or [""]
    labels = _asked_on(seen) if seen.scale else {}
    return {
        "name": seen.called or seen.name,
        "column": seen.name,
        "kind": seen.kind,
        "missing": missing,
        **scaled,
        **labels,
        **_wording(seen),
    }


def _touchpoint(seen: Profile) -> dict[str, Any]:
    return {
        "name": seen.called or seen.name,
        "column": seen.name,
        "scale": list(seen.scale or ()),
        "not_applicable": list(seen.not_applicable),
        "missing": list(seen.missing),
        **_asked_on(seen),
        **_wording(seen),
    }
