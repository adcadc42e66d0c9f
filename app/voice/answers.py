"""The responses of a source as arrays; the last few sources are kept unpacked, each at its version."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.voice.importing.packing import Scale, unpack_indices
from app.voice.models import Outcome, Response, Segment, Source, Touchpoint, Use
from app.voice.packed import Floats, unpack_outcomes, unpack_segments

KEPT = 6


@dataclass(frozen=True)
class Answers:
    """All arrays are over responses in the order of their ids; NaN (segments: -1) where there is nothing.

    outcomes: responses x outcomes, on their own scales, higher better. percent: responses x touchpoints, 0 worst to
    100 best. weights: None where the source has none, 0 where one answer's is missing. accounts: None where the source
    has none; the same account has the same number in every source, and whoever names none has one of their own, below
    0. days: as ordinals, 0 where there is none; None where no answer has one. ids: of the responses.
    """

    outcomes: Floats
    percent: Floats
    segments: NDArray[np.int32]
    weights: Floats | None
    outcome_names: tuple[str, ...]
    touchpoint_ids: tuple[int, ...]
    touchpoint_names: tuple[str, ...]
    segment_names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    version: int = 1
    accounts: NDArray[np.int64] | None = None
    days: NDArray[np.int32] | None = None
    ids: NDArray[np.int64] | None = None

    def outcome(self, name: str) -> Floats:
        if name not in self.outcome_names:
            raise Missing(f"This source has no outcome {name}.")
        return self.outcomes[:, self.outcome_names.index(name)]

    def where(self, segment: str | None, label: str | None) -> NDArray[np.bool_]:
        """Who stands in a cell of a segment; everybody where none is named."""
        if segment is None:
            return np.ones(len(self.outcomes), dtype=bool)
        if segment not in self.segment_names:
            raise Missing(f"This source has no segment {segment}.")
        place = self.segment_names.index(segment)
        known = self.labels[place]
        if label not in known:
            raise Missing(f"{segment} has no {label} in this source.")
        return np.asarray(self.segments[:, place] == known.index(label))


cache: OrderedDict[tuple[str, int, int], Answers] = OrderedDict()
guard = Lock()


def answers(db: Session, source_id: int) -> Answers:
    """A taken source's answers, unpacked at the first question and kept until more of them come in."""
    version = db.scalar(select(col(Source.version)).where(col(Source.id) == source_id)) or 1
    key = str(db.get_bind().engine.url), source_id, version
    with guard:
        if key in cache:
            cache.move_to_end(key)
            return cache[key]
    found = replace(read(db, source_id), version=version)
    with guard:
        cache[key] = found
        while len(cache) > KEPT:
            cache.popitem(last=False)
    return found


def read(db: Session, source_id: int) -> Answers:
    outcomes = db.scalars(select(Outcome).where(col(Outcome.source_id) == source_id).order_by(col(Outcome.place))).all()
    segments = db.scalars(select(Segment).where(col(Segment.source_id) == source_id).order_by(col(Segment.place))).all()
    uses = uses_of(db, source_id)
    columns = Response.__table__.c  # type: ignore[attr-defined]
    query = (
        select(
            columns.outcomes, columns.ratings, columns.segments, columns.weight, columns.account, columns.on, columns.id
        )
        .where(columns.source_id == source_id)
        .order_by(columns.id)
    )
    rows = db.execute(query).all()
    n = len(rows)
    weights = np.array([row[3] if row[3] is not None else np.nan for row in rows], dtype=np.float64)
    return Answers(
        unpack_outcomes(b"".join(row[0] for row in rows), len(outcomes)) if outcomes else np.empty((n, 0)),
        percents(b"".join(row[1] for row in rows), [use for use, _ in uses]) if uses else np.empty((n, 0)),
        unpack_segments(b"".join(row[2] for row in rows), len(segments)) if segments else np.empty((n, 0), np.int32),
        None if np.isnan(weights).all() else np.nan_to_num(weights),
        tuple(outcome.name for outcome in outcomes),
        tuple(use.touchpoint_id for use, _ in uses),
        tuple(name for _, name in uses),
        tuple(segment.name for segment in segments),
        tuple(tuple(json.loads(segment.labels)) for segment in segments),
        accounts=account_numbers([row[4] for row in rows]),
        days=day_numbers([row[5] for row in rows]),
        ids=np.array([row[6] for row in rows], dtype=np.int64),
    )


def account_numbers(names: Sequence[str | None]) -> NDArray[np.int64] | None:
    if not any(names):
        return None
    known: dict[str, int] = {}
    for name in names:
        if name and name not in known:
            known[name] = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) >> 1
    return np.array([known[name] if name else -1 - place for place, name in enumerate(names)], dtype=np.int64)


def day_numbers(days: Sequence[date | None]) -> NDArray[np.int32] | None:
    found = np.array([day.toordinal() if day else 0 for day in days], dtype=np.int32)
    return found if found.any() else None


def uses_of(db: Session, source_id: int) -> Sequence[Any]:
    """The touchpoints of a source with their names, in the order of the packed ratings."""
    query = (
        select(Use, col(Touchpoint.name))
        .join(Touchpoint, col(Touchpoint.id) == col(Use.touchpoint_id))
        .where(col(Use.source_id) == source_id)
        .order_by(col(Use.place))
    )
    return db.execute(query).all()


def scale_of(use: Use) -> Scale:
    return Scale(use.worst, use.best, use.step)


def percents(data: bytes, uses: Sequence[Use]) -> Floats:
    scales = [scale_of(use) for use in uses]
    indices = unpack_indices(data, scales)
    steps = np.array([scale.values - 1 for scale in scales], dtype=np.float64)
    return np.where(indices < 0, np.nan, 100 * indices / steps)
