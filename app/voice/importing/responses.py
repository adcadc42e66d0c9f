"""What a checked file holds: columns over all responses, and each response when it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.voice.importing.maps import OutcomeKind
from app.voice.importing.packing import MISSING, NOT_APPLICABLE, Scale, indices_in, values_of
from app.voice.importing.problems import Problems


@dataclass(frozen=True)
class Comment:
    """`text` is what was said, or what the code means; `code` is None for a comment in words.

    `theme` is what the code list says; `themes` are all that the comment is about.
    """

    column: str
    text: str
    code: str | None
    theme: str
    row: int
    themes: tuple[str, ...] = ()
    score: float | None = None  # 0 to 100, higher is better


@dataclass(frozen=True)
class Touched:
    """One touchpoint over all responses, as packing.py lays it out: a million answers are a megabyte."""

    name: str
    scale: Scale
    packed: NDArray[np.uint8]

    @property
    def indices(self) -> NDArray[np.int32]:
        """Places on its scale (0 = worst), NOT_APPLICABLE or MISSING."""
        return indices_in(self.packed)

    @property
    def values(self) -> NDArray[np.float64]:
        """Answers on the original range, turned so that higher is better; NaN where there is none."""
        return values_of(self.scale)[self.indices]

    @property
    def n(self) -> int:
        return int((self.indices >= 0).sum())

    @property
    def not_applicable(self) -> int:
        return int((self.indices == NOT_APPLICABLE).sum())

    @property
    def missing(self) -> int:
        return int((self.indices == MISSING).sum())

    @property
    def counts(self) -> dict[float, int]:
        """How many gave each answer, as it is written in the file."""
        places = self.indices
        found, counts = np.unique(places[places >= 0], return_counts=True)
        return {self.scale.value(int(index)): int(n) for index, n in zip(found, counts, strict=True)}


@dataclass(frozen=True)
class OutcomeValues:
    """One outcome over all responses, NaN where it was not answered; higher is better on every scale."""

    name: str
    kind: OutcomeKind
    values: NDArray[np.float64]

    @property
    def n(self) -> int:
        return int((~np.isnan(self.values)).sum())

    @property
    def missing(self) -> int:
        return len(self.values) - self.n

    @property
    def counts(self) -> dict[float, int]:
        found, counts = np.unique(self.values[~np.isnan(self.values)], return_counts=True)
        return {float(value): int(n) for value, n in zip(found, counts, strict=True)}


@dataclass(frozen=True)
class Response:
    """`row` is the number of its first row in the file; `ratings` as packing.py lays them out."""

    respondent: str
    row: int
    date: date | None
    weight: float | None
    account: str | None
    outcomes: tuple[float | None, ...]
    ratings: bytes
    segments: dict[str, str]
    comments: list[Comment]


@dataclass(frozen=True)
class Checked:
    """All lists and arrays are over responses, in the order of their first rows.

    `set_aside` is how many cells with a problem are treated as missing by the person's word; `notes` are
    worth reading but stop nothing.
    """

    rows: int
    outcomes: list[OutcomeValues]
    weights: NDArray[np.float64] | None
    dates: list[date | None] | None
    period: tuple[date, date] | None
    keys: list[str]
    accounts: list[str | None]
    segments: dict[str, list[str | None]]
    touchpoints: list[Touched]
    scales: tuple[Scale, ...]
    ratings: NDArray[np.uint8]
    comments: list[tuple[int, Comment]]
    first_rows: NDArray[np.uint32]
    problems: Problems
    set_aside: int
    notes: list[str]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def acceptable(self) -> bool:
        return self.problems.total == self.set_aside

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day: the map's period, else of the dates."""
        known = [day for day in self.dates or [] if day]
        return self.period or ((min(known), max(known)) if known else None)

    def responses(self) -> Iterator[Response]:
        """One at a time, so that a million of them need no memory of their own."""
        at = 0
        for place, key in enumerate(self.keys):
            told: list[Comment] = []
            while at < len(self.comments) and self.comments[at][0] == place:
                told.append(self.comments[at][1])
                at += 1
            yield self._response(place, key, told)

    def _response(self, place: int, key: str, told: list[Comment]) -> Response:
        return Response(
            respondent=key,
            row=int(self.first_rows[place]),
            date=self.dates[place] if self.dates else None,
            weight=None if self.weights is None else _number(self.weights[place]),
            account=self.accounts[place],
            outcomes=tuple(_number(outcome.values[place]) for outcome in self.outcomes),
            ratings=self.ratings[place].tobytes(),
            segments={name: label for name, labels in self.segments.items() if (label := labels[place])},
            comments=told,
        )


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
