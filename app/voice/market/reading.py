"""Benchmarks from a file: one row each, named by its columns. Pure: text in, forms and problems out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from app.voice.evidence.periods import period
from app.voice.evidence.reading import Problem, cells
from app.voice.importing.limits import quoted
from app.voice.importing.table import plain
from app.voice.market.models import INDICES, BenchmarkForm, wrong_with
from app.web.forms import in_words

COLUMNS = ("index", "touchpoint", "whose", "name", "period", "value", "low", "high", "n", "error", "read in", "link")
NEEDED = ("index", "name", "period", "value", "read in", "read on")
MOST_ROWS = 2_000


@dataclass
class Read:
    forms: list[BenchmarkForm] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(text: str, touchpoints: Mapping[str, int]) -> Read:
    told = Read()
    rows = cells(text)
    header = [plain(name) for name in next(rows, (1, []))[1]]
    if lacking := [name for name in NEEDED if name not in header]:
        told.problems.append(Problem(1, f"The first row lacks {', '.join(lacking)}. It may have {', '.join(COLUMNS)}."))
        return told
    for number, row in rows:
        if number > MOST_ROWS:
            told.problems.append(Problem(number, f"More than {MOST_ROWS:,} rows: bring them in in parts."))
            break
        given = {name: row[at].strip() if at < len(row) else "" for at, name in enumerate(header)}
        one = a_benchmark(given, touchpoints)
        if isinstance(one, str):
            told.problems.append(Problem(number, one))
        else:
            told.forms.append(one)
    return told


def a_benchmark(given: Mapping[str, str], touchpoints: Mapping[str, int]) -> BenchmarkForm | str:
    """A row as a form, or what is wrong with it."""
    days, read_on = period(given["period"]), period(given["read on"])
    if days is None or read_on is None:
        wrong = given["period"] if days is None else given["read on"]
        return f"{quoted(wrong, 30)} is no day, month, quarter or year."
    values: dict[str, object] = {
        "index": {plain(name): name for name in INDICES}.get(plain(given["index"]), given["index"]),
        "first_day": days[0],
        "last_day": days[1],
        "read_on": read_on[1],
        "read_in": given["read in"],
    }
    values |= {name: given[name] for name in ("name", "value", "link") if name in given}
    values |= {name: given[name] for name in ("low", "high", "n", "error") if given.get(name)}
    values |= {"whose": plain(given["whose"])} if given.get("whose") else {}
    if name := given.get("touchpoint"):
        if plain(name) not in touchpoints:
            return f"No touchpoint is named {quoted(name, 60)}."
        values["touchpoint"] = touchpoints[plain(name)]
    try:
        form = BenchmarkForm.model_validate(values)
    except ValidationError as error:
        return "; ".join(f"{one['loc'][0] if one['loc'] else ''}: {in_words(one)}" for one in error.errors())
    return "; ".join(words for _, words in wrong_with(form)) or form
