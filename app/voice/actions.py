"""Taking a source in: staged in short chunks that nobody sees, then shown by one flip.

A crash leaves a staging source behind, which the next import takes away: one that gave no sign of life for two minutes,
and at once one of the same bytes.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import CursorResult, delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Invalid, Stale
from app.people.models import Department
from app.record.actions import write
from app.voice import themes
from app.voice.figures import all_outcomes, use_figures
from app.voice.importing.mapfile import to_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.responses import Checked
from app.voice.importing.responses import Response as ToldResponse
from app.voice.importing.table import plain
from app.voice.models import (
    Audience,
    Factor,
    Outcome,
    OutcomeKind,
    Remark,
    Response,
    Segment,
    Series,
    Source,
    SourceStage,
    Touchpoint,
    Use,
)
from app.voice.packed import MOST_LABELS, labelled, pack_outcomes, pack_segments
from app.voice.queries import TAKEN

CHUNK = 500
SILENT_FOR = timedelta(minutes=2)
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
        store(database, source_id, taking, progress)
        themes.mark(database, source_id, taking.checked)
        with database.writing() as db:
            flip(db, source_id, taking)
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


def store(database: Database, source_id: int, taking: Taking, progress: Callable[[Session, int], None]) -> None:
    """All responses with their comments, a few hundred in a transaction: others write in between."""
    told = rows(taking.checked)
    done = 0
    while some := list(islice(told, CHUNK)):
        with database.writing() as db:
            still_ours(db, source_id)
            query = insert(Response).returning(col(Response.id), sort_by_parameter_order=True)
            ids = db.scalars(query, [{"source_id": source_id, **row} for row, _ in some]).all()
            remarks = [
                {"source_id": source_id, "response_id": number, **remark}
                for number, (_, own) in zip(ids, some, strict=True)
                for remark in own
            ]
            if remarks:
                db.execute(insert(Remark), remarks)
            done += len(some)
            progress(db, done)


def still_ours(db: Session, source_id: int) -> None:
    """Give a sign of life; end if somebody took this for a leftover meanwhile."""
    alive = update(Source).where(col(Source.id) == source_id, col(Source.stage) == SourceStage.STAGING)
    result = db.execute(alive.values(imported_at=now()))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale("The same file is being taken in by somebody else.")


def rows(checked: Checked) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each response as a row of its table, with its comments."""
    outcomes = pack_outcomes([outcome.values for outcome in checked.outcomes], len(checked))
    segments = pack_segments([labelled(labels)[1] for labels in checked.segments.values()], len(checked))
    for place, told in enumerate(checked.responses()):
        row = {
            "respondent": told.respondent,
            "on": told.date,
            "weight": told.weight,
            "account": told.account[:200] if told.account else None,
            "outcomes": outcomes[place].tobytes(),
            "ratings": told.ratings,
            "segments": segments[place].tobytes(),
        }
        yield row, remarks(told)


def remarks(told: ToldResponse) -> list[dict[str, Any]]:
    """A code that nobody listed has no words and is left out; checking has said so."""
    return [
        {"question": said.column[:200], "coded": said.code is not None, "words": said.text, "score": said.score}
        for said in told.comments
        if said.text
    ]


def flip(db: Session, source_id: int, taking: Taking) -> None:
    """Figures rolled up, names given, shown: one transaction."""
    still_ours(db, source_id)
    source = db.get_one(Source, source_id)
    if taking.replace:
        replace_namesake(db, source, taking.map.source)
    checked, survey_map = taking.checked, taking.map
    add_figures(db, source_id, taking)
    source.name = survey_map.source
    source.stage = SourceStage.TAKEN
    source.series_id = the_series(db, survey_map.series)
    source.department_id = the_department(db, survey_map.department)
    source.minimum_cell = survey_map.minimum_cell
    source.rows_for = source.comments_for = taking.rows_for
    source.weighted = checked.weights is not None
    source.rows, source.responses, source.set_aside = checked.rows, len(checked), checked.set_aside
    source.map = to_toml(survey_map)
    source.imported_at = now()
    db.flush()
    figures = {"rows": source.rows, "responses": source.responses, "set_aside": source.set_aside}
    write(db, taking.person_id, "import", source.ref, after=SourceStage.TAKEN.value, figures=figures)


