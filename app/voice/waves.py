"""Whether a file is the wave that it is said to be: its days, and whether its people have answered before."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.importing.limits import counted
from app.voice.importing.maps import SurveyMap
from app.voice.importing.responses import Checked
from app.voice.models import Response, Series, Source
from app.voice.packed import pack_outcomes
from app.voice.queries import TAKEN

SAMPLE = 500
SAME = 0.8  # of the answers of a wave, from which on it is most likely that wave again
CHANCE = 0.4  # where two people agree as often as that, agreeing says nothing
LATEST = 40


@dataclass(frozen=True)
class Doubt:
    """A sentence about what was found. `grave` ones have to be answered for before the file is taken."""

    sentence: str
    grave: bool = False


def doubts(db: Session, checked: Checked, survey_map: SurveyMap) -> list[Doubt]:
    """What speaks against this being the wave that the map says; a file that replaces its namesake is that wave."""
    others = [source for source in latest(db) if source.name != survey_map.source]
    found = [outside(checked, survey_map), *again(db, checked, others)]
    if not any(found):
        found.append(overlap(db, checked, survey_map, others))
    return [doubt for doubt in found if doubt]


def latest(db: Session) -> list[Source]:
    query = select(Source).where(TAKEN).order_by(col(Source.last_day).desc(), col(Source.id).desc()).limit(LATEST)
    return list(db.scalars(query))


def outside(checked: Checked, survey_map: SurveyMap) -> Doubt | None:
    """Days of the file's own that lie outside the period that was said."""
    known = [day for day in checked.dates or [] if day]
    if not survey_map.period or not known:
        return None
    first, last = survey_map.period
    strays = [day for day in known if not first <= day <= last]
    if not strays:
        return None
    said = f"{len(strays):,} of {counted(len(known), 'day')} lie outside the period from {first} to {last}"
    return Doubt(f"{said}: they go from {min(strays)} to {max(strays)}.", grave=2 * len(strays) > len(known))


def again(db: Session, checked: Checked, others: list[Source]) -> list[Doubt]:
    """Waves whose respondents gave the same answers: the same file under another name, or most of it."""
    if len(checked) < 20 or not checked.outcomes:
        return []
    places = np.unique(np.linspace(0, len(checked) - 1, SAMPLE).astype(int))
    outcomes = pack_outcomes([one.values for one in checked.outcomes], len(checked))
    told = {checked.keys[place]: outcomes[place].tobytes() for place in places}
    alike = Counter(told.values())
    if sum((n / len(told)) ** 2 for n in alike.values()) > CHANCE:
        return []
    found = []
    for source in others:
        columns = Response.__table__.c  # type: ignore[attr-defined]
        query = select(columns.respondent, columns.outcomes).where(
            columns.source_id == source.id, columns.respondent.in_(list(told))
        )
        same = sum(told[respondent] == answer for respondent, answer in db.execute(query))
        if same >= SAME * len(told):
            share = round(100 * same / len(told))
            sentence = (
                f"{share} % of the respondents gave the very same answers in {source.name}: is it that wave again?"
            )
            found.append(Doubt(sentence, grave=True))
    return found


def overlap(db: Session, checked: Checked, survey_map: SurveyMap, others: list[Source]) -> Doubt | None:
    """A wave of the same series that was asked on the same days."""
    if not survey_map.series or not checked.days:
        return None
    series = db.scalars(select(col(Series.id)).where(col(Series.name) == survey_map.series)).first()
    first, last = checked.days
    for source in others:
        if source.series_id is not None and source.series_id == series and meets(source, first, last):
            return Doubt(
                f"{source.name} of the same series was asked from {source.first_day} to {source.last_day} too."
            )
    return None


def meets(source: Source, first: date, last: date) -> bool:
    return source.first_day <= last and first <= source.last_day
