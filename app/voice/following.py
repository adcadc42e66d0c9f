"""The next wave of a survey: whose map fits a new file, and what of it the file lacks."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.importing.mapfile import WrongMap, from_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.table import plain
from app.voice.mapping import Texts, parts_of
from app.voice.models import Source
from app.voice.queries import FOR_ALL, TAKEN

ENOUGH = 0.6
LATEST = 50
NEAREST = 3


@dataclass(frozen=True)
class Kept:
    """A source whose map fits a file: `found` of its `asked` columns are there."""

    source_id: int
    name: str
    found: int
    asked: int

    @property
    def share(self) -> float:
        return self.found / self.asked


@dataclass(frozen=True)
class Lack:
    """What a kept map reads from a column that the file does not have; `near` are places of columns called alike."""

    use: str
    name: str
    column: str
    near: tuple[int, ...]


def read_map(source: Source) -> SurveyMap | None:
    """A source's map; sources that came in otherwise have none."""
    try:
        return from_toml(source.map) if source.map else None
    except WrongMap:
        return None


def fitting(db: Session, person_id: int, header: Sequence[str]) -> list[Kept]:
    """Sources of which most columns are in a file, the best first, of those alike the latest.

    A map says no figures; still only those count that are for everybody or that this person brought in.
    """
    theirs = and_(TAKEN, col(Source.imported_by) == person_id)
    query = select(Source).where(or_(FOR_ALL, theirs), col(Source.map) != "")
    latest = query.order_by(col(Source.last_day).desc(), col(Source.id).desc()).limit(LATEST)
    here = {plain(name) for name in header}
    found = []
    for source in db.scalars(latest):
        survey_map = read_map(source)
        asked = parts_of(survey_map) if survey_map else []
        there = sum(any(plain(alias) in here for alias in aliases) for aliases, _ in asked)
        if asked and there >= ENOUGH * len(asked):
            found.append(Kept(source.id, source.name, there, len(asked)))
    return sorted(found, key=lambda kept: -kept.share)


def lacking(like: SurveyMap, header: Sequence[str]) -> list[Lack]:
    """What the map names and the file lacks, each with the columns that are called most alike."""
    places = {plain(name): place for place, name in enumerate(header)}
    found = []
    for aliases, fields in parts_of(like):
        if any(plain(alias) in places for alias in aliases):
            continue
        near = [
            places[match]
            for alias in aliases
            for match in difflib.get_close_matches(plain(alias), places, n=NEAREST, cutoff=0.5)
        ]
        found.append(Lack(fields["use"], fields.get("name", ""), aliases[0], tuple(dict.fromkeys(near))))
    return found


def taken_from(like: SurveyMap, lack: Lack) -> Texts:
    """The fields of what the file lacks, for the column that a person says it is now."""
    return next((dict(fields) for aliases, fields in parts_of(like) if aliases[0] == lack.column), {})


def next_name(earlier: str, file_name: str, years: Sequence[int]) -> str:
    """The earlier source's name with the year of this file, where either says one; else nothing."""
    said = re.search(r"(?<!\d)(19|20)\d{2}(?!\d)", earlier)
    if not said:
        return ""
    named = [int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", file_name)]
    year = next((year for year in (*named, *years) if str(year) != said[0]), None)
    return earlier.replace(said[0], str(year)) if year else ""
