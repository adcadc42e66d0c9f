"""Taking a source in: staged in short chunks that nobody sees, then shown by one flip."""

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Invalid, Stale
from app.people.models import Department
from app.record.actions import write
from app.voice import themes
from app.voice.figures import OutcomeFigures, UseFigures, all_outcomes, use_figures
from app.voice.importing.mapfile import to_toml
from app.voice.importing.maps import PART, SurveyMap
from app.voice.importing.responses import Checked
from app.voice.importing.table import plain
from app.voice.journeys.placing import settle
from app.voice.models import (
    Audience,
    Factor,
    Outcome,
    OutcomeKind,
    Segment,
    Series,
    Source,
    SourceStage,
    Touchpoint,
    Use,
)
from app.voice.packed import MOST_LABELS, labelled
from app.voice.queries import TAKEN
from app.voice.staging import still_ours, store, sweep, take_away
from app.voice.touchpoints.queries import found_by_name

LONGEST_KEY = 200


@dataclass(frozen=True)
class Taking:
    """A checked file on its way in, and what was said of it beside the map."""

    checked: Checked
    map: SurveyMap
    file_name: str
    file_hash: str
    person_id: int | None = None
    rows_for: Audience = Audience.COMMITTEE
    replace: bool = False
    figures_for: Audience = Audience.EMPLOYEES
    comments_for: Audience | None = None  # as the rows


def same_bytes(db: Session, file_hash: str) -> Source | None:
    """What was taken from exactly these bytes, the latest first."""
    query = select(Source).where(TAKEN, col(Source.file_hash) == file_hash).order_by(col(Source.id).desc())
    return db.scalars(query).first() if file_hash else None


def taken_already(db: Session, file_hash: str, survey_map: SurveyMap) -> Source | None:
    """The source that these bytes under this map have given before."""
    query = select(Source).where(TAKEN, col(Source.file_hash) == file_hash, col(Source.map) == to_toml(survey_map))
    return db.scalars(query).first()


def take(
    database: Database,
    taking: Taking,
    progress: Callable[[Session, int], None] = lambda db, done: None,
    ended: Callable[[Session, int], None] = lambda db, source_id: None,
) -> int:
    """Store it all and show it; the source's id.

    Slow: call it from a thread of its own, never inside a request's transaction. `progress` is called in the
    transaction of each chunk, `ended` in that of the flip.
    """
    refuse(database, taking)
    sweep(database, taking.file_hash)
    source_id = begin(database, taking)
    try:
        store(database, source_id, taking.checked, progress)
        themes.mark(database, source_id, taking.checked)
        figures = figures_of(taking)
        with database.writing() as db:
            flip(db, source_id, taking, figures)
            ended(db, source_id)
    except BaseException as error:
        with suppress(DBAPIError):
            take_away(database, source_id)
        if isinstance(error, IntegrityError):
            raise Stale(f"Somebody took in {taking.map.source} a moment ago.") from error
        raise
    return source_id


def refuse(database: Database, taking: Taking) -> None:
    """What cannot be stored is said before anything is."""
    if not taking.checked.acceptable:
        raise Invalid("Mend the cells that are in the way, name them in the map, or set them aside.")
    if not len(taking.checked):
        raise Invalid("The file holds no responses.")
    if taking.checked.days is None:
        raise Invalid("No row has a date, so nobody can say when customers were asked: name a period.")
    for name, labels in taking.checked.segments.items():
        if len({label for label in labels if label}) > MOST_LABELS:
            raise Invalid(f"The segment {name} has more than {MOST_LABELS:,} labels.")
    if long := next((key for key in taking.checked.keys if len(key) > LONGEST_KEY), None):
        raise Invalid(f"A respondent is named by more than {LONGEST_KEY} characters: {long[:40]}…")
    if taking.map.source.isdecimal():
        raise Invalid("A source is named in words, not by a number alone.")
    with database.reading() as db:
        if named(db, taking.map.source) and not taking.replace:
            raise Stale(f"There is a source named {taking.map.source} already. Name this one otherwise, or replace it.")


def named(db: Session, name: str) -> Source | None:
    return db.scalars(select(Source).where(TAKEN, col(Source.name) == name)).first()


def begin(database: Database, taking: Taking) -> int:
    """A staging source, under a name that nobody else can want."""
    first, last = days(taking)
    with database.writing() as db:
        source = Source(
            name=f"staging {secrets.token_hex(16)}",
            first_day=first,
            last_day=last,
            file_name=taking.file_name[:300],
            file_hash=taking.file_hash,
            imported_by=taking.person_id,
        )
        db.add(source)
        db.flush()
        return source.id


