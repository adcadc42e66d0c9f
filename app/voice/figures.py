"""What a checked file's answers add up to: the figures that are rolled up when it is taken."""

from dataclasses import asdict, dataclass

import numpy as np

from app.voice import indices
from app.voice.importing.maps import Outcome as MappedOutcome
from app.voice.importing.maps import SurveyMap
from app.voice.importing.responses import Checked, Touched
from app.voice.models import OutcomeKind
from app.voice.packed import Floats


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


def weights_of(checked: Checked) -> Floats | None:
    """0 where a weight was set aside: such an answer counts in unweighted figures alone."""
    return None if checked.weights is None else np.nan_to_num(checked.weights)


def outcome_figures(part: MappedOutcome, values: Floats, weights: Floats | None) -> OutcomeFigures:
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
    return [use_figure(touched, weights) for touched in checked.touchpoints]


def use_figure(touched: Touched, weights: Floats | None) -> UseFigures:
    values, scale = touched.values, touched.scale
    found = indices.mean(values)

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
    )


def all_outcomes(checked: Checked, survey_map: SurveyMap) -> list[OutcomeFigures]:
    weights = weights_of(checked)
    pairs = zip(survey_map.outcomes, checked.outcomes, strict=True)
    return [outcome_figures(part, told.values, weights) for part, told in pairs]
