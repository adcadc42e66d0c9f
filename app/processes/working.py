"""From a source's answers to a study of its processes, and how long that takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.processes.drivers import Method
from app.processes.priority import combined, shares_of
from app.processes.resampling import MOST_AT_ONCE, RESAMPLES, Block, Floats, Places, Progress
from app.processes.study import Study, study
from app.voice.answers import Answers

QUICK = 0.6


@dataclass(frozen=True)
class Driver:
    """A process with its touchpoints in a source, as (touchpoint, weight); or a touchpoint that stands for itself.

    Two drivers are the same when they are made of the same, whatever they are called.
    """

    parts: tuple[tuple[int, float], ...]
    process_id: int | None = None
    touchpoint_id: int | None = None
    name: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Its row on pages: a number for a process, one after a t for a touchpoint."""
        return f"{self.process_id}" if self.process_id else f"t{self.touchpoint_id}"


@dataclass(frozen=True)
class Combined:
    """A source's respondents with what they said of each driver, unpacked block by block."""

    told: Answers
    shares: Floats
    weights: Floats | None

    def __len__(self) -> int:
        return len(self.told)

    def rows(self, which: slice | Places) -> Block:
        outcomes = self.told.outcomes[which]
        weights = np.ones(len(outcomes)) if self.weights is None else self.weights[which]
        said = combined(self.told.percents(which), self.shares)
        return Block(outcomes, said, combined(self.told.best(which), self.shares), weights)


def combining(told: Answers, drivers: Sequence[Driver], *, weighted: bool = False) -> Combined:
    place = {touchpoint: column for column, touchpoint in enumerate(told.touchpoint_ids)}
    groups = [[(place[touchpoint], weight) for touchpoint, weight in driver.parts] for driver in drivers]
    return Combined(told, shares_of(groups, len(place)), told.weights if weighted else None)


def worked_out(
    told: Answers,
    drivers: Sequence[Driver],
    method: Method,
    *,
    weighted: bool = False,
    resamples: int = RESAMPLES,
    progress: Progress = lambda _: None,
) -> Study:
    """Everything about these drivers, for every outcome of the source."""
    people = combining(told, drivers, weighted=weighted)
    return study(
        people,
        told.outcome_names,
        len(drivers),
        method,
        weighted=weighted,
        units=units_of(told),
        resamples=resamples,
        progress=progress,
    )


def units_of(told: Answers) -> Places | None:
    """Whose answers go together: those of one account. Who belongs to none stands alone."""
    if told.accounts is None:
        return None
    return np.asarray(np.unique(told.accounts, return_inverse=True)[1], dtype=np.int64)


def quick(responses: int, items: int, outcomes: int, method: Method) -> bool:
    """Whether somebody can wait for it."""
    return responses <= MOST_AT_ONCE and seconds(responses, items, outcomes, method) < QUICK


def seconds(responses: int, items: int, outcomes: int, method: Method) -> float:
    """About how long a slow core takes over a bootstrap, as measured: draws, sums, and what is made of them."""
    terms = 6 * items if method is Method.CORRELATION else (items + 2) * (items + 3) / 2
    draws = RESAMPLES * responses * (4e-8 + 1e-10 * (3 * items + outcomes * terms))
    if method is Method.SHAPLEY:
        return draws + RESAMPLES * outcomes * float(1 << items) * 1.6e-7
    return draws + (RESAMPLES * outcomes * 3e-7 * items**2 if method is Method.JOHNSON else 0.0)
