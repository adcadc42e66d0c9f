"""The filled-in form as a survey map, or what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.voice.importing.cells import number
from app.voice.importing.limits import quoted
from app.voice.importing.mapfile import WrongMap, from_dict, to_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.table import plain
from app.voice.mapping import DOWN, OUTCOMES, SINGLE, Columns


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
