"""Vital processes: low performance and high impact, with the chance that each is vital.

A process's performance is, for each respondent, the weighted mean of the touchpoints they answered, on 0-100;
the process stands at the mean of those; or, by top two, at the mean of the part (by the same weights) of a respondent's
answers that were on the best two steps. Its impact says how much what they said moves the outcome (see drivers): the
measure of performance does not change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from app.processes.drivers import Method
from app.processes.resampling import Block, Places
from app.processes.study import FEWEST_ANSWERS, Measure, Study, study

Floats = npt.NDArray[np.float64]

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
    itself. Without weights all figures are unweighted. `best`: 100 where a rating is on the best two steps, else 0.
    `units`: the account of each respondent, where answers of one go together.
    """

    outcome: Floats
    ratings: Floats
    touchpoints: Sequence[str]
    processes: Mapping[str, Sequence[tuple[int, float]]]
    weights: Floats | None = None
    best: Floats | None = None
    units: Places | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines at the means or medians of both axes, or performance at a target; impact at its mean or a target too."""

    name: str = "means"
    target: float | None = None
    least: float | None = None

    @classmethod
    def read(cls, text: str) -> "Rule":
        """`means`, `medians`, `target=N` or `target=N,M`; anything else is a ValueError that says so."""
        if text in ("means", "medians"):
            return cls(text)
        name, _, figures = text.partition("=")
        target, comma, least = figures.partition(",")
        if name == "target" and plain(target) and float(target) <= 100:
            if not comma:
                return cls(name, float(target))
            if plain(least) and float(least) <= 1:
                return cls(name, float(target), float(least))
        raise ValueError(
            "The rule is means, medians or target=N, with N from 0 to 100 (target=N,M also sets the line of impact,"
            " with M from 0 to 1)."
        )

    def __str__(self) -> str:
        if self.target is None:
            return self.name
        return f"{self.name}={self.target:g}" + ("" if self.least is None else f",{self.least:g}")

    @property
    def words(self) -> str:
        """As it is said within a sentence."""
        if self.target is None:
            return self.name
        return f"a target of {self.target:g}" + ("" if self.least is None else f" and impact from {self.least:g}")

    def lines(self, performance: Floats, impact: Floats) -> tuple[Floats, Floats]:
        """The cut on each axis, over the last dimension."""
        middle = np.median if self.name == "medians" else np.mean
        across = np.asarray(middle(impact, axis=-1), dtype=np.float64)
        if self.least is not None:
            across = np.full_like(across, self.least)
        if self.target is not None:
            return np.full_like(across, self.target), across
        return np.asarray(middle(performance, axis=-1), dtype=np.float64), across

    def vital(self, performance: Floats, impact: Floats) -> npt.NDArray[np.bool_]:
        """Below the line of performance, and not below that of impact."""
        low, high = self.lines(performance, impact)
        return np.asarray((performance < low[..., None]) & (impact >= high[..., None]))


def plain(text: str) -> bool:
    """A decimal number without a sign, short enough to be one that somebody means."""
    return len(text) <= 8 and text.isascii() and text.replace(".", "", 1).isdecimal()


@dataclass(frozen=True, slots=True)
class Item:
    """One process or lone touchpoint. `n` counts those who said something of it.

    `pairwise` is its correlation with the outcome among the `pairwise_n` who answered both, whatever the method.
    """

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
    pairwise: float | None = None
    pairwise_n: int = 0


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
    measure: Measure = Measure.MEAN


def performances(survey: Survey) -> tuple[tuple[str, ...], Floats]:
    """Processes, then lone touchpoints, by name; and what each respondent said of them, shape (n, items)."""
    taken = {column for parts in survey.processes.values() for column, _ in parts}
    alone = [column for column in range(len(survey.touchpoints)) if column not in taken]
    groups = [*survey.processes.values(), *([(column, 1.0)] for column in alone)]
    said = combined(survey.ratings, shares_of(groups, len(survey.touchpoints)))
    return (*survey.processes, *(survey.touchpoints[column] for column in alone)), said


def shares_of(groups: Sequence[Sequence[tuple[int, float]]], touchpoints: int) -> Floats:
    """Weights of touchpoints in items, shape (touchpoints, items)."""
    shares = np.zeros((touchpoints, len(groups)))
    for group, parts in enumerate(groups):
        for column, weight in parts:
            shares[column, group] = weight
    return shares


def combined(ratings: Floats, shares: Floats) -> Floats:
    """Each respondent's weighted mean over what they answered, shape (n, items), NaN where that is nothing."""
    there = ~np.isnan(ratings)
    total, answered = np.nan_to_num(ratings) @ shares, there @ shares
    return np.asarray(np.divide(total, answered, out=np.full(total.shape, np.nan), where=answered > 0))


def assess(
    survey: Survey, method: Method = Method.CORRELATION, rule: Rule | None = None, measure: Measure = Measure.MEAN
) -> Assessment:
    """Which processes are vital, by one rule: as the figures stand, and in every resample of respondents."""
    names, said = performances(survey)
    best = said if survey.best is None else performances(Survey(survey.outcome, survey.best, *rest_of(survey)))[1]
    weights = np.ones(len(said)) if survey.weights is None else survey.weights
    block = Block(survey.outcome[:, None], said, best, weights)
    found = study(block, ("",), len(names), method, weighted=survey.weights is not None, units=survey.units)
    return judge(found, "", names, rule or Rule(), measure)


