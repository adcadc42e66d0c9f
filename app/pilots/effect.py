"""What an outcome did where a pilot ran: after against before, and against where it did not run.

Figures come in with their standard errors (voice.indices.measured_*), in one unit, higher better: NPS points,
means on their scale or on 0-100, shares as parts of 1. Intervals are 95 %, of independent samples.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from app.voice.distributions import Z95
from app.voice.indices import Change, Measured, change

FEWEST_ANSWERS = 30


class Verdict(StrEnum):
    """Improved or worsened: the whole interval lies on one side of 0. Too little: a wave under 30 answers."""

    IMPROVED = "improved"
    NO_CHANGE = "no detectable change"
    WORSENED = "worsened"
    TOO_LITTLE = "too little data"


class Worth(StrEnum):
    """Whether the effect reaches the smallest one worth having: all of its interval, some of it, or none."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Difference:
    """The change where the pilot ran minus the change where it did not."""

    change: float
    low: float
    high: float
    z: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """The change where the pilot ran, the comparison's, their difference, and what that says.

    Figures are None where a wave has no answers to measure. `worth` is None without a smallest effect worth
    having, and with too little data.
    """

    change: float | None
    low: float | None
    high: float | None
    z: float | None
    n_before: int
    n_after: int
    comparison: Change | None
    difference_in_differences: Difference | None
    verdict: Verdict
    worth: Worth | None


def effect(
    before: Measured | None,
    after: Measured | None,
    comparison: tuple[Measured | None, Measured | None] | None = None,
    worth_having: float | None = None,
) -> Effect:
    """What a pilot changed; with a comparison (before, after), the difference in differences decides.

    The rule: with fewer than 30 answers in any wave there is too little data; else improved where the whole
    interval lies above 0, worsened where below, and no detectable change where it holds 0. `worth_having`, in
    the figure's unit and above 0, is held against the same interval.
    """
    if worth_having is not None and worth_having <= 0:
        raise ValueError("The smallest effect worth having is above 0.")
    moved, elsewhere = _changed(before, after), _changed(*comparison) if comparison else None
    against = _difference(moved, elsewhere) if moved and elsewhere else None
    decisive = against if comparison else moved
    waves = (before, after, *(comparison or ()))
    if not decisive or any(wave is None or wave.n < FEWEST_ANSWERS for wave in waves):
        verdict, worth = Verdict.TOO_LITTLE, None
    else:
        verdict = _verdict(decisive.low, decisive.high)
        worth = None if worth_having is None else _worth(decisive.low, decisive.high, worth_having)
    return Effect(
        moved.change if moved else None,
        moved.low if moved else None,
        moved.high if moved else None,
        moved.z if moved else None,
        before.n if before else 0,
        after.n if after else 0,
        elsewhere,
        against,
        verdict,
        worth,
    )


def _changed(before: Measured | None, after: Measured | None) -> Change | None:
    return change(before, after) if before and after else None


def _difference(moved: Change, elsewhere: Change) -> Difference:
    """Errors are read back from the intervals, which are the change plus and minus 1.96 of them."""
    value = moved.change - elsewhere.change
    reach = sqrt((moved.high - moved.change) ** 2 + (elsewhere.high - elsewhere.change) ** 2)
    return Difference(value, value - reach, value + reach, Z95 * value / reach if reach else None)


def _verdict(low: float, high: float) -> Verdict:
    if low > 0:
        return Verdict.IMPROVED
    return Verdict.WORSENED if high < 0 else Verdict.NO_CHANGE


def _worth(low: float, high: float, smallest: float) -> Worth:
    if low >= smallest:
        return Worth.YES
    return Worth.NO if high < smallest else Worth.PERHAPS
