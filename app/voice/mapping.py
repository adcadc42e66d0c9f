"""The form in which a person says what each column is: from a proposal or a map to fields, and from fields to a map.

A form may be sent in parts, a page of columns at a time: what was said so far is kept with the upload, and what a part
does not name stays as it is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
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
    ("coded", "comment, as a code"),
    ("score", "how the comment speaks of us"),
    ("theme", "theme: marked where the comment is about it"),
    ("themes", "theme: named in each cell"),
    ("date", "date"),
    ("weight", "weight"),
    ("respondent", "respondent"),
    ("account", "account"),
    ("part", "part in the purchase"),
)
OUTCOMES = {"nps": "nps", "overall": "rating", "effort": "effort", "yesno": "yesno", "amount": "amount"}
SINGLE = ("date", "weight", "respondent", "account", "part", "score")
AUDIENCES = ("figures_for", "comments_for", "rows_for")
ABOUT = (
    *("source", "series", "department", "first_day", "last_day", "minimum_cell", *AUDIENCES),
    *("date_order", "decimal", "leave_out"),
)
OF_COLUMN = ("use", "name", "scale", "way", "missing", "elsewhere", "question", "meanings", "list")
NOTHING_FOUND = 'source = ""\nperiod = ["", ""]\n'
SOME_DAYS = ("2000-01-01", "2000-01-31")
DOWN = "down"
Texts = dict[str, str]


class Columns:
    """What stands in the form: `about(name)`, and of each column what OF_COLUMN names."""

    def __init__(self, texts: Mapping[str, str], seen: Sequence[Mapping[str, Any]]) -> None:
        self.texts, self.seen = texts, seen
        self.sentences: list[str] = []
        self.uses = USES

    def about(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def of(self, place: int, name: str) -> str:
        return self.about(f"{name}-{place}")

    def used(self) -> list[str]:
        return [self.of(place, "use") for place in range(len(self.seen))]


def known_fields(texts: Mapping[str, Sequence[str]], columns: int) -> Texts:
    """Of what was sent, the fields of this form, each with its last value."""
    said = {}
    for name, values in texts.items():
        field, _, place = name.partition("-")
        of_column = field in OF_COLUMN and place.isdecimal() and len(place) < 6 and int(place) < columns
        if (name in ABOUT or of_column or name == "map") and values:
            said[name] = values[-1][:10_000]
    return said


def columns_of(proposal: Mapping[str, Any], upload: Upload, like: SurveyMap | None = None) -> Columns:
    """The form as it stands: what was proposed, or what an earlier map says, and over it what was said so far."""
    seen = proposal["columns"]
    audiences = {name: getattr(upload, name).value for name in AUDIENCES}
    texts: Texts = {"minimum_cell": "10", **audiences, "decimal": ".", "date_order": ""}
    if upload.map:
        texts |= said(from_toml(upload.map), seen)
    elif like:
        texts |= said(like, seen) | followed(like, proposal)
    else:
        texts |= proposed_about(proposal["draft"])
        for place, column in enumerate(seen):
            texts |= at(place, proposed(column))
    texts["map"] = upload.map or sketch(proposal["draft"])
    return Columns(texts | json.loads(upload.said or "{}"), seen)


def followed(like: SurveyMap, proposal: Mapping[str, Any]) -> Texts:
    """What the next wave does not share with the one whose map it follows: its name and its days."""
    return {"source": "", "first_day": "", "last_day": "", "decimal": proposal["draft"].get("decimal", like.decimal)}


def at(place: int, fields: Mapping[str, str]) -> Texts:
    return {f"{name}-{place}": value for name, value in fields.items()}


def proposed_about(draft: Mapping[str, Any]) -> Texts:
    leave_out = "\n".join(f"{name} = {cell}" for name, cells in draft.get("leave_out", {}).items() for cell in cells)
    return {"source": str(draft.get("source", "")), "decimal": draft.get("decimal", "."), "leave_out": leave_out}


def proposed(column: Mapping[str, Any]) -> Texts:
    use = column["use"]
    if use == "outcome":
        use = next((use for use, kind in OUTCOMES.items() if kind == column["kind"]), "overall")
    meanings = column["labels"] or (column["codes"] if use == "segment" else {})
    return {
        "use": use,
        "name": (column.get("called") or column["name"])[:120],
        **scale_fields(column["scale"], column["step"]),
        "missing": listed(column["missing"] or column["gone"]),
        "elsewhere": listed(column["not_applicable"]),
        "question": column["question"],
        "meanings": lines(meanings),
        "list": column.get("list", ""),
    }


def scale_fields(scale: Sequence[float] | None, step: float) -> Texts:
    """A scale is written from its low end; which end is the better is said apart."""
    if not scale:
        return {"scale": "", "way": ""}
    steps = [f"{step:g}"] if step != 1 else []
    ends = ", ".join([*(f"{end:g}" for end in sorted(scale)), *steps])
    return {"scale": ends, "way": DOWN if scale[0] > scale[1] else ""}


def lines(meanings: Mapping[str, object]) -> str:
    return "\n".join(f"{answer} = {told(value)}" for answer, value in meanings.items())


def told(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(values: Iterable[object] | None) -> str:
    return ", ".join(told(value) for value in values or () if value != "")


def said(survey_map: SurveyMap, seen: Sequence[Mapping[str, Any]]) -> Texts:
    """A map as the form's fields."""
    places = {plain(column["name"]): place for place, column in enumerate(seen)}
    period = survey_map.period
    texts: Texts = {
        "source": survey_map.source,
        "series": survey_map.series,
        "department": survey_map.department,
        "first_day": period[0].isoformat() if period else "",
        "last_day": period[1].isoformat() if period else "",
        "minimum_cell": str(survey_map.minimum_cell),
        "date_order": survey_map.date_order or "",
        "decimal": survey_map.decimal,
        "leave_out": "\n".join(f"{name} = {cell}" for name, cells in survey_map.leave_out.items() for cell in cells),
    }
    for aliases, fields in parts_of(survey_map):
        place = next((places[plain(alias)] for alias in aliases if plain(alias) in places), None)
        if place is not None:
            wording = seen[place]["question"] or fields.get("question", "")
            texts |= at(place, {"name": seen[place]["name"][:120], **fields, "question": wording})
    return texts


