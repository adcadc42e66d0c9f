"""The file of votes: one a person and idea, the last one counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ideas.importing.cells import ident
from app.ideas.importing.dates import instants
from app.ideas.importing.found import NEVER, Ballot, Found, House
from app.ideas.importing.ideas_in import HERE, LONGEST_KEY, UNKNOWN
from app.ideas.importing.maps import IdeaMap, Votes
from app.ideas.importing.problems import Sheet
from app.voice.importing.cells import canonical
from app.voice.importing.limits import counted, quoted
from app.voice.importing.mapfile import WrongMap
from app.voice.importing.table import Column

Ints = NDArray[np.int64]
NO_VALUE, NOT_SAID = -1, -2
NEITHER = "is neither support nor set aside"


@dataclass
class Cast:
    """Every vote that can be read, in the order of the file; `said` is a place among `values`."""

    ideas: Ints
    people: Ints
    at: Ints
    order: Ints
    said: Ints


class Values:
    """What a vote can say, numbered: those that support first."""

    def __init__(self, part: Votes) -> None:
        self.names = list(dict.fromkeys([*map(canonical, part.value.support), *map(canonical, part.value.set_aside)]))
        self.support = len(set(map(canonical, part.value.support)))
        self.places = {name: place for place, name in enumerate(self.names)}

    def read(self, column: Column, empty: int = NO_VALUE) -> list[int]:
        """A number for each distinct cell: a place, NO_VALUE for a stranger, `empty` for one without a value."""
        return [self.places.get(canonical(text), NO_VALUE if text.strip() else empty) for text in column.texts]


def read_votes(
    sheet: Sheet, part: Votes, idea_map: IdeaMap, house: House, places: Mapping[str, int], found: Found
) -> None:
    person = sheet.find(part.person, "person")
    values = Values(part)
    people: Ints
    if part.matrix:
        sheet.refuse_missing()
        assert person
        people = people_of(sheet, person, found)
        cast = from_matrix(sheet, person, people, values, places, found)
    else:
        columns = [sheet.find(part.idea, "idea"), sheet.find(part.value.column, "value"), sheet.find(part.date, "date")]
        sheet.refuse_missing()
        idea, value, date = columns
        assert person
        assert idea
        assert value
        ideas = ideas_of(sheet, idea, places)
        said = values.read(value)
        sheet.wrong(value, [code for code, one in enumerate(said) if one == NO_VALUE], NEITHER)
        at = instants(sheet, date, idea_map.date_order, house.zone)
        people = people_of(sheet, person, found)
        kept = np.flatnonzero(~sheet.bad)
        cast = Cast(ideas[kept], people[kept], at[kept], kept, np.array(said)[value.codes][kept])
    settle(cast, values, found)


def ideas_of(sheet: Sheet, column: Column, places: Mapping[str, int]) -> Ints:
    """The place of each row's idea."""
    known: Ints = np.array([places.get(ident(text), UNKNOWN) for text in column.texts], dtype=np.int64)
    sheet.wrong(column, np.flatnonzero(known == UNKNOWN).tolist(), "names no idea that comes in")
    return np.take(known, column.codes)


def people_of(sheet: Sheet, column: Column, found: Found) -> Ints:
    """The place of each row's person; only people of rows without a problem are counted in."""
    keys = [ident(text) for text in column.texts]
    sheet.wrong(column, [code for code, key in enumerate(keys) if not key], "is empty; a vote needs a person")
    long = [code for code, key in enumerate(keys) if len(key) > LONGEST_KEY]
    sheet.wrong(column, long, f"is longer than {LONGEST_KEY} characters")
    numbers: Ints = np.full(len(keys), UNKNOWN, dtype=np.int64)
    there, first = np.unique(column.codes[~sheet.bad], return_index=True)
    for code in there[np.argsort(first)].tolist():
        numbers[code] = found.crowd.place(keys[code])
    return np.take(numbers, column.codes)


def from_matrix(
    sheet: Sheet, person: Column, people: Ints, values: Values, places: Mapping[str, int], found: Found
) -> Cast:
    """A column an idea. Columns that are no idea's are named; an empty cell is no vote."""
    parts: list[tuple[Ints, Ints, Ints]] = []
    others: list[str] = []
    seen: set[str] = set()
    for column in sheet.table.columns:
        key = ident(column.name)
        if column is person or key not in places:
            others += [] if column is person else [column.name]
            continue
        seen.add(key)
        said = np.array(values.read(column, NOT_SAID))[column.codes]
        sheet.wrong_rows(column, np.flatnonzero(said == NO_VALUE), NEITHER)
        rows = np.flatnonzero((said >= 0) & (people >= 0))
        parts.append((np.full(len(rows), places[key]), rows, said[rows]))
    if not seen:
        raise WrongMap([f"{sheet.name}: no column is named by the id of an idea."])
    without = len(places) - len(seen)
    if others:
        named = ", ".join(map(quoted, others[:8])) + (" …" if len(others) > 8 else "")
        found.notes.append(f"{counted(len(others), 'column')} of {sheet.name} named by no idea's id: {named}.")
    if without:
        found.notes.append(f"{counted(without, 'idea')} without a column in {sheet.name}.")
    ideas, rows, said = (np.concatenate([part[place] for part in parts]) for place in range(3))
    # A row with a cell that cannot be read is left out whole, whichever of its columns comes first.
    whole = ~sheet.bad[rows]
    ideas, rows, said = ideas[whole], rows[whole], said[whole]
    return Cast(ideas, people[rows], np.full(len(rows), NEVER), rows, said)


def settle(cast: Cast, values: Values, found: Found) -> None:
    """The last vote of a person on an idea counts: by date, and where dates are equal by place in the file."""
    here = cast.ideas == HERE
    rows = len(cast.ideas)
    order = np.lexsort((cast.order, cast.at, cast.people, cast.ideas))
    order = order[~here[order]]
    ideas, people, said, at = cast.ideas[order], cast.people[order], cast.said[order], cast.at[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (ideas[:-1] != ideas[1:]) | (people[:-1] != people[1:])
    ideas, people, said, at = ideas[last], people[last], said[last], at[last]
    support = said < values.support
    for idea, value, n in zip(*tallied(ideas, said), strict=True):
        found.answers[idea][values.names[value]] += n
    totals = np.bincount(said, minlength=len(values.names)).tolist()
    found.ballot = Ballot(ideas[support].astype(np.int32), people[support].astype(np.int32), at[support])
    authors = np.array([idea.author for idea in found.ideas], dtype=np.int64)
    own = int((authors[found.ballot.ideas] == found.ballot.people).sum()) if len(found.ballot) else 0
    found.votes = told(rows, int(here.sum()), int((~last).sum()), support, people, values, totals, own)


def tallied(ideas: Ints, said: Ints) -> tuple[list[int], list[int], list[int]]:
    pairs, counts = np.unique(np.stack([ideas, said]), axis=1, return_counts=True)
    return pairs[0].tolist(), pairs[1].tolist(), counts.tolist()


def told(
    rows: int,
    here: int,
    superseded: int,
    support: NDArray[np.bool_],
    people: Ints,
    values: Values,
    totals: list[int],
    own: int,
) -> dict[str, Any]:
    return {
        "rows": rows,
        "here": here,
        "superseded": superseded,
        "counted": len(support),
        "support": int(support.sum()),
        "set_aside": int((~support).sum()),
        "values": dict(zip(values.names, totals, strict=True)),
        "aside": dict(zip(values.names[values.support :], totals[values.support :], strict=True)),
        "people": len(np.unique(people)),
        "own": own,
    }
