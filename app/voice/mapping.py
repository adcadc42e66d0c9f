"""The form in which a person says what each column is: from a proposal or a map to fields, and from fields to a map.

A form may be sent in parts, a page of columns at a time: what was said so far is kept with the upload, and what a part
does not name stays as it is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.voice.importing.cells import number
from app.voice.importing.limits import quoted
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
        "name": column["name"][:120],
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


def drafted(columns: Columns, draft: Mapping[str, Any], like: SurveyMap | None = None) -> str:
    """The filled-in form as a map's text. Raises WrongMap with what is wrong, in sentences.

    A question that an earlier map knows by its name keeps what that map says of it, its columns' names included: so it
    stays the same question when its column is called otherwise.
    """
    data: dict[str, Any] = {name: columns.about(name) for name in ("source", "series", "department")}
    data |= {"minimum_cell": columns.about("minimum_cell") or "1", "decimal": columns.about("decimal") or "."}
    data |= {name: draft[name] for name in ("encoding", "sheet") if name in draft}
    data |= {"date_order": columns.about("date_order")} if columns.about("date_order") else {}
    data |= {"leave_out": left_out(columns.about("leave_out"))} if columns.about("leave_out") else {}
    data |= {"outcomes": [], "touchpoints": [], "segments": {}, "comments": [], "themes": []}
    used = columns.used()
    twice = [name for name in SINGLE if used.count(name) > 1]
    if twice:
        raise WrongMap([f"Two columns are the {twice[0]}: keep one of them."])
    known = Known(like, columns)
    for place, use in enumerate(used):
        add(data, columns, place, use, known)
    score(data, columns, used)
    data["outcomes"].sort(key=lambda outcome: outcome["kind"] != "nps")
    days = [columns.about("first_day"), columns.about("last_day")]
    if all(days):
        data["period"] = days
    elif "date" not in data or any(days):
        raise WrongMap(["Say when customers were asked: the first and the last day, or a column with the date."])
    return to_toml(from_dict(data))


class Known:
    """What an earlier map says of the questions, found again by their names."""

    def __init__(self, like: SurveyMap | None, columns: Columns) -> None:
        self.here = {plain(column["name"]) for column in columns.seen}
        self.outcomes = {plain(one.name): one for one in like.outcomes} if like else {}
        self.touchpoints = {plain(one.name): one for one in like.touchpoints} if like else {}
        self.segments = {plain(name): one for name, one in like.segments.items()} if like else {}

    def column(self, name: str, part: Any) -> str | list[str]:
        """The column's name, and after it what earlier waves called it."""
        earlier = [alias for alias in part.column if plain(alias) not in self.here] if part else []
        return [name, *earlier] if earlier else name


def add(data: dict[str, Any], columns: Columns, place: int, use: str, known: Known) -> None:
    """One column into the map that is being written."""
    column = columns.seen[place]["name"]
    name = columns.of(place, "name") or column[:200]
    missing = [*parts(columns.of(place, "missing")), ""]
    meanings = meant(columns.of(place, "meanings"))
    wording = {"question": columns.of(place, "question")} if columns.of(place, "question") else {}
    if use in OUTCOMES:
        aliases = known.column(column, known.outcomes.get(plain(name)))
        part = {"name": name, "column": aliases, "kind": OUTCOMES[use], "missing": missing, **wording}
        data["outcomes"].append(part | answers(columns, place, use, meanings))
    elif use == "touchpoint":
        earlier = known.touchpoints.get(plain(name))
        part = {"name": name, "column": known.column(column, earlier), "missing": missing, **wording}
        part["not_applicable"] = parts(columns.of(place, "elsewhere"))
        if earlier:
            part |= earlier.model_dump(include={"factor", "journey", "stage"}, exclude_defaults=True)
        data["touchpoints"].append(part | answers(columns, place, use, meanings))
    elif use == "segment":
        aliases = known.column(column, known.segments.get(plain(name)))
        if name in data["segments"]:
            raise WrongMap([f"Two segments are named {quoted(name)}."])
        data["segments"][name] = {"column": aliases, "missing": missing, "labels": meanings}
    elif use == "comment":
        data["comments"].append({"column": column, "missing": missing})
    elif use == "coded":
        coded(data, columns.of(place, "list"), column, missing)
    elif use in ("theme", "themes"):
        theme(data, use, column, name)
    elif use in ("date", "weight", "respondent", "account", "part"):
        data[use] = column


