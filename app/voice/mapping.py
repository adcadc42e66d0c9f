"""The form in which a person says what each column is: from a proposal or a map to fields, and from fields to a map."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.voice.importing.mapfile import WrongMap, from_dict, from_toml, to_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.table import plain
from app.voice.models import Upload

USES = (
    ("", "nothing"),
    ("nps", "outcome: recommends us, 0 to 10"),
    ("overall", "outcome: a rating"),
    ("effort", "outcome: effort"),
    ("yesno", "outcome: yes or no"),
    ("amount", "outcome: an amount"),
    ("touchpoint", "rating of a touchpoint"),
    ("segment", "segment"),
    ("comment", "comment"),
    ("date", "date"),
    ("weight", "weight"),
    ("respondent", "respondent"),
    ("account", "account"),
    ("part", "part in the purchase"),
)
OUTCOMES = {"nps": "nps", "overall": "rating", "effort": "effort", "yesno": "yesno", "amount": "amount"}
NOTHING_FOUND = 'source = ""\nperiod = ["", ""]\n'
SOME_DAYS = ("2000-01-01", "2000-01-31")


class Columns:
    """What stands in the form: `about(name)`, and of each column `use`, `name`, `scale`, `missing`, `elsewhere`."""

    def __init__(self, texts: Mapping[str, Sequence[str]], seen: Sequence[Mapping[str, Any]]) -> None:
        self.texts, self.seen = texts, seen
        self.sentences: list[str] = []
        self.uses = USES

    def about(self, name: str) -> str:
        values = self.texts.get(name) or ("",)
        return values[-1].strip()

    def of(self, place: int, name: str) -> str:
        return self.about(f"{name}-{place}")


def columns_of(proposal: Mapping[str, Any], upload: Upload) -> Columns:
    """The form as it is first shown: what was said before, else what was proposed."""
    seen = proposal["columns"]
    audiences = {name: [getattr(upload, name).value] for name in ("figures_for", "comments_for", "rows_for")}
    texts: dict[str, list[str]] = {"minimum_cell": ["10"], **audiences}
    survey_map = from_toml(upload.map) if upload.map else None
    if survey_map:
        texts |= said(survey_map, seen)
    else:
        texts["source"] = [str(proposal["draft"].get("source", ""))]
        for place, column in enumerate(seen):
            texts |= proposed(place, column)
    texts["map"] = [upload.map or sketch(proposal["draft"])]
    return Columns(texts, seen)


def proposed(place: int, column: Mapping[str, Any]) -> dict[str, list[str]]:
    use = column["use"]
    if use == "outcome":
        use = "nps" if column["kind"] == "nps" else "overall"
    scale = ", ".join(f"{end:g}" for end in column["scale"]) if column["scale"] else ""
    fields = {
        "use": use,
        "name": column["name"],
        "scale": scale,
        "missing": ", ".join(text for text in column["missing"] if text),
        "elsewhere": ", ".join(column["not_applicable"]),
    }
    return {f"{name}-{place}": [value] for name, value in fields.items()}


def said(survey_map: SurveyMap, seen: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """A map as the form's fields."""
    places = {plain(column["name"]): place for place, column in enumerate(seen)}
    texts: dict[str, list[str]] = {}
    period = survey_map.period
    about = {
        "source": survey_map.source,
        "series": survey_map.series,
        "department": survey_map.department,
        "first_day": period[0].isoformat() if period else "",
        "last_day": period[1].isoformat() if period else "",
        "minimum_cell": str(survey_map.minimum_cell),
    }
    texts |= {name: [value] for name, value in about.items()}

    def put(aliases: Sequence[str] | None, use: str, name: str = "", **more: str) -> None:
        place = next((places[plain(alias)] for alias in aliases or () if plain(alias) in places), None)
        if place is not None:
            fields = {"use": use, "name": name or seen[place]["name"], **more}
            texts.update({f"{field}-{place}": [value] for field, value in fields.items()})

    kinds = {kind: use for use, kind in OUTCOMES.items()}
    for outcome in survey_map.outcomes:
        scale = listed(outcome.scale)
        put(outcome.column, kinds[outcome.kind.value], outcome.name, scale=scale, missing=listed(outcome.missing))
    for touched in survey_map.touchpoints:
        elsewhere = listed(touched.not_applicable)
        words = {"scale": listed(touched.scale), "missing": listed(touched.missing), "elsewhere": elsewhere}
        put(touched.column, "touchpoint", touched.name, **words)
    for name, segment in survey_map.segments.items():
        put(segment.column, "segment", name, missing=listed(segment.missing))
    for comment in survey_map.comments:
        put(comment.column, "comment")
    for name in ("date", "weight", "respondent", "account", "part"):
        put(getattr(survey_map, name), name)
    return texts


def listed(values: Sequence[object] | None) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values or () if value != "")


def sketch(draft: Mapping[str, Any]) -> str:
    """The proposal as a map's text, to be finished by hand: the period is for a person to say."""
    whole = {**draft} if "date" in draft else {**draft, "period": list(SOME_DAYS)}
    try:
        text = to_toml(from_dict(whole))
    except WrongMap:
        text = NOTHING_FOUND
    return text.replace(json.dumps(list(SOME_DAYS)), '["", ""]')


def drafted(columns: Columns, draft: Mapping[str, Any]) -> str:
    """The filled-in form as a map's text. Raises WrongMap with what is wrong, in sentences."""
    data: dict[str, Any] = {name: columns.about(name) for name in ("source", "series", "department")}
    data["minimum_cell"] = columns.about("minimum_cell") or "1"
    data |= {name: draft[name] for name in ("encoding", "sheet") if name in draft}
    data |= {"outcomes": [], "touchpoints": [], "segments": {}, "comments": []}
    used = [columns.of(place, "use") for place in range(len(columns.seen))]
    twice = [name for name in ("date", "weight", "respondent", "account", "part") if used.count(name) > 1]
    if twice:
        raise WrongMap([f"Two columns are the {twice[0]}: keep one of them."])
    for place, use in enumerate(used):
        add(data, columns, place, use)
    data["outcomes"].sort(key=lambda outcome: outcome["kind"] != "nps")
    if "date" not in data:
        data["period"] = [columns.about("first_day"), columns.about("last_day")]
        if not all(data["period"]):
            raise WrongMap(["Say when customers were asked: the first and the last day, or a column with the date."])
    return to_toml(from_dict(data))


def add(data: dict[str, Any], columns: Columns, place: int, use: str) -> None:
    """One column into the map that is being written."""
    column = columns.seen[place]["name"]
    name = columns.of(place, "name") or column
    missing = [*parts(columns.of(place, "missing")), ""]
    if use in OUTCOMES:
        scale = columns.of(place, "scale")
        scaled = {"scale": scale} if use in ("overall", "effort") else {}
        data["outcomes"].append({"name": name, "column": column, "kind": OUTCOMES[use], "missing": missing, **scaled})
    elif use == "touchpoint":
        elsewhere = parts(columns.of(place, "elsewhere"))
        scale = columns.of(place, "scale")
        data["touchpoints"].append(
            {"name": name, "column": column, "scale": scale, "not_applicable": elsewhere, "missing": missing}
        )
    elif use == "segment":
        data["segments"][name] = {"column": column, "missing": missing}
    elif use == "comment":
        data["comments"].append({"column": column, "missing": missing})
    elif use in ("date", "weight", "respondent", "account", "part"):
        data[use] = column


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