def days(taking: Taking) -> tuple[date, date]:
    assert taking.checked.days is not None
    return taking.checked.days


@dataclass(frozen=True)
class Figures:
    """What is rolled up before the flip, so that nobody waits for it with the write lock held."""

    outcomes: list[OutcomeFigures]
    uses: list[UseFigures]
    segments: list[tuple[str, list[str]]]


def figures_of(taking: Taking) -> Figures:
    checked = taking.checked
    segments = [(name, labelled(labels)[0]) for name, labels in checked.segments.items()]
    return Figures(all_outcomes(checked, taking.map), use_figures(checked), segments)


def flip(db: Session, source_id: int, taking: Taking, figures: Figures) -> None:
    """Figures stored, names given, shown: one transaction."""
    still_ours(db, source_id)
    source = db.get_one(Source, source_id)
    if taking.replace:
        replace_namesake(db, source, taking.map.source)
    checked, survey_map = taking.checked, taking.map
    add_figures(db, source_id, survey_map, figures)
    source.name = survey_map.source
    source.stage = SourceStage.TAKEN
    source.series_id = the_series(db, survey_map.series)
    source.department_id = the_department(db, survey_map.department)
    source.minimum_cell = survey_map.minimum_cell
    source.figures_for, source.rows_for = taking.figures_for, taking.rows_for
    source.comments_for = taking.comments_for or taking.rows_for
    source.weighted = checked.weights is not None
    source.rows, source.responses, source.set_aside = checked.rows, len(checked), checked.set_aside
    source.map = to_toml(survey_map)
    source.imported_at = now()
    db.flush()
    counted = {"rows": source.rows, "responses": source.responses, "set_aside": source.set_aside}
    write(db, taking.person_id, "import", source.ref, after=SourceStage.TAKEN.value, figures=counted)


def replace_namesake(db: Session, source: Source, name: str) -> None:
    """The wave that this one corrects keeps its rows, under another name and out of sight."""
    if earlier := named(db, name):
        earlier.name = f"{name[:160]} (replaced by source {source.id})"
        earlier.stage = SourceStage.REPLACED
        earlier.replaced_by = source.id
        db.flush()
        by, before, after = {"by": source.ref}, SourceStage.TAKEN.value, SourceStage.REPLACED.value
        write(db, source.imported_by, "replace", earlier.ref, before=before, after=after, figures=by)


def add_figures(db: Session, source_id: int, survey_map: SurveyMap, figures: Figures) -> None:
    for place, (part, told) in enumerate(zip(survey_map.outcomes, figures.outcomes, strict=True)):
        kind = OutcomeKind(part.kind.value)
        outcome = Outcome(
            source_id=source_id,
            place=place,
            name=part.name[:120],
            column=", ".join(part.column)[:200],
            question=part.question,
            kind=kind,
            step=part.step,
            **asdict(told),
        )
        db.add(outcome)
    for place, (touched, used) in enumerate(zip(survey_map.touchpoints, figures.uses, strict=True)):
        touchpoint = the_touchpoint(db, touched)
        worst, best = touched.scale
        use = Use(
            source_id=source_id,
            touchpoint_id=touchpoint.id,
            place=place,
            column=", ".join(touched.column)[:200],
            question=touched.question,
            worst=worst,
            best=best,
            step=touched.step,
            **asdict(used),
        )
        db.add(use)
    for place, (name, labels) in enumerate(figures.segments):
        known = json.dumps(labels, ensure_ascii=False)
        said = survey_map.part is not None and name == PART
        db.add(Segment(source_id=source_id, place=place, name=name[:120], labels=known, part=said))


def the_touchpoint(db: Session, touched: Any) -> Touchpoint:
    """Found by any of its names in any case, or made; what an earlier wave did not say of it is added."""
    found = found_by_name(db, touched.name)
    if found is None:
        found = Touchpoint(name=touched.name, key=plain(touched.name))
        db.add(found)
    if touched.factor is not None:
        found.factor = Factor(touched.factor.value)
    said = found.journey, found.stage
    found.journey = touched.journey[:120] or found.journey
    found.stage = touched.stage[:120] or found.stage
    db.flush()
    if said != (found.journey, found.stage):
        settle(db, found)
    return found


def the_series(db: Session, name: str) -> int | None:
    if not name:
        return None
    found = db.scalars(select(Series).where(col(Series.name) == name)).first() or Series(name=name)
    db.add(found)
    db.flush()
    return found.id


def the_department(db: Session, name: str) -> int | None:
    if not name:
        return None
    found = db.scalars(select(Department).where(col(Department.name) == name)).first() or Department(name=name)
    db.add(found)
    db.flush()
    return found.id