def parts_of(survey_map: SurveyMap) -> list[tuple[list[str], Texts]]:
    """Each column that a map uses, by its aliases, with its fields."""
    kinds = {kind: use for use, kind in OUTCOMES.items()}
    found: list[tuple[list[str], Texts]] = []
    for outcome in survey_map.outcomes:
        use = kinds[outcome.kind.value]
        words = outcome.labels or (yes_no(outcome.yes, outcome.no) if use == "yesno" else {})
        scale = scale_fields(outcome.scale if use != "nps" else None, outcome.step)
        fields = {"use": use, "name": outcome.name, **scale, "missing": listed(outcome.missing)}
        found.append((outcome.column, fields | {"question": outcome.question, "meanings": lines(words)}))
    for touched in survey_map.touchpoints:
        fields = {"use": "touchpoint", "name": touched.name, **scale_fields(touched.scale, touched.step)}
        fields |= {"missing": listed(touched.missing), "elsewhere": listed(touched.not_applicable)}
        found.append((touched.column, fields | {"question": touched.question, "meanings": lines(touched.labels)}))
    for name, segment in survey_map.segments.items():
        fields = {"use": "segment", "name": name, "missing": listed(segment.missing), "meanings": lines(segment.labels)}
        found.append((segment.column, fields))
    for comment in survey_map.comments:
        which = f"{comment.codes}|{comment.question or ''}" if comment.codes else ""
        fields = {"use": "coded" if comment.codes else "comment", "missing": listed(comment.missing), "list": which}
        found += [(aliases, fields) for aliases in comment.all_columns]
        if score := comment.score:
            own = scale_fields(score.scale, score.step) | {"missing": listed(score.missing)}
            found.append((score.column, {"use": "score", **own, "meanings": lines(score.labels)}))
    for theme in survey_map.themes:
        marks = {"use": "theme" if theme.each == "mark" else "themes"} | ({"name": theme.name} if theme.name else {})
        found += [(aliases, marks) for aliases in theme.all_columns]
    singles = {name: getattr(survey_map, name) for name in ("date", "weight", "respondent", "account", "part")}
    return found + [(aliases, {"use": name}) for name, aliases in singles.items() if aliases]


def yes_no(yes: Sequence[str], no: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(yes, "yes") | dict.fromkeys(no, "no")


def sketch(draft: Mapping[str, Any]) -> str:
    """The proposal as a map's text, to be finished by hand: the period is for a person to say."""
    whole = {**draft} if "date" in draft else {**draft, "period": list(SOME_DAYS)}
    try:
        text = to_toml(from_dict(whole))
    except WrongMap:
        text = NOTHING_FOUND
    return text.replace(json.dumps(list(SOME_DAYS)), '["", ""]')
