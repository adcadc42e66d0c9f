"""The file of ideas: what each row becomes, and where each id is found by votes and comments."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256

import numpy as np

from app.errors import Invalid
from app.ideas.importing.cells import cut, ident, one_line, sound
from app.ideas.importing.dates import instants, moment_of
from app.ideas.importing.found import NEVER, Found, House, NewIdea, Place
from app.ideas.importing.maps import IdeaMap
from app.ideas.importing.problems import Rows, Sheet
from app.voice.importing.cells import canonical
from app.voice.importing.limits import quoted
from app.voice.importing.mapfile import WrongMap
from app.voice.importing.table import Column, plain

MOST_IDEAS = 50_000
LONGEST_KEY = 200
LONGEST_TITLE = 200
HERE = -2  # an idea that is here already: its votes and comments are passed over
UNKNOWN = -1


class IdeaColumns:
    def __init__(self, sheet: Sheet, idea_map: IdeaMap) -> None:
        part = idea_map.ideas
        self.id = sheet.find(part.id, "id")
        self.title = sheet.find(part.title, "title")
        self.texts = [found for name in part.text if (found := sheet.find([name], "text"))]
        self.author = sheet.find(part.author, "author")
        self.date = sheet.find(part.date, "date")
        self.stage = sheet.find(part.stage.column if part.stage else None, "stage")
        self.supported = sheet.find(part.supported, "supported")
        self.process = sheet.find(idea_map.process_column, "process_column")
        sheet.refuse_missing()


def read_ideas(sheet: Sheet, idea_map: IdeaMap, house: House, found: Found) -> dict[str, int]:
    """Ideas by age into `found.ideas`; answers the place of each id there, HERE where it was brought before."""
    if len(sheet) > MOST_IDEAS:
        raise Invalid(f"At most {MOST_IDEAS:,} ideas come in at once; {sheet.name} has {len(sheet):,}.")
    columns = IdeaColumns(sheet, idea_map)
    assert columns.id
    assert columns.title
    refuse_ids(sheet, columns.id)
    at = instants(sheet, columns.date, idea_map.date_order, house.zone)
    wanted = stages(sheet, columns.stage, idea_map)
    supported = supporters(sheet, columns.supported)
    processes = processes_of(sheet, columns.process, idea_map, house)
    keys = [ident(text) for text in columns.id.texts]
    rows: list[tuple[int, str, str]] = []  # row, key, digest
    places: dict[str, int] = {}
    for row in np.flatnonzero(~sheet.bad).tolist():
        key = keys[int(columns.id.codes[row])]
        words = [columns.title[row], *(column[row] for column in columns.texts)]
        digest = sha256("\0".join(map(sound, words)).encode("utf-8", "replace")).hexdigest()
        if not any(word.strip() for word in words):
            sheet.wrong_rows(columns.title, np.array([row]), "is empty; an idea needs words")
        elif house.known.get(key, digest) != digest:
            reason = f"belongs to an idea with other words, which {quoted(idea_map.source)} brought before"
            sheet.wrong_rows(columns.id, np.array([row]), reason)
        elif key in house.known:
            places[key] = HERE
        else:
            rows.append((row, key, digest))
    found.here = len(places)
    rows.sort(key=lambda one: (at[one[0]] == NEVER, at[one[0]], one[0]))
    for row, key, digest in rows:
        places[key] = len(found.ideas)
        title, text = titled(columns.title[row], [column[row] for column in columns.texts])
        author = ident(columns.author[row]) if columns.author else ""
        process = processes[row] if isinstance(processes, list) else processes
        assert process is not None
        idea = NewIdea(
            key,
            title,
            text,
            found.crowd.place(author) if author else -1,
            moment_of(int(at[row])),
            process.id,
            process.committee_id,
            bool(wanted[row]),
            digest,
            supported[row],
        )
        found.ideas.append(idea)
    found.answers = [Counter() for _ in found.ideas]
    return places


def refuse_ids(sheet: Sheet, column: Column, what: str = "an idea") -> None:
    """Every row has an id of its own."""
    keys = [ident(text) for text in column.texts]
    sheet.wrong(column, [code for code, key in enumerate(keys) if not key], f"is empty; {what} needs an id")
    long = [code for code, key in enumerate(keys) if len(key) > LONGEST_KEY]
    sheet.wrong(column, long, f"is longer than {LONGEST_KEY} characters")
    first: dict[str, int] = {}
    twice: dict[int, list[int]] = {}
    for row, code in enumerate(column.codes.tolist()):
        if not sheet.bad[row] and first.setdefault(keys[code], row) != row:
            twice.setdefault(first[keys[code]], []).append(row)
    for row, others in twice.items():
        sheet.wrong_rows(column, np.array(others), f"is the id of row {sheet.row(row)} already")


def stages(sheet: Sheet, column: Column | None, idea_map: IdeaMap) -> Rows:
    """Whether each row's idea is to be listed."""
    if column is None or idea_map.ideas.stage is None:
        return np.ones(len(sheet), dtype=bool)
    values = idea_map.ideas.stage.values
    said = [values.get(canonical(text)) for text in column.texts]
    sheet.wrong(column, [code for code, one in enumerate(said) if one is None], "is none of the stages of the map")
    return np.take(np.array([bool(one) for one in said], dtype=bool), column.codes)


def supporters(sheet: Sheet, column: Column | None) -> list[int | None]:
    """How many supported each row's idea where it comes from."""
    if column is None:
        return [None] * len(sheet)
    said = [ident(text) for text in column.texts]
    bad = [
        code for code, text in enumerate(said) if text and not (text.isascii() and text.isdigit() and len(text) < 10)
    ]
    sheet.wrong(column, bad, "is no number of people")
    numbers = [int(text) if text and code not in bad else None for code, text in enumerate(said)]
    return [numbers[code] for code in column.codes.tolist()]


def processes_of(sheet: Sheet, column: Column | None, idea_map: IdeaMap, house: House) -> Place | list[Place | None]:
    """The one process, or each row's."""
    if column is None:
        process = house.processes.get(plain(idea_map.process or ""))
        if process is None:
            raise WrongMap([no_process(idea_map.process or "", house.processes)])
        return process
    said = [house.processes.get(plain(text)) for text in column.texts]
    sheet.wrong(column, [code for code, one in enumerate(said) if one is None], "is no process here")
    return [said[code] for code in column.codes.tolist()]


def no_process(name: str, known: Mapping[str, Place]) -> str:
    names = [quoted(place.name) for place in known.values()]
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    there = f"There are {', '.join(names[:8])}{more}." if names else "There is none yet."
    return f"No process is named {quoted(name)}. {there}"


def titled(title: str, texts: list[str]) -> tuple[str, str]:
    """One line for the title, and the whole text; what was cut from the title stands in the text."""
    whole = "\n\n".join(dict.fromkeys(text for one in texts if (text := sound(one))))
    line = one_line(title) or one_line(whole)
    short = cut(line)[:LONGEST_TITLE]
    if short != line and line not in one_line(whole):
        whole = f"{sound(title)}\n\n{whole}".strip()
    return short, whole