def replace_namesake(db: Session, source: Source, name: str) -> None:
    """The wave that this one corrects keeps its rows, under another name and out of sight."""
    if earlier := named(db, name):
        earlier.name = f"{name[:160]} (replaced by source {source.id})"
        earlier.stage = SourceStage.REPLACED
        earlier.replaced_by = source.id
        db.flush()
        by, before, after = {"by": source.ref}, SourceStage.TAKEN.value, SourceStage.REPLACED.value
        write(db, source.imported_by, "replace", earlier.ref, before=before, after=after, figures=by)


def add_figures(db: Session, source_id: int, taking: Taking) -> None:
    checked, survey_map = taking.checked, taking.map
    for place, (part, figures) in enumerate(zip(survey_map.outcomes, all_outcomes(checked, survey_map), strict=True)):
        kind = OutcomeKind(part.kind.value)
        outcome = Outcome(
            source_id=source_id,
            place=place,
            name=part.name[:120],
            column=", ".join(part.column)[:200],
            question=part.question,
            kind=kind,
            step=part.step,
            **asdict(figures),
        )
        db.add(outcome)
    for place, (touched, used) in enumerate(zip(survey_map.touchpoints, use_figures(checked), strict=True)):
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
    for place, (name, labels) in enumerate(checked.segments.items()):
        known = json.dumps(labelled(labels)[0], ensure_ascii=False)
        db.add(Segment(source_id=source_id, place=place, name=name[:120], labels=known))


def the_touchpoint(db: Session, touched: Any) -> Touchpoint:
    """Found by its name in any case, or made; what an earlier wave did not say of it is added."""
    key = plain(touched.name)
    found = db.scalars(select(Touchpoint).where(col(Touchpoint.key) == key)).first()
    if found is None:
        found = Touchpoint(name=touched.name, key=key)
        db.add(found)
    if touched.factor is not None:
        found.factor = Factor(touched.factor.value)
    found.journey = touched.journey[:120] or found.journey
    found.stage = touched.stage[:120] or found.stage
    db.flush()
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


def sweep(database: Database, file_hash: str = "") -> int:
    """Take leftovers of broken imports away; how many there were."""
    silent = col(Source.imported_at) < now() - SILENT_FOR
    with database.reading() as db:
        mine = or_(silent, col(Source.file_hash) == file_hash) if file_hash else silent
        leftovers: Sequence[int] = db.scalars(
            select(col(Source.id)).where(col(Source.stage) == SourceStage.STAGING, mine)
        ).all()
    for source_id in leftovers:
        take_away(database, source_id)
    return len(leftovers)


def take_away(database: Database, source_id: int) -> None:
    """A staging source and its rows, in short chunks. Nothing refers to it: it was never shown."""
    while themes.unmark_some(database, source_id):
        pass
    for model in (Remark, Response):
        while delete_some(database, model, source_id):
            pass
    with database.writing() as db:
        db.execute(delete(Source).where(col(Source.id) == source_id, col(Source.stage) == SourceStage.STAGING))


def delete_some(database: Database, model: Any, source_id: int) -> bool:
    with database.writing() as db:
        staging = select(col(Source.id)).where(col(Source.id) == source_id, col(Source.stage) == SourceStage.STAGING)
        some = select(model.id).where(model.source_id.in_(staging)).limit(4 * CHUNK)
        result = db.execute(delete(model).where(model.id.in_(some)))
        assert isinstance(result, CursorResult)
        return result.rowcount > 0
