"""What the page of processes draws: rows of its table, the scatter in two sizes, and sentences from the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.charts import span
from app.estimates import Estimate
from app.processes.assessing import Picture
from app.processes.drivers import Method
from app.processes.models import Process
from app.processes.priority import Item, Verdict
from app.processes.study import Measure
from app.processes.working import Driver
from app.scatter import NARROW, WIDE, Point, Scatter, Words, scatter
from app.voice.indices import Change, Measured, change

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
IMPACTS = {
    Method.CORRELATION: "correlation with {}",
    Method.SHAPLEY: "part of what explains {} (Shapley)",
    Method.JOHNSON: "part of what explains {} (Johnson)",
}


@dataclass(frozen=True)
class Row:
    """One process (or, where none is registered, one touchpoint) of the table."""

    key: str
    item: Item
    process_id: int | None
    touchpoint_id: int | None
    rank: int | None = None
    was: float | None = None
    since: Change | None = None
    ideas: int = 0
    market: float | None = None
    little: bool = False

    @property
    def performance(self) -> Estimate | None:
        item = self.item
        if item.performance is None:
            return None
        return Estimate(item.performance, item.performance_low, item.performance_high, item.n)

    @property
    def impact(self) -> Estimate | None:
        item = self.item
        return None if item.impact is None else Estimate(item.impact, item.impact_low, item.impact_high, item.n)

    @property
    def tone(self) -> str:
        if self.since is None or self.since.low <= 0 <= self.since.high:
            return "quiet"
        return "good" if self.since.low > 0 else "hurt"

    @property
    def kind(self) -> str:
        return {Verdict.VITAL: "vital", Verdict.PERHAPS: "vital_perhaps"}.get(self.item.verdict, "not_vital")

    @property
    def chance(self) -> str:
        """In how many of the resamples it is vital, as it is written: 83 %, over 99 %."""
        chance = self.item.vital_probability
        return "–" if chance is None else percent(chance)


def percent(part: float) -> str:
    """Never 0 or 100 where it is not."""
    if 0 < part < 0.005 or 0.995 < part < 1:
        return "under 1 %" if part < 0.5 else "over 99 %"
    return f"{100 * part:.0f} %"


@dataclass(frozen=True)
class Drawn:
    """Both drawings and the ends of the two axes as the table shares them."""

    wide: Scatter
    narrow: Scatter
    title: str
    performance: tuple[float, float]
    impact: tuple[float, float]


def rows_of(
    told: Picture,
    known: Mapping[int, Process],
    was: Mapping[int, Measured],
    now: Mapping[int, Measured],
    ideas: Mapping[int, int],
    market: Mapping[int, float],
    few: int,
) -> list[Row]:
    """`market` holds what others reach at touchpoints, on 0 to 100; below `few` answers there is little data."""
    rows = []
    for standing in told.standings:
        process_id, driver = standing.process_id, standing.driver
        row = Row(
            driver.key,
            standing.item,
            process_id,
            driver.touchpoint_id,
            market=benchmark(driver, market) if told.question.performance is Measure.MEAN else None,
            little=standing.item.n < few,
        )
        if process_id:
            before, after = was.get(process_id), now.get(process_id)
            since = change(before, after) if before and after and before.error + after.error else None
            row = replace(
                row,
                rank=known[process_id].rank if process_id in known else None,
                was=before.value if before else None,
                since=since,
                ideas=ideas.get(process_id, 0),
            )
        rows.append(row)
    return rows


def benchmark(driver: Driver, market: Mapping[int, float]) -> float | None:
    """The market's figure for what a driver is made of, by the same weights; none unless each part has one."""
    if not driver.parts or any(touchpoint not in market for touchpoint, _ in driver.parts):
        return None
    return sum(market[touchpoint] * weight for touchpoint, weight in driver.parts) / sum(w for _, w in driver.parts)


SORTS = {
    "name": lambda row: row.item.name.casefold(),
    "chance": lambda row: (-(row.item.vital_probability or 0.0), -(row.item.impact or 0.0)),
    "performance": lambda row: row.item.performance if row.item.performance is not None else 101.0,
    "impact": lambda row: -(row.item.impact or 0.0),
    "answers": lambda row: -row.item.n,
    "since": lambda row: row.since.change if row.since else 0.0,
    "rank": lambda row: row.rank or 10_000,
    "ideas": lambda row: -row.ideas,
}


def sorted_rows(rows: Sequence[Row], sort: str) -> list[Row]:
    """By default vital ones first, most certain first."""
    ordered = sorted(rows, key=SORTS.get(sort, SORTS["chance"]))
    return ordered if sort in SORTS else sorted(ordered, key=lambda row: not row.item.vital)