def rest_of(survey: Survey) -> tuple[Sequence[str], Mapping[str, Sequence[tuple[int, float]]]]:
    return survey.touchpoints, survey.processes


def placeable(found: Study, outcome: str, method: Method, fewest: int = FEWEST_ANSWERS) -> list[int]:
    """The items that have data enough for a place: answers, and answers together with the outcome."""
    tie, stands = found.tie(outcome), found.stands[Measure.MEAN]
    counts = [pair.n if method is Method.CORRELATION else tie.complete for pair in tie.pairs]
    enough = [impact is not None for impact in tie.impacts(method)]
    return [i for i, n in enumerate(counts) if enough[i] and min(n, stands[i].n) >= max(fewest, FEWEST_ANSWERS)]


def judge(
    found: Study,
    outcome: str,
    names: Sequence[str],
    rule: Rule,
    measure: Measure = Measure.MEAN,
    fewest: int = FEWEST_ANSWERS,
) -> Assessment:
    """One choice among those that a study holds: an outcome, a rule, a measure.

    What has fewer than 30 answers, or pairs of answer and outcome, is too little data: it moves no line.
    """
    tie, stands = found.tie(outcome), found.stands[measure]
    impacts = tie.impacts(found.method)
    model = tie.models.get(found.method)
    shares = None if model is None or not model.parts or not model.r2 else [part / model.r2 for part in model.parts]
    usable = placeable(found, outcome, found.method, fewest)
    performance, impact = (values([one.value for one in stands], usable), values(impacts, usable))
    vital = rule.vital(performance, impact) if usable else np.empty(0, dtype=bool)
    chances = chances_of(found, outcome, usable, rule, measure)
    lines = tuple(map(float, rule.lines(performance, impact))) if usable else (None, None)
    items = []
    for i, name in enumerate(names):
        place = usable.index(i) if i in usable else None
        is_vital = place is not None and bool(vital[place])
        chance = None if place is None else float(chances[place])
        items.append(
            Item(
                name,
                stands[i].value,
                stands[i].low,
                stands[i].high,
                impacts[i],
                tie.lows[i],
                tie.highs[i],
                shares[i] if shares else None,
                is_vital,
                chance,
                stands[i].n,
                verdict(is_vital, chance),
                tie.pairs[i].r,
                tie.pairs[i].n,
            )
        )
    return Assessment(
        str(rule),
        found.method,
        found.weighted,
        tie.n if found.method is Method.CORRELATION else tie.complete,
        model.r2 if model else None,
        lines[0],
        lines[1],
        found.resampling if usable else None,
        len(found.said) if usable else 0,
        tuple(items),
        measure,
    )


def chances_of(found: Study, outcome: str, usable: Sequence[int], rule: Rule, measure: Measure) -> Floats:
    """For each usable item the part of the resamples in which it is vital."""
    if not usable:
        return np.empty(0)
    performance = found.performances(measure)[:, usable]
    return np.asarray(rule.vital(performance, found.impacts(outcome)[:, usable]).mean(axis=0), dtype=np.float64)


def verdict(vital: bool, chance: float | None) -> Verdict:
    if chance is None:
        return Verdict.TOO_LITTLE
    if not vital:
        return Verdict.NOT_VITAL
    return Verdict.VITAL if chance >= BEYOND_DOUBT else Verdict.PERHAPS


def values(found: Sequence[float | None], usable: Sequence[int]) -> Floats:
    return np.array([found[i] for i in usable], dtype=np.float64)


def vital_items(
    found: Study, outcome: str, method: Method, rule: Rule, measure: Measure, fewest: int = FEWEST_ANSWERS
) -> frozenset[int] | None:
    """Who is vital as the figures stand, by any method; None where nothing can be placed."""
    usable = placeable(found, outcome, method, fewest)
    if not usable:
        return None
    performance = values([one.value for one in found.stands[measure]], usable)
    vital = rule.vital(performance, values(found.tie(outcome).impacts(method), usable))
    return frozenset(i for place, i in enumerate(usable) if vital[place])


@dataclass(frozen=True, slots=True)
class Other:
    """One choice made otherwise: which items it lets enter the list of vital ones, and which leave it.

    `kind` is rule, performance, outcome or impact, `choice` what it would be. Both lists None: it cannot be said.
    """

    kind: str
    choice: str
    enter: tuple[int, ...] | None
    leave: tuple[int, ...] | None


def others(
    found: Study, outcome: str, rule: Rule, measure: Measure, rules: Sequence[Rule], fewest: int = FEWEST_ANSWERS
) -> list[Other]:
    """What each other choice would change, one at a time, as the figures stand."""
    now = vital_items(found, outcome, found.method, rule, measure, fewest) or frozenset()
    choices = [
        *(("rule", str(one), (outcome, found.method, one, measure)) for one in rules if one != rule),
        *(("performance", one.value, (outcome, found.method, rule, one)) for one in Measure if one != measure),
        *(("outcome", one, (one, found.method, rule, measure)) for one in found.outcomes if one != outcome),
        *(
            ("impact", one.value, (outcome, one, rule, measure))
            for one in Method
            if one != found.method and (one is Method.CORRELATION or one in found.tie(outcome).models)
        ),
    ]
    told = []
    for kind, choice, arguments in choices:
        then = vital_items(found, *arguments, fewest)
        if then is None:
            told.append(Other(kind, choice, None, None))
        else:
            told.append(Other(kind, choice, tuple(sorted(then - now)), tuple(sorted(now - then))))
    return told
