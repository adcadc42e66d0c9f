"""The responses of a source as arrays; the last few sources are kept unpacked, each at its version.

They are read in blocks straight into small arrays: a million responses to 25 questions take about 25 MB and their
outcomes 8 MB each, and never become a million rows of Python.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.voice.importing.packing import Scale, unpack_indices
from app.voice.models import Outcome, Response, Segment, Source, Touchpoint, Use
from app.voice.packed import Floats, unpack_outcomes, unpack_segments

KEPT = 6
Steps = NDArray[np.int8] | NDArray[np.int16]
AT_ONCE = 20_000


@dataclass(frozen=True)
class Answers:
    """All arrays are over responses in the order of their ids; NaN (segments, steps: -1) where nothing is.

    outcomes: responses x outcomes, on their own scales, higher better. steps: responses x touchpoints, how many steps
    an answer is better than the worst; `tops`: how many the best one is. weights: None where the source has none, 0
    where one answer's is missing. accounts: one number an account, the same in every source, a number of its own,
    below 0, for what belongs to none; None where no answer belongs to one. days: ordinals, 0 where unknown; None
    without any. ids: of the responses.
    """

    outcomes: Floats
    steps: Steps
    tops: tuple[int, ...]
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

    def __len__(self) -> int:
        return len(self.outcomes)

    @cached_property
    def percent(self) -> Floats:
        """Responses x touchpoints, 0 worst to 100 best: eight bytes an answer, so of a large source ask `rating`."""
        return self.percents(slice(None))

    def percents(self, which: slice | NDArray[np.int64]) -> Floats:
        """Some responses x touchpoints, 0 worst to 100 best."""
        some = self.steps[which]
        return np.where(some < 0, np.nan, 100.0 * some / np.array(self.tops, dtype=np.float64))

    def best(self, which: slice | NDArray[np.int64]) -> Floats:
        """Some responses x touchpoints: 100 where the answer is one of the best two steps, else 0.

        Of a scale of two steps only the better one counts.
        """
        some, tops = self.steps[which], np.array(self.tops)
        return np.where(some < 0, np.nan, np.where(some >= np.maximum(tops - 1, 1), 100.0, 0.0))

    def rating(self, place: int) -> Floats:
        """One touchpoint by everybody, 0 worst to 100 best."""
        some = self.steps[:, place]
        return np.where(some < 0, np.nan, 100.0 * some / self.tops[place])

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
    mine = columns.source_id == source_id
    n, first, last = db.execute(select(func.count(), func.min(columns.id), func.max(columns.id)).where(mine)).one()
    scales = [scale_of(use) for use, _ in uses]
    narrow = all(scale.values <= 127 for scale in scales)
    filled = Filled(
        np.full((n, len(outcomes)), np.nan),
        np.full((n, len(uses)), -1, np.int8) if narrow else np.full((n, len(uses)), -1, np.int16),
        np.full((n, len(segments)), -1, dtype=np.int32),
        np.full(n, np.nan),
        -1 - np.arange(n, dtype=np.int64),
        np.zeros(n, dtype=np.int32),
        np.zeros(n, dtype=np.int64),
        {},
    )
    start = 0
    for rows in blocks(db, columns, source_id, n, first, last):
        filled.put(slice(start, start + len(rows)), rows, scales)
        start += len(rows)
    weights = filled.weights
    return Answers(
        filled.outcomes,
        filled.steps,
        tuple(scale.values - 1 for scale in scales),
        filled.segments,
        None if np.isnan(weights).all() else np.nan_to_num(weights),
        tuple(outcome.name for outcome in outcomes),
        tuple(use.touchpoint_id for use, _ in uses),
        tuple(name for _, name in uses),
        tuple(segment.name for segment in segments),
        tuple(tuple(json.loads(segment.labels)) for segment in segments),
        accounts=filled.accounts if filled.known else None,
        days=filled.days if filled.days.any() else None,
        ids=filled.ids,
    )


def account_numbers(names: Sequence[str | None]) -> NDArray[np.int64] | None:
    """A number for each account, the same in every source; what belongs to none stands for itself. None without any."""
    if not any(names):
        return None
    numbered = -1 - np.arange(len(names), dtype=np.int64)
    number_accounts(numbered, names, {})
    return numbered


def number_accounts(numbered: NDArray[np.int64], names: Sequence[str | None], known: dict[str, int]) -> None:
    """Numbers of the named ones, in place. `known` are those that came before."""
    for place, name in enumerate(names):
        if name:
            if name not in known:
                known[name] = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) >> 1
            numbered[place] = known[name]


def day_numbers(days: Sequence[date | None]) -> NDArray[np.int32]:
    return np.array([day.toordinal() if day else 0 for day in days], dtype=np.int32)


def blocks(
    db: Session, columns: Any, source_id: int, n: int, first: int | None, last: int | None
) -> Iterator[Sequence[Any]]:
    """The packed rows of a source by id, some thousand at a time."""
    wanted = (
        columns.outcomes,
        columns.ratings,
        columns.segments,
        columns.weight,
        columns.account,
        columns.on,
        columns.id,
    )
    query = select(*wanted).order_by(columns.id)
    if n <= AT_ONCE:
        yield db.execute(query.where(columns.source_id == source_id)).all()
        return
    # By ranges of ids, which are the order on the disk: an index over the source alone would have to be sorted.
    place = (first or 0) - 1
    left = n
    while left > 0 and last is not None and place < last:
        some = query.where(columns.id > place, columns.id <= last, columns.source_id + 0 == source_id)
        rows = db.execute(some.limit(min(AT_ONCE, left))).all()
        if not rows:
            return
        yield rows
        place, left = rows[-1].id, left - len(rows)


@dataclass(frozen=True)
class Filled:
    """Arrays on the way to being answers; `known` numbers the accounts as they come."""

    outcomes: Floats
    steps: Steps
    segments: NDArray[np.int32]
    weights: Floats
    accounts: NDArray[np.int64]
    days: NDArray[np.int32]
    ids: NDArray[np.int64]
    known: dict[str, int]

    def put(self, where: slice, rows: Sequence[Any], scales: Sequence[Scale]) -> None:
        if not rows:
            return
        outcomes, ratings, segments, weights, accounts, days, ids = zip(*rows, strict=True)
        if self.outcomes.shape[1]:
            self.outcomes[where] = unpack_outcomes(b"".join(outcomes), self.outcomes.shape[1])
        if scales:
            self.steps[where] = np.maximum(unpack_indices(b"".join(ratings), scales), -1)
        if self.segments.shape[1]:
            self.segments[where] = unpack_segments(b"".join(segments), self.segments.shape[1])
        self.weights[where] = np.array(weights, dtype=np.float64)
        if any(accounts):
            number_accounts(self.accounts[where], accounts, self.known)
        self.days[where] = day_numbers(days)
        self.ids[where] = ids


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
    """Concatenated packed ratings as responses x touchpoints, 0 worst to 100 best: for a few responses."""
    scales = [scale_of(use) for use in uses]
    places = unpack_indices(data, scales)
    return np.where(places < 0, np.nan, 100.0 * places / np.array([scale.values - 1 for scale in scales], np.float64))
