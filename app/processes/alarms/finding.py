"""What got worse in a source beyond chance: against the wave before, and while answers come in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.processes.alarms.chance import FEWEST, Crossing, fell, holm, limit_for, more, slides, swelled
from app.processes.alarms.models import AlarmKind
from app.voice.answers import answers, uses_of
from app.voice.comments.models import Coded
from app.voice.comments.terms import difference
from app.voice.distributions import t95
from app.voice.indices import Measured, change
from app.voice.models import Remark, RemarkTheme, Response, Source, Use

FAMILIES = 2  # touchpoints and themes share a wave's rate: each has half of it
FEWEST_A_DAY = 5
BASELINE = 200
LATELY = timedelta(days=30)
WEEKS = 52


@dataclass(frozen=True)
class Finding:
    """What got worse, before it is known who owns it."""

    kind: AlarmKind
    subject: int
    was: float
    value: float
    low: float | None
    high: float | None
    n_before: int
    n: int
    p: float | None
    day: date | None = None

    @property
    def of_theme(self) -> bool:
        return self.kind in (AlarmKind.SWELLED, AlarmKind.MORE)


def pairs_of(db: Session, source: Source, earlier: Source) -> list[tuple[Use, Use]]:
    """Touchpoints that both waves asked on the same scale and in the same words: a break is no fall."""
    was = {use.touchpoint_id: use for use, _ in uses_of(db, earlier.id)}
    told = [(was[use.touchpoint_id], use) for use, _ in uses_of(db, source.id) if use.touchpoint_id in was]
    return [(one, two) for one, two in told if same_question(one, two)]


def same_question(one: Use, two: Use) -> bool:
    scale = (one.worst, one.best, one.step) == (two.worst, two.best, two.step)
    words = [" ".join(use.question.casefold().split()) for use in (one, two)]
    return scale and (not all(words) or words[0] == words[1])


def measured(use: Use) -> Measured | None:
    if use.score is None or use.score_low is None or use.score_high is None or use.n < 2:
        return None
    return Measured(use.score, (use.score_high - use.score_low) / 2 / t95(use.n - 1), use.n)


def fallen(db: Session, source: Source, earlier: Source, rate: float) -> tuple[list[Finding], int]:
    """Touchpoints that fell since the wave before; and how many were looked at."""
    told: list[tuple[int, Measured, Measured, float]] = []
    for one, two in pairs_of(db, source, earlier):
        was, is_ = measured(one), measured(two)
        if was and is_ and was.n >= earlier.minimum_cell and is_.n >= source.minimum_cell:
            p = fell(was, is_)
            if p is not None:
                told.append((two.touchpoint_id, was, is_, p))
    stands = holm([p for *_, p in told], rate / FAMILIES)
    found = []
    for (subject, was, is_, p), real in zip(told, stands, strict=True):
        if real:
            by = change(was, is_)
            found.append(Finding(AlarmKind.FELL, subject, was.value, is_.value, by.low, by.high, was.n, is_.n, p))
    return found, len(told)


def counted_themes(db: Session, source_id: int) -> tuple[dict[int, int], int]:
    """Of each theme the people who speak of it; and how many people's comments have been coded at all."""
    people = func.count(col(Remark.response_id).distinct())
    own = (
        select(col(RemarkTheme.theme_id), people)
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .where(col(Remark.source_id) == source_id)
    )
    each = dict(db.execute(own.group_by(col(RemarkTheme.theme_id))).all())
    everybody = (
        select(people)
        .join(RemarkTheme, col(RemarkTheme.remark_id) == col(Remark.id))
        .where(col(Remark.source_id) == source_id)
    )
    return each, db.scalar(everybody) or 0


def swollen(db: Session, source: Source, earlier: Source, rate: float) -> tuple[list[Finding], int]:
    """Themes that more people speak of than in the wave before, among those whose comments are coded."""
    if db.get(Coded, earlier.id) is None:
        return [], 0
    (was, n_before), (is_, n) = counted_themes(db, earlier.id), counted_themes(db, source.id)
    told = []
    for theme, hits in is_.items():
        p = swelled(was.get(theme, 0), n_before, hits, n) if hits >= source.minimum_cell else None
        if p is not None:
            told.append((theme, was.get(theme, 0), hits, p))
    stands = holm([p for *_, p in told], rate / FAMILIES)
    found = []
    for (theme, hits_before, hits, p), real in zip(told, stands, strict=True):
        if real:
            _, low, high = difference(hits, n, hits_before, n_before)
            shares = hits_before / n_before, hits / n
            found.append(Finding(AlarmKind.SWELLED, theme, *shares, low, high, n_before, n, p))
    return found, len(told)


