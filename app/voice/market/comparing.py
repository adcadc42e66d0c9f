"""Our figure beside the market's (BCE): the difference with its interval, and what is not known said.

Standard errors of the market: as told; else half the width of its 95 % interval over 1.96; else from n alone, and then
no smaller than the true one: of NPS v on -1 to 1 the variance is at most 1 - v^2, of a mean m on 0 to 1 at most
m (1 - m), which a share has exactly (R. Bhatia and C. Davis, American Mathematical Monthly 107, 2000).
Both figures are taken as independent, so their errors add in squares.
"""

from dataclasses import dataclass
from math import sqrt

from app.estimates import Estimate
from app.voice.distributions import Z95


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus the market's in points. both: the market's uncertainty is in the interval too.

    at_most: it was worked out from n alone, so the interval is no narrower than the true one.
    """

    value: float
    low: float | None
    high: float | None
    both: bool
    at_most: bool = False

    @property
    def estimate(self) -> Estimate:
        return Estimate(self.value, self.low, self.high, 0)

    @property
    def tone(self) -> str:
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return "quiet"
        return "good" if self.low > 0 else "hurt"


def error_of(
    value: float,
    *,
    nps: bool,
    error: float | None = None,
    ends: tuple[float, float] | None = None,
    n: int | None = None,
) -> tuple[float | None, bool]:
    """The standard error of a figure of others in points, and whether it is only an upper bound."""
    if error is not None:
        return error, False
    if ends is not None:
        return (ends[1] - ends[0]) / 2 / Z95, False
    if not n:
        return None, False
    spread = 1 - (value / 100) ** 2 if nps else value / 100 * (1 - value / 100)
    return 100 * sqrt(max(0.0, spread) / n), True


def difference(ours: float, our_error: float | None, market: float, market_error: float | None) -> Difference:
    """Without our own error there is no interval; without the market's it is ours alone."""
    value = ours - market
    if our_error is None:
        return Difference(value, None, None, both=False)
    reach = Z95 * sqrt(our_error**2 + (market_error or 0.0) ** 2)
    return Difference(value, value - reach, value + reach, market_error is not None)