def number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def answer(rows: Sequence[Row], asked: bool, registered: bool) -> str:
    """Five are vital, three of them beyond doubt."""
    if not asked:
        return "Nobody knows yet: no survey with an outcome is here."
    if not any(row.item.vital_probability is not None for row in rows):
        return "Too few have answered to say."
    vital = [row for row in rows if row.item.vital]
    sure = [row for row in vital if row.item.verdict is Verdict.VITAL]
    thing = "" if registered else " touchpoint" if len(vital) == 1 else " touchpoints"
    if not vital:
        return "None is vital: nothing is served badly and matters much."
    count = number(len(vital)).capitalize()
    if len(vital) == 1:
        return f"{count}{thing} is vital, {'beyond doubt' if sure else 'perhaps'}."
    doubt = "all of them" if len(sure) == len(vital) else f"{number(len(sure))} of them"
    return f"{count}{thing} are vital, {doubt} beyond doubt."


# Finding room for labels is the dearest part of the page, and the same points always lie alike.
laid_out = lru_cache(maxsize=64)(scatter)


def drawn(told: Picture, rows: Sequence[Row]) -> Drawn | None:
    """None where nothing has data enough for a place. What has too little is drawn too, with its interval."""
    found = told.found
    placed = [row for row in rows if row.item.performance is not None and row.item.impact is not None]
    sure = any(row.item.vital_probability is not None for row in placed)
    if not sure or found.performance_cut is None or found.impact_cut is None:
        return None
    points = tuple(point(row) for row in placed)
    rule = told.rule
    middle = "median" if rule.name == "medians" else "mean"
    line = "target" if rule.target is not None else middle
    across = "least" if rule.least is not None else middle
    outcome = told.question.outcome
    words = Words(
        f"Impact: {IMPACTS[found.impact].format(outcome)}; further up moves it more",
        f"{line} {found.performance_cut:.1f}",
        f"{across} impact {found.impact_cut:.2f}",
    )
    short = Words(f"Impact: {found.impact.value}", words.x_line, f"{across} {found.impact_cut:.2f}")
    cuts = found.performance_cut, found.impact_cut
    vital = ", ".join(row.item.name for row in placed if row.item.vital)
    return Drawn(
        laid_out(points, *cuts, words, WIDE),
        laid_out(points, *cuts, short, NARROW),
        f"Performance by impact of {len(points)}. Vital: {vital or 'none'}.",
        span(
            [
                *ends(row.performance for row in placed),
                *(row.was for row in placed),
                *(row.market for row in placed),
                cuts[0],
            ]
        ),
        span([*ends(row.impact for row in placed), cuts[1]]),
    )


def ends(estimates: object) -> list[float | None]:
    return [end for one in estimates if one for end in (one.value, one.low, one.high)]  # type: ignore[attr-defined]


def point(row: Row) -> Point:
    item = row.item
    assert item.performance is not None
    assert item.impact is not None
    return Point(
        row.key,
        f"{item.name} (little data)" if row.little else item.name,
        item.performance,
        item.performance_low,
        item.performance_high,
        item.impact,
        item.impact_low,
        item.impact_high,
        item.n,
        item.verdict is Verdict.VITAL,
        item.verdict is Verdict.PERHAPS,
        f"{item.performance:.0f}, impact {item.impact:.2f}, vital in {row.chance}",
    )


def notes(told: Picture, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """How to read it: sentences about the ones that say most, as (name, what is so about it)."""
    outcome = told.question.outcome
    vital = [row for row in rows if row.item.vital]
    sure = sorted((row for row in vital if row.item.verdict is Verdict.VITAL), key=lambda row: -(row.item.impact or 0))
    unsure = sorted(
        (row for row in vital if row.item.verdict is Verdict.PERHAPS), key=lambda row: row.item.vital_probability or 0
    )
    keep = [row for row in rows if row.item.verdict is Verdict.NOT_VITAL and above(told, row)]
    said = []
    if sure:
        item = sure[0].item
        stands = f"stands at {item.performance:.0f} of 100{fallen(sure[0])}"
        pulls = f"pulls hardest on {outcome} of those beyond doubt. It is the first place to look for ideas."
        said.append((item.name, f"{stands} and {pulls}"))
    if unsure:
        item = unsure[0].item
        chance = f"it was vital in {percent(item.vital_probability or 0.0)} of the resamples"
        said.append((item.name, f"may lie over a line by chance: {chance}. Ask another wave before a round."))
    if keep:
        item = max(keep, key=lambda row: row.item.impact or 0).item
        said.append((item.name, "is served well and matters much: what is done there is worth keeping up."))
    return said


def above(told: Picture, row: Row) -> bool:
    found, item = told.found, row.item
    if item.performance is None or item.impact is None or found.performance_cut is None or found.impact_cut is None:
        return False
    return item.performance >= found.performance_cut and item.impact >= found.impact_cut


def fallen(row: Row) -> str:
    if row.since is None or row.tone == "quiet":
        return ""
    way = "fell" if row.since.change < 0 else "rose"
    return f", {way} {abs(row.since.change):.1f} since the wave before, more than chance explains,"