def slid(db: Session, source: Source, earlier: Source | None, days: int) -> tuple[list[Finding], int]:
    """While answers come in: touchpoints whose days have been falling short of the wave before, or of the beginning."""
    told = answers(db, source.id)
    rows = db.execute(select(col(Response.on)).where(col(Response.source_id) == source.id).order_by(col(Response.id)))
    dates = np.array([row[0].toordinal() if row[0] else 0 for row in rows], dtype=np.int64)
    if len(dates) != len(told.percent) or not dates.any():
        return [], 0
    bases = {two.touchpoint_id: measured(one) for one, two in pairs_of(db, source, earlier)} if earlier else {}
    found: list[Finding] = []
    tests = len(told.touchpoint_ids)
    limit = limit_for(days * max(1, tests))
    newest = date.fromordinal(int(dates.max()))
    for place, touchpoint_id in enumerate(told.touchpoint_ids):
        said = ~np.isnan(told.percent[:, place]) & (dates > 0)
        series = daily(dates[said], told.percent[said, place], bases.get(touchpoint_id))
        if series is None:
            continue
        crossings = slides(series.zs, limit)
        if crossings and newest - series.days[crossings[-1].day] <= LATELY:
            found.append(of_crossing(touchpoint_id, crossings[-1], series))
    return found, tests


def hastened(db: Session, source: Source, rate: float) -> tuple[list[Finding], int]:
    """While answers come in: themes that more of a week's people speak of than in the four weeks before.

    Each whole week is looked at against a fifty-second of the rate: so it holds for a year, by Boole's inequality.
    """
    each = (col(Response.on), func.count())
    said = select(*each).where(col(Response.source_id) == source.id, col(Response.on).is_not(None))
    people = weekly(db.execute(said.group_by(col(Response.on))).all())
    if not people:
        return [], 0
    week = max(people) - 1  # the last whole one: that of the newest answer may go on
    query = (
        select(col(RemarkTheme.theme_id), col(Response.on), func.count(col(Response.id).distinct()))
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .join(Response, col(Response.id) == col(Remark.response_id))
        .where(col(Response.source_id) == source.id, col(Response.on).is_not(None))
        .group_by(col(RemarkTheme.theme_id), col(Response.on))
    )
    by_theme: dict[int, list[Any]] = {}
    for theme, day, n in db.execute(query):
        by_theme.setdefault(theme, []).append((day, n))
    n, n_before = people.get(week, 0), sum(people.get(week - back, 0) for back in range(1, 5))
    if min(n, n_before) < FEWEST:
        return [], 0
    told = []
    for theme, rows in by_theme.items():
        hits = weekly(rows)
        now_, was = hits.get(week, 0), sum(hits.get(week - back, 0) for back in range(1, 5))
        if now_ >= source.minimum_cell:
            told.append((theme, was, now_, more(was, n_before, now_, n)))
    found = []
    for (theme, was, now_, p), real in zip(told, holm([one[3] for one in told], rate / FAMILIES / WEEKS), strict=True):
        if real:
            _, low, high = difference(now_, n, was, n_before)
            shares, day = (was / n_before, now_ / n), date.fromordinal(7 * week + 1)
            found.append(Finding(AlarmKind.MORE, theme, *shares, low, high, n_before, n, p, day))
    return found, len(told)


def weekly(rows: Iterable[Any]) -> dict[int, int]:
    """Counts of days as counts of weeks, each by its number; weeks begin on Mondays."""
    told: dict[int, int] = {}
    for day, n in rows:
        week = (day.toordinal() - 1) // 7
        told[week] = told.get(week, 0) + n
    return told


@dataclass(frozen=True)
class Daily:
    """Each day's mean in standard errors from the base; the days, means and numbers of answers."""

    zs: Sequence[float]
    days: Sequence[date]
    means: Sequence[float]
    counts: Sequence[int]
    base: float
    n_base: int


def daily(dates: np.ndarray, values: np.ndarray, base: Measured | None) -> Daily | None:
    """None where neither the wave before nor the first answers give a base of 200."""
    order = np.argsort(dates, kind="stable")
    dates, values = dates[order], values[order]
    if base is not None and base.n >= BASELINE:
        mean, spread, n_base = base.value, base.error * sqrt(base.n), base.n
    elif len(values) > BASELINE:
        first = values[:BASELINE]
        mean, spread, n_base = float(first.mean()), float(first.std(ddof=1)), BASELINE
        dates, values = dates[BASELINE:], values[BASELINE:]
    else:
        return None
    if spread == 0:
        return None
    days, starts, counts = np.unique(dates, return_index=True, return_counts=True)
    means = np.add.reduceat(values, starts) / counts if len(values) else np.empty(0)
    kept = counts >= FEWEST_A_DAY
    zs = (means - mean) / (spread * np.sqrt(1 / counts + 1 / n_base))
    return Daily(
        [float(z) for z in zs[kept]],
        [date.fromordinal(int(day)) for day in days[kept]],
        [float(one) for one in means[kept]],
        [int(one) for one in counts[kept]],
        mean,
        n_base,
    )


def of_crossing(touchpoint_id: int, crossing: Crossing, series: Daily) -> Finding:
    """The figure of an alarm while answers come in: the mean since the fall began."""
    span = slice(crossing.begun, crossing.day + 1)
    n = sum(series.counts[span])
    value = sum(m * k for m, k in zip(series.means[span], series.counts[span], strict=True)) / n
    day = series.days[crossing.day]
    return Finding(AlarmKind.SLID, touchpoint_id, series.base, value, None, None, series.n_base, n, None, day)