def answers(columns: Columns, place: int, use: str, meanings: Mapping[str, str]) -> dict[str, Any]:
    """What a question's answers mean: its scale, the words for its steps, or the words for yes and no."""
    if use == "yesno" and meanings:
        sides = {plain(value) for value in meanings.values()}
        if not sides <= {"yes", "no"}:
            raise WrongMap([f"{columns.seen[place]['name']}: write what is yes and what is no, as in Ja = yes."])
        return {side: [answer for answer, value in meanings.items() if plain(value) == side] for side in ("yes", "no")}
    if use not in ("overall", "effort", "touchpoint", "score", "nps"):
        return {}
    labels = {"labels": numbers(columns.seen[place]["name"], meanings)} if meanings else {}
    return labels if use == "nps" else labels | scale(columns, place)


def scale(columns: Columns, place: int) -> dict[str, Any]:
    """Worst and best, in the way that was said; a third number is the step."""
    ends: list[str] = parts(columns.of(place, "scale"))
    if not ends:
        return {}
    step = {"step": ends[2]} if len(ends) == 3 else {}
    low_high = [number(end) for end in ends[:2]]
    if columns.of(place, "way") == DOWN and None not in low_high and len(low_high) == 2:
        return {"scale": sorted(low_high, reverse=True), **step}
    return {"scale": ends[:2] if len(ends) == 3 else ends, **step}


def numbers(column: str, meanings: Mapping[str, str]) -> dict[str, float]:
    found = {answer: number(value) for answer, value in meanings.items()}
    wrong = next((answer for answer, value in found.items() if value is None), None)
    if wrong is not None:
        raise WrongMap([f"{column}: {quoted(wrong)} needs a number on the scale, as in {wrong[:40]} = 5."])
    return {answer: value for answer, value in found.items() if value is not None}


def coded(data: dict[str, Any], which: str, column: str, missing: list[str]) -> None:
    """Columns that are coded by one list are one part of the map."""
    name, _, question = which.partition("|")
    if not name:
        raise WrongMap([f"{column} holds codes: add the code list that says what they mean, and choose it there."])
    part = {"codes": name, **({"question": question} if question else {})}
    same = next((one for one in data["comments"] if {key: one.get(key) for key in part} == part), None)
    if same is None:
        same = {**part, "columns": [], "missing": missing}
        data["comments"].append(same)
    same["columns"].append([column])


def theme(data: dict[str, Any], use: str, column: str, name: str) -> None:
    if use == "themes":
        data["themes"].append({"column": column, "each": "text"})
    elif name != column[:120]:
        data["themes"].append({"column": column, "name": name})
    else:
        marks = next((one for one in data["themes"] if "columns" in one), None)
        if marks is None:
            data["themes"].append(marks := {"columns": []})
        marks["columns"].append([column])


def score(data: dict[str, Any], columns: Columns, used: Sequence[str]) -> None:
    """How a comment speaks of us goes with the comments in words."""
    if "score" not in used:
        return
    place = used.index("score")
    column = columns.seen[place]["name"]
    spoken = [part for part in data["comments"] if "column" in part] or data["comments"]
    if not spoken:
        raise WrongMap([f"{column} says how the comment speaks of us, but no column is the comment."])
    own = answers(columns, place, "score", meant(columns.of(place, "meanings")))
    missing = [*parts(columns.of(place, "missing")), ""]
    spoken[0]["score"] = {"column": column, "missing": missing, **own}


def left_out(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        column, mark, cell = line.rpartition("=")
        if line.strip() and not mark:
            raise WrongMap([f"Rows to leave out: {quoted(line)} needs a column and what it says, as in ID = Total."])
        if mark:
            found.setdefault(column.strip(), []).append(cell.strip())
    return found


def meant(text: str) -> dict[str, str]:
    """ "Very good = 5", one a line; the answer may hold an equals sign itself, its meaning does not."""
    found = {}
    for line in text.splitlines():
        answer, mark, meaning = line.rpartition("=")
        if mark and answer.strip():
            found[answer.strip()] = meaning.strip()
        elif line.strip():
            raise WrongMap([f"What the answers mean: {quoted(line)} needs its meaning, as in Very good = 5."])
    return found


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
