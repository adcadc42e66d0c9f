"""Our figures and the market's over the years, on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.charts import Scale, Tick, axis, span
from app.voice.evidence.drawing import FOOT, HIGH, LEFT, TOP, WIDE
from app.voice.market.queries import Compared


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Trend:
    width: float
    height: float
    left: float
    ticks: Sequence[Tick]
    years: Sequence[tuple[float, int]]
    ours: Sequence[Mark]
    market: Sequence[Mark]
    our_line: str
    market_line: str


def trend(told: Compared) -> Trend | None:
    """None where there are not two points in time."""
    ours = [(one.last_day, one.estimate) for one in reversed(told.ours)]
    market = [(pair.benchmark.last_day, pair.market) for pair in reversed(told.pairs)]
    days = sorted({day for day, _ in [*ours, *market]})
    if len(days) < 2:
        return None
    values = [end for _, one in [*ours, *market] for end in (one.value, one.low, one.high)]
    up, across = (
        Scale(*span(values), HIGH - FOOT, TOP),
        Scale(days[0].toordinal(), days[-1].toordinal(), LEFT + 16, WIDE - 16),
    )

    def marks(figures: Sequence[tuple[date, object]]) -> list[Mark]:
        return [mark(across, up, day, one) for day, one in figures]

    first, second = marks(ours), marks(market)
    years = [date(year, 1, 1) for year in range(days[0].year, days[-1].year + 1)]
    shown = [(round(across.held(day.toordinal()), 1), day.year) for day in years if day >= days[0]]
    return Trend(WIDE, HIGH, LEFT, axis(up, 5), shown, first, second, line(first), line(second))


def mark(across: Scale, up: Scale, day: date, one: object) -> Mark:
    value, low, high = (getattr(one, name) for name in ("value", "low", "high"))
    x = round(across.at(day.toordinal()), 1)
    return Mark(x, *(None if end is None else round(up.held(end), 1) for end in (value, low, high)))  # type: ignore[arg-type]


def line(marks: Sequence[Mark]) -> str:
    return "M" + "L".join(f"{one.x} {one.y}" for one in marks) if len(marks) > 1 else ""
