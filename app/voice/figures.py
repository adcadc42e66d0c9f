"""What a checked file's answers add up to: the figures that are rolled up when it is taken."""

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.voice import indices
from app.voice.answers import account_numbers
from app.voice.importing.maps import Outcome as MappedOutcome
from app.voice.importing.maps import SurveyMap
from app.voice.importing.responses import Checked, Touched
from app.voice.models import OutcomeKind
from app.voice.packed import Floats
from app.voice.tallies import Figure, Measure, figure, scored, tally

MEASURES = {OutcomeKind.NPS: Measure.NPS, OutcomeKind.YESNO: Measure.SHARE}


@dataclass(frozen=True)
class OutcomeFigures:
    """The columns of an outcome: `value` is NPS for nps, a share for yesno, else the mean; higher better."""

    worst: float
    best: float
    n: int
    missing: int
    value: float | None
    low: float | None
    high: float | None
    weighted: float | None
    mean: float | None
    top_two: float | None = None
    promoters: int | None = None
    passives: int | None = None
    detractors: int | None = None
    error: float | None = None
    accounts: int | None = None
    design_effect: float | None = None


@dataclass(frozen=True)
class UseFigures:
    """The columns of a touchpoint's use. Means are on the original scale, scores on 0 to 100; higher better."""

    n: int
    not_applicable: int
    missing: int
    mean: float | None
    low: float | None
    high: float | None
    weighted: float | None
    score: float | None
    score_low: float | None
    score_high: float | None
    error: float | None = None
    accounts: int | None = None
    design_effect: float | None = None


def weights_of(checked: Checked) -> Floats | None:
    """0 where a weight was set aside: such an answer counts in unweighted figures alone."""
    return None if checked.weights is None else np.nan_to_num(checked.weights)


def clustered(measure: Measure, values: Floats, accounts: NDArray[np.int64] | None) -> Figure | None:
    """A figure whose interval knows that answers of one account are not independent."""
    if accounts is None:
        return None
    told = tally(scored(measure, values), np.zeros(len(values), dtype=np.int64), 1, None, accounts)
    return figure(told.of([0]), measure)


@dataclass(frozen=True)
class Clustered:
    """What of a figure is otherwise where its answers belong to accounts."""

    low: float | None
    high: float | None
    error: float | None
    accounts: int | None
    design_effect: float | None


def clustered_outcome(kind: OutcomeKind, values: Floats, accounts: NDArray[np.int64] | None) -> Clustered | None:
    own = clustered(MEASURES.get(kind, Measure.MEAN), values, accounts)
    if own is None or own.estimate.value is None:
        return None
    share = 100 if kind is OutcomeKind.YESNO else 1
    low, high, error = (
        None if end is None else end / share for end in (own.estimate.low, own.estimate.high, own.error)
    )
    return Clustered(low, high, error, own.accounts, own.design_effect)


def clustered_score(percent: Floats, accounts: NDArray[np.int64] | None) -> Clustered | None:
    """Of a touchpoint, on 0 to 100."""
    own = clustered(Measure.MEAN, percent, accounts)
    if own is None or own.estimate.value is None:
        return None
    return Clustered(own.estimate.low, own.estimate.high, own.error, own.accounts, own.design_effect)


def outcome_figures(
    part: MappedOutcome, values: Floats, weights: Floats | None, accounts: NDArray[np.int64] | None = None
) -> OutcomeFigures:
    """The rolled-up figures of one outcome; where answers belong to accounts, intervals are clustered by them."""
    found = independent_figures(part, values, weights)
    own = clustered_outcome(OutcomeKind(part.kind.value), values, accounts)
    return replace(found, **asdict(own)) if own else found


def independent_figures(part: MappedOutcome, values: Floats, weights: Floats | None) -> OutcomeFigures:
    kind = OutcomeKind(part.kind.value)
    estimate = {OutcomeKind.NPS: indices.nps, OutcomeKind.YESNO: indices.share}.get(kind, indices.mean)
    plain = estimate(values)
    worst, best = ends(part, values)
    n = int((~np.isnan(values)).sum())
    figures = OutcomeFigures(
        worst,
        best,
        n,
        len(values) - n,
        plain.value,
        plain.low,
        plain.high,
        None if weights is None else estimate(values, weights).value,
        indices.mean(values).value,
    )
    if kind is OutcomeKind.NPS:
        return OutcomeFigures(**asdict(figures) | asdict(indices.camps(values)))
    if kind is OutcomeKind.RATING:
        low, high = sorted((worst, best))
        return OutcomeFigures(**asdict(figures) | {"top_two": indices.top_two(values, (low, high)).value})
    return figures


def ends(part: MappedOutcome, values: Floats) -> tuple[float, float]:
    """Worst and best of an outcome's scale; an amount has none but its own least and most."""
    if scale := part.range:
        return scale.worst, scale.best
    if part.kind.value == OutcomeKind.YESNO or np.isnan(values).all():
        return 0.0, 1.0
    return float(np.nanmin(values)), float(np.nanmax(values))


def use_figures(checked: Checked) -> list[UseFigures]:
    weights = weights_of(checked)
    accounts = account_numbers(checked.accounts)
    return [use_figure(touched, weights, accounts) for touched in checked.touchpoints]


def use_figure(touched: Touched, weights: Floats | None, accounts: NDArray[np.int64] | None = None) -> UseFigures:
    values, scale = touched.values, touched.scale
    own = clustered(Measure.MEAN, values, accounts)
    found = own.estimate if own else indices.mean(values)

    def score(value: float | None) -> float | None:
        return None if value is None else 100 * (value - scale.low) / abs(scale.best - scale.worst)

    return UseFigures(
        touched.n,
        touched.not_applicable,
        touched.missing,
        found.value,
        found.low,
        found.high,
        None if weights is None else indices.mean(values, weights).value,
        score(found.value),
        score(found.low),
        score(found.high),
        None if own is None or own.error is None else 100 * own.error / abs(scale.best - scale.worst),
        own.accounts if own else None,
        own.design_effect if own else None,
    )


def all_outcomes(checked: Checked, survey_map: SurveyMap) -> list[OutcomeFigures]:
    weights, accounts = weights_of(checked), account_numbers(checked.accounts)
    pairs = zip(survey_map.outcomes, checked.outcomes, strict=True)
    return [outcome_figures(part, told.values, weights, accounts) for part, told in pairs]
