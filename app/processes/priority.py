"""Vital processes: low performance and high impact, with the chance that each is vital.

A process's performance is, for each respondent, the weighted mean of the touchpoints they answered, on 0-100;
the process stands at the mean of those. Its impact says how much that moves the outcome (see drivers).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from app.estimates import Estimate
from app.processes.drivers import Method, drive
from app.processes.resampling import Answers, resample
from app.voice.indices import mean

Floats = npt.NDArray[np.float64]

FEWEST_ANSWERS = 30
BEYOND_DOUBT = 0.95


class Verdict(StrEnum):
    """Vital: in at least 95 % of the resamples too. Perhaps: as the figures stand, but in fewer of them."""

    VITAL = "vital"
    PERHAPS = "vital, perhaps"
    NOT_VITAL = "not vital"
    TOO_LITTLE = "too little data"


@dataclass(frozen=True, slots=True)
class Survey:
    """Outcome (n,) with higher better, ratings (n, touchpoints) on 0-100, weights (n,); NaN where no answer.

    `processes` gives each process its touchpoints as (column, weight). A touchpoint of no process stands for
    itself. Without weights all figures are unweighted.
    """

    outcome: Floats
    ratings: Floats
    touchpoints: Sequence[str]
    processes: Mapping[str, Sequence[tuple[int, float]]]
    weights: Floats | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines at the means or medians of both axes, or performance at a target and impact at its mean."""

    name: str = "means"
    target: float | None = None

    @classmethod
    def read(cls, text: str) -> "Rule":
        """`means`, `medians` or `target=N`; anything else is a ValueError that says so."""
        if text in ("means", "medians"):
            return cls(text)
        name, _, figure = text.partition("=")
        if name == "target" and figure.replace(".", "", 1).isdecimal() and float(figure) <= 100:
            return cls(name, float(figure))
        raise ValueError("The rule is means, medians or target=N, with N from 0 to 100.")

    def __str__(self) -> str:
        return self.name if self.target is None else f"{self.name}={self.target:g}"

    def lines(self, performance: Floats, impact: Floats) -> tuple[Floats, Floats]:
        """The cut on each axis, over the last dimension."""
        middle = np.median if self.name == "medians" else np.mean
        across = np.asarray(middle(impact, axis=-1), dtype=np.float64)
        if self.target is not None:
            return np.full_like(across, self.target), across
        return np.asarray(middle(performance, axis=-1), dtype=np.float64), across

    def vital(self, performance: Floats, impact: Floats) -> npt.NDArray[np.bool_]:
        """Below the line of performance, and not below that of impact."""
        low, high = self.lines(performance, impact)
        return np.asarray((performance < low[..., None]) & (impact >= high[..., None]))


@dataclass(frozen=True, slots=True)
class Item:
    """One process or lone touchpoint. `n` counts those who said something of it."""

    name: str
    performance: float | None
    performance_low: float | None
    performance_high: float | None
    impact: float | None
    impact_low: float | None
    impact_high: float | None
    share: float | None
    vital: bool
    vital_probability: float | None
    n: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Assessment:
    """All items, and the lines between them: None where no item has data enough.

    `resampling` names how the chances were found. `n` counts the respondents behind the impacts.
    """

    rule: str
    impact: Method
    weighted: bool
    n: int
    r2: float | None
    performance_cut: float | None
    impact_cut: float | None
    resampling: str | None
    resamples: int
    items: tuple[Item, ...]


def performances(survey: Survey) -> tuple[tuple[str, ...], Floats]:
    """Processes, then lone touchpoints, by name; and what each respondent said of them, shape (n, items)."""
    taken = {column for parts in survey.processes.values() for column, _ in parts}
    alone = [column for column in range(len(survey.touchpoints)) if column not in taken]
    groups = [*survey.processes.values(), *([(column, 1.0)] for column in alone)]
    shares = np.zeros((len(survey.touchpoints), len(groups)))
    for group, parts in enumerate(groups):
        for column, weight in parts:
            shares[column, group] = weight
    told = ~np.isnan(survey.ratings)
    total, answered = np.where(told, survey.ratings, 0.0) @ shares, told @ shares
    said = np.divide(total, answered, out=np.full(total.shape, np.nan), where=answered > 0)
    return (*survey.processes, *(survey.touchpoints[column] for column in alone)), said


def assess(survey: Survey, method: Method = Method.CORRELATION, rule: Rule | None = None) -> Assessment:
    """Which processes are vital, by one rule: as the figures stand, and in every resample of respondents.

    What has fewer than 30 answers, or pairs of answer and outcome, is too little data: it moves no line.
    """
    rule = rule or Rule()
    names, said = performances(survey)
    drivers = drive(method, survey.outcome, said, survey.weights)
    stands = [mean(column, survey.weights) for column in said.T]
    usable = [i for i, both in enumerate(zip(stands, drivers.impacts, strict=True)) if _enough(*both)]
    weights = np.ones(len(said)) if survey.weights is None else survey.weights
    again = resample(Answers(survey.outcome, said[:, usable], weights), method) if usable else None
    performance, impact = _values(stands, usable), _values(drivers.impacts, usable)
    items = [_thin(*one) for one in zip(names, stands, drivers.impacts, strict=True)]
    if again:
        vital = rule.vital(performance, impact)
        chances = rule.vital(again.performance, again.impact).mean(axis=0)
        for place, i in enumerate(usable):
            items[i] = _placed(items[i], bool(vital[place]), float(chances[place]))
            if drivers.shares:
                items[i] = _shared(items[i], drivers.shares[i], again.impact[:, place])
    lines = tuple(map(float, rule.lines(performance, impact))) if usable else (None, None)
    return Assessment(
        str(rule),
        method,
        survey.weights is not None,
        drivers.n,
        drivers.r2,
        lines[0],
        lines[1],
        again.name if again else None,
        len(again.impact) if again else 0,
        tuple(items),
    )


def _enough(stands: Estimate, impact: Estimate) -> bool:
    return impact.value is not None and min(stands.n, impact.n) >= FEWEST_ANSWERS


def _values(estimates: Sequence[Estimate], usable: Sequence[int]) -> Floats:
    return np.array([estimates[i].value for i in usable], dtype=np.float64)


def _thin(name: str, stands: Estimate, impact: Estimate) -> Item:
    """An item as it is before anything says that there is data enough."""
    return Item(
        name,
        stands.value,
        stands.low,
        stands.high,
        impact.value,
        impact.low,
        impact.high,
        None,
        False,
        None,
        stands.n,
        Verdict.TOO_LITTLE,
    )


def _placed(item: Item, vital: bool, chance: float) -> Item:
    verdict = Verdict.NOT_VITAL if not vital else Verdict.VITAL if chance >= BEYOND_DOUBT else Verdict.PERHAPS
    return replace(item, vital=vital, vital_probability=chance, verdict=verdict)


def _shared(item: Item, share: float, impacts: Floats) -> Item:
    low, high = np.quantile(impacts, (0.025, 0.975))
    return replace(item, share=share, impact_low=float(low), impact_high=float(high))
