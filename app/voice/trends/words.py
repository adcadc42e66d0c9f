"""How figures and tests are said."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.voice.comparing import Difference, Overall
from app.voice.scopes import What
from app.voice.tallies import Measure
from app.voice.trends.trend import Point, Trend
from app.web.rendering import number_words


@dataclass(frozen=True)
class Look:
    """How a figure is written: digits, with its sign, with its unit; and what it is called."""

    digits: int
    signed: bool
    unit: str
    name: str

    def say(self, value: float | None) -> str:
        return "–" if value is None else number_words(value, self.digits, sign=self.signed) + self.unit


def look(what: What, measure: Measure) -> Look:
    match measure:
        case Measure.NPS:
            return Look(1, True, "", "NPS")
        case Measure.SHARE:
            return Look(1, False, "%", "share")
        case Measure.TOP_TWO:
            return Look(1, False, "%", "top two")
        case Measure.MEDIAN:
            return Look(2, False, "", "median")
        case _:
            return Look(1 if what.touchpoint else 2, False, "", "mean")


MEASURE_WORDS = {
    Measure.NPS: "NPS",
    Measure.MEAN: "mean",
    Measure.TOP_TWO: "top two answers, share",
    Measure.SHARE: "share of yes",
    Measure.MEDIAN: "median",
}


def called(what: What, measure: Measure) -> str:
    """NPS is NPS; all else by the name of what was asked."""
    if measure is Measure.NPS:
        return "NPS"
    return what.name if measure in (Measure.MEAN, Measure.SHARE) else f"{what.name}, {look(what, measure).name}"


def p_words(p: float | None) -> str:
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def chance_words(test: Difference) -> str:
    return "more than chance explains" if test.certain else "no more than chance explains"


def answer(what: What, measure: Measure, trend: Trend) -> str:
    """The latest figure, and what it did since the one before."""
    last = trend.latest
    if last is None or last.figure is None:
        return "Too few have answered to say."
    own, estimate = look(what, measure), last.figure.estimate
    who = "" if trend.name == "Everybody" else f" for {trend.name}"
    said = f"{called(what, measure)} is {own.say(estimate.value)}{who} in {last.name}"
    if estimate.low is not None:
        said += f" ({own.say(estimate.low)} to {own.say(estimate.high)})"
    return f"{said}{since_words(own, last, measure)}."


def since_words(own: Look, point: Point, measure: Measure) -> str:
    if point.broken:
        return f". No change is claimed: {point.broken}"
    if point.since is None:
        return ""
    by, way = number_words(abs(point.since.change), own.digits), "up" if point.since.change > 0 else "down"
    of = " in the mean" if measure is Measure.MEDIAN else ""
    return f", {way} {by}{own.unit}{of} since the one before: {chance_words(point.since)}"


def finding(what: What, measure: Measure, trend: Trend) -> str:
    """The title of the picture: what all the tests together say."""
    moved = [point for point in trend.points if point.since and point.since.certain]
    name = called(what, measure)
    if not trend.tests:
        return f"{name}: nothing to compare yet"
    if not moved:
        return f"{name} has not moved by more than chance explains"
    last = moved[-1]
    assert last.since is not None
    way = "rose" if last.since.change > 0 else "fell"
    return f"{name} {way} by more than chance explains in {last.name}"


def overall_words(found: Overall | None) -> str:
    if found is None:
        return ""
    df = ", ".join("∞" if part == float("inf") else f"{part:,.4g}" for part in found.df)
    small = f" {found.small} cells expect fewer than 5 answers: read it with care." if found.small else ""
    says = "the groups differ by more than chance explains" if found.p < 0.05 else "no more than chance explains"
    return f"All groups together: {says} ({found.test} {found.statistic:,.2f}, df {df}, p {p_words(found.p)}).{small}"


def listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1] if words else ""
