"""The answers to one question of one source, counted out by segments: figures of cells, margins and rests."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.voice.answers import Answers, answers
from app.voice.comparing import Difference, difference
from app.voice.packed import Floats
from app.voice.scopes import Scope, Wave, What
from app.voice.segments import Codes, Parting, part_by, recode_id, values_of
from app.voice.showing import NOBODY_SAID
from app.voice.tallies import Figure, Measure, Sums, Tally, figure, median, scored, tally
from app.voice.trends.models import Recode

KEPT = 400
MOST_CELLS = 20_000


@dataclass(frozen=True)
class Raw:
    """What a median needs beside the sums."""

    values: Floats
    weights: Floats | None
    groups: Codes


@dataclass(frozen=True)
class Cells:
    """One axis a segment, each label a place of it; the last place of an axis is for whom nothing is said of it."""

    axes: tuple[tuple[str, ...], ...]
    measure: Measure
    weighted: bool
    told: Tally
    raw: Raw | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(axis) for axis in self.axes)

    @property
    def counts(self) -> NDArray[np.int64]:
        return self.told.n.reshape(self.shape)

    def groups(self, *places: int | None) -> list[int]:
        """The cells of a margin: None stands for all of an axis."""
        ranges = [range(size) if at is None else (at,) for at, size in zip(places, self.shape, strict=True)]
        return [int(np.ravel_multi_index(cell, self.shape)) if cell else 0 for cell in product(*ranges)]

    def sums(self, groups: Sequence[int]) -> Sums:
        return self.told.of(groups)

    def figure(self, groups: Sequence[int]) -> Figure:
        sums = self.sums(groups)
        found = figure(sums, self.summed)
        if self.raw is None:
            return found
        mine = np.isin(self.raw.groups, groups)
        weights = None if self.raw.weights is None else self.raw.weights[mine]
        effect = sums.n / found.effective if found.effective else 1.0
        middle = median(self.raw.values[mine], weights, effect if weights is None else 1.0)
        return Figure(middle, None, found.df, found.effective, found.accounts, found.design_effect)

    @property
    def summed(self) -> Measure:
        """What is tested: of a median, the mean."""
        return Measure.MEAN if self.measure is Measure.MEDIAN else self.measure

    def against_rest(self, groups: Sequence[int], whole: Sums) -> Difference | None:
        """Some cells against the rest of the whole that they belong to."""
        own = self.sums(groups)
        return difference(whole.without(own), own, self.summed)


cache: OrderedDict[tuple[object, ...], Cells | None] = OrderedDict()
guard = Lock()


def cells(
    db: Session,
    scope: Scope,
    wave: Wave,
    what: What,
    measure: Measure,
    keys: Sequence[str] = (),
    weighted: bool = False,
) -> Cells | None:
    """Kept for as long as neither the source nor a recode changes. None where the source cannot say it."""
    recodes = scope.recodes
    stamp = tuple((key, versions(key, recodes)) for key in keys)
    source = wave.source
    key = (str(db.get_bind().engine.url), source.id, source.version, what.key, measure, weighted, stamp)
    with guard:
        if key in cache:
            cache.move_to_end(key)
            return cache[key]
    found = counted(answers(db, source.id), wave, what, measure, keys, weighted, recodes)
    with guard:
        cache[key] = found
        while len(cache) > KEPT:
            cache.popitem(last=False)
    return found


def versions(key: str, recodes: Mapping[int, Recode]) -> tuple[tuple[int, int], ...]:
    """Of every recode: one may stand on others."""
    return tuple((one.id, one.version) for one in recodes.values()) if recode_id(key) is not None else ()


def counted(
    told: Answers,
    wave: Wave,
    what: What,
    measure: Measure,
    keys: Sequence[str],
    weighted: bool,
    recodes: Mapping[int, Recode],
) -> Cells | None:
    values = values_of(told, what.key)
    partings = [part_by(told, key, recodes) for key in keys]
    if values is None or any(parting is None for parting in partings) or (weighted and told.weights is None):
        return None
    known = [parting for parting in partings if parting]
    axes = tuple((*parting.labels, NOBODY_SAID) for parting in known)
    size = int(np.prod([len(axis) for axis in axes])) if axes else 1
    if size > MOST_CELLS:
        raise Invalid(f"That table would have {size:,} cells. Merge labels into fewer groups first.")
    groups = placed(known, len(values))
    weights = told.weights if weighted else None
    best, step = what.ends_in(wave)
    summed = Measure.MEAN if measure is Measure.MEDIAN else measure
    sums = tally(scored(summed, values, best, step), groups, size, weights, told.accounts)
    raw = Raw(values, weights, groups) if measure is Measure.MEDIAN else None
    return Cells(axes, measure, weighted, sums, raw)


def placed(partings: Sequence[Parting], n: int) -> Codes:
    """Of each response the number of its cell."""
    found = np.zeros(n, dtype=np.int64)
    for parting in partings:
        many = len(parting.labels)
        found = found * (many + 1) + np.where(parting.codes < 0, many, parting.codes)
    return found
