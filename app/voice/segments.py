"""Ways of parting the respondents of a source: its segments, periods of its days, and recodes that people made.

A way is named by a key, in addresses and in what is saved: a segment by its name, `period:month`, `recode:7`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.voice.answers import Answers
from app.voice.packed import Floats
from app.voice.trends.models import Recode, RecodeKind

PERIODS = ("week", "month", "quarter")
BETWEEN = " · "
DEEPEST = 3
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Parting:
    """Labels in order, and of each response the place of its own, -1 for none."""

    labels: tuple[str, ...]
    codes: Codes


def recode_id(key: str) -> int | None:
    """7 of `recode:7`."""
    number = key.removeprefix("recode:")
    return int(number) if key != number and number.isdecimal() and len(number) < 19 else None


def part_by(told: Answers, key: str, recodes: Mapping[int, Recode], depth: int = 0) -> Parting | None:
    """Everybody in a source parted by a key; None where the source cannot be parted so."""
    if key.startswith("period:"):
        return by_period(told, key.removeprefix("period:"))
    if (number := recode_id(key)) is not None:
        recode = recodes.get(number)
        return by_recode(told, recode, recodes, depth + 1) if recode and depth < DEEPEST else None
    if key not in told.segment_names:
        return None
    place = told.segment_names.index(key)
    return Parting(told.labels[place], told.segments[:, place].astype(np.int64))


def by_recode(told: Answers, recode: Recode, recodes: Mapping[int, Recode], depth: int) -> Parting | None:
    meant: dict[str, Any] = json.loads(recode.definition)
    match recode.kind:
        case RecodeKind.MERGE:
            inner = part_by(told, meant["segment"], recodes, depth)
            return inner and merged(inner, meant["groups"], meant["other"])
        case RecodeKind.BANDS:
            values = values_of(told, meant["of"])
            return None if values is None else banded(values, meant["cuts"], meant["names"])
        case _:
            parts = [part_by(told, key, recodes, depth) for key in meant["segments"]]
            one, other = parts
            return combined(one, other) if one and other else None


def values_of(told: Answers, of: str) -> Floats | None:
    """Answers to `outcome:Name` or `touchpoint:7` (on 0 to 100), where the source asked it."""
    kind, _, name = of.partition(":")
    if kind == "outcome" and name in told.outcome_names:
        return told.outcomes[:, told.outcome_names.index(name)]
    if kind == "touchpoint" and name.isdecimal() and int(name) in told.touchpoint_ids:
        return told.percent[:, told.touchpoint_ids.index(int(name))]
    return None


def merged(inner: Parting, groups: Mapping[str, str], other: str) -> Parting:
    """Labels that nobody named go to `other`, or to nowhere where that is empty."""
    new = [groups.get(label, other) for label in inner.labels]
    labels = tuple(dict.fromkeys([*(name for name in groups.values()), *([other] if other else [])]))
    places = np.array([*(labels.index(name) if name else -1 for name in new), -1], dtype=np.int64)
    return Parting(labels, places[inner.codes])


def banded(values: Floats, cuts: Sequence[float], names: Sequence[str]) -> Parting:
    """Below the first cut; from each cut to below the next; from the last cut on."""
    codes = np.searchsorted(np.asarray(cuts), values, side="right").astype(np.int64)
    codes[np.isnan(values)] = -1
    return Parting(tuple(names) or band_names(cuts), codes)


def band_names(cuts: Sequence[float]) -> tuple[str, ...]:
    told = [f"{cut:,.10g}" for cut in cuts]
    between = [f"{low} to below {high}" for low, high in pairwise(told)]
    return (f"below {told[0]}", *between, f"{told[-1]} and more")


def combined(one: Parting, other: Parting) -> Parting:
    labels = tuple(f"{left}{BETWEEN}{right}" for left in one.labels for right in other.labels)
    codes = one.codes * len(other.labels) + other.codes
    codes[(one.codes < 0) | (other.codes < 0)] = -1
    return Parting(labels, codes)


def by_period(told: Answers, unit: str) -> Parting | None:
    """Weeks from Monday, months or quarters of the days of the answers; the empty ones between are left out."""
    if told.days is None or unit not in PERIODS:
        return None
    days, places = np.unique(told.days, return_inverse=True)
    names = [period_name(date.fromordinal(int(day)), unit) if day else "" for day in days]
    labels = tuple(dict.fromkeys(name for name in names if name))
    number = {name: at for at, name in enumerate(labels)}
    return Parting(labels, np.array([number.get(name, -1) for name in names], dtype=np.int64)[places])


def period_name(day: date, unit: str) -> str:
    """In an order that is also the order of time."""
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if unit == "month" else f"{day.year}-Q{(day.month + 2) // 3}"
