"""Responses on their way in, in short chunks that nobody sees; and what a broken import left of them.

A crash leaves a staging source behind, which the next import takes away: one that gave no sign of life for two minutes,
and at once one of the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CursorResult, delete, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.columns import now
from app.db import Database, embedded
from app.errors import Stale
from app.voice import themes
from app.voice.importing.responses import Checked, Comment
from app.voice.models import Remark, Response, Source, SourceStage
from app.voice.packed import labelled, pack_outcomes, pack_segments

CHUNK = 5_000
ASKED = 500
SILENT_FOR = timedelta(minutes=2)
COLUMNS = ("source_id", "respondent", "on", "weight", "account", "outcomes", "ratings", "segments")


def store(database: Database, source_id: int, checked: Checked, progress: Callable[[Session, int], None]) -> None:
    """All responses with their comments, some thousands in a transaction: others write in between."""
    for start, told in chunks(checked):
        with database.writing() as db:
            still_ours(db, source_id)
            # Straight to the driver: SQLAlchemy would cost twice as much. `still_ours` has said that the voice changes.
            db.connection().exec_driver_sql(insertion(db), [(source_id, *row) for row in told.rows])
            if told.remarks:
                numbers = numbers_of(db, source_id, list(dict.fromkeys(key for key, _ in told.remarks)))
                remarks = [
                    {"source_id": source_id, "response_id": numbers[key], **remark} for key, remark in told.remarks
                ]
                db.execute(insert(Remark), remarks)
            progress(db, start + len(told.rows))


def insertion(db: Session) -> str:
    marks = ", ".join(["?" if embedded(db) else "%s"] * len(COLUMNS))
    named = ", ".join(f'"{column}"' for column in COLUMNS)
    return f"INSERT INTO response ({named}) VALUES ({marks})"  # noqa: S608 - nothing but constants


def numbers_of(db: Session, source_id: int, respondents: Sequence[str]) -> dict[str, int]:
    """The ids under which these were just stored."""
    columns = table_of(Response).c
    query = select(columns.respondent, columns.id).where(columns.source_id == source_id)
    some = (respondents[at : at + ASKED] for at in range(0, len(respondents), ASKED))
    return {name: number for names in some for name, number in db.execute(query.where(columns.respondent.in_(names)))}


def still_ours(db: Session, source_id: int) -> None:
    """Give a sign of life; end if somebody took this for a leftover meanwhile."""
    alive = update(Source).where(col(Source.id) == source_id, col(Source.stage) == SourceStage.STAGING)
    result = db.execute(alive.values(imported_at=now()))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale("The same file is being taken in by somebody else.")


@dataclass(frozen=True)
class Chunk:
    """Rows as COLUMNS has them after the source, and comments, each beside its respondent."""

    rows: list[tuple[Any, ...]]
    remarks: list[tuple[str, dict[str, Any]]]


def chunks(checked: Checked) -> Iterator[tuple[int, Chunk]]:
    """All responses in order, some thousands at a time, with the place of the first."""
    outcomes = pack_outcomes([outcome.values for outcome in checked.outcomes], len(checked))
    segments = pack_segments([labelled(labels)[1] for labels in checked.segments.values()], len(checked))
    days: Sequence[date | None] = checked.dates or [None] * len(checked)
    at = 0
    for start in range(0, len(checked), CHUNK):
        some = slice(start, start + CHUNK)
        keys = checked.keys[some]
        columns = (
            keys,
            [day.isoformat() if day else None for day in days[some]],
            weights_in(checked, some, len(keys)),
            [account[:200] if account else None for account in checked.accounts[some]],
            cut(outcomes[some]),
            cut(checked.ratings[some]),
            cut(segments[some]),
        )
        rows = list(zip(*columns, strict=True))
        told = []
        while at < len(checked.comments) and checked.comments[at][0] < start + len(rows):
            place, said = checked.comments[at]
            if remark := remark_of(said):
                told.append((keys[place - start], remark))
            at += 1
        yield start, Chunk(rows, told)


def cut(packed: NDArray[np.uint8]) -> list[bytes]:
    """Responses x bytes as one text of bytes a response."""
    width, whole = packed.shape[1], packed.tobytes()
    return [whole[at : at + width] for at in range(0, len(whole), width)] if width else [b""] * len(packed)


def weights_in(checked: Checked, some: slice, n: int) -> list[float | None]:
    if checked.weights is None:
        return [None] * n
    return [None if weight != weight else weight for weight in checked.weights[some].tolist()]


def remark_of(said: Comment) -> dict[str, Any] | None:
    """A code that nobody listed has no words and is left out; checking has said so."""
    if not said.text:
        return None
    return {"question": said.column[:200], "coded": said.code is not None, "words": said.text, "score": said.score}


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
