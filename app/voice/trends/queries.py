"""The market's figure beside ours (BCE), and the indices of a wave."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from sqlalchemy.orm import Session

from app.voice.cells import cells
from app.voice.comparing import Difference
from app.voice.distributions import Z95, t_two
from app.voice.market.queries import Market, latest_benchmarks
from app.voice.scopes import Scope, Wave, What
from app.voice.tallies import Figure, Measure


@dataclass(frozen=True)
class Index:
    """One of NPS, TCS and so on of a wave. `market` is what benchmarks say of it, `beyond` ours minus theirs."""

    name: str
    what: What
    measure: Measure
    n: int
    figure: Figure | None
    weighted: Figure | None
    market: Market | None = None
    beyond: Difference | None = None


NAMES = {
    ("nps", Measure.NPS): "NPS",
    ("rating", Measure.MEAN): "TCS mean",
    ("rating", Measure.TOP_TWO): "TCS top two",
}


def indices_of(db: Session, scope: Scope, wave: Wave) -> list[Index]:
    """All outcomes of a wave in all their figures."""
    market, found = latest_benchmarks(db, NAMES.values()), []
    for what in scope.everything():
        if what.outcome is None or not what.asked_in(wave):
            continue
        for measure in what.measures:
            if measure is Measure.MEAN and what.measures[0] is Measure.NPS:
                continue
            found.append(index_of(db, scope, wave, what, measure, market))
    return found


def index_of(
    db: Session, scope: Scope, wave: Wave, what: What, measure: Measure, benchmarks: Mapping[str, Market]
) -> Index:
    outcome = wave.outcomes[what.outcome or ""]
    name = NAMES.get((outcome.kind.value, measure), "")
    told, heavy = (cells(db, scope, wave, what, measure, weighted=weighted) for weighted in (False, True))
    n = int(told.counts.sum()) if told else 0
    if told is None or not n or n < wave.source.minimum_cell:
        return Index(name, what, measure, n, None, None)
    figure = told.figure(told.groups())
    market = benchmarks.get(name)
    beyond = beside(figure, market, in_percent(what, wave, measure)) if market else None
    return Index(name, what, measure, n, figure, heavy.figure(heavy.groups()) if heavy else None, market, beyond)


def in_percent(what: What, wave: Wave, measure: Measure) -> tuple[float, float]:
    """(start, times) that put a mean on 0 to 100, as benchmarks are."""
    if measure is not Measure.MEAN or what.outcome is None:
        return 0.0, 1.0
    outcome = wave.outcomes[what.outcome]
    low, high = sorted((outcome.worst, outcome.best))
    return (low, 100 / (high - low)) if high > low else (low, 1.0)


def beside(figure: Figure, market: Market, scale: tuple[float, float] = (0.0, 1.0)) -> Difference | None:
    """Ours minus the market's. A market without an interval is taken as certain."""
    if figure.estimate.value is None or figure.error is None:
        return None
    start, times = scale
    error = 0.0 if market.low is None or market.high is None else (market.high - market.low) / 2 / Z95
    change = (figure.estimate.value - start) * times - market.value
    both = sqrt((figure.error * times) ** 2 + error**2)
    if not both:
        return None
    z, reach = change / both, Z95 * both
    return Difference(change, change - reach, change + reach, z, figure.df, t_two(z, figure.df))
