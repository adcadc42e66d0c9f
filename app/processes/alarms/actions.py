"""Looking at a source for what got worse beyond chance, once; and what is set about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.people.actor import Actor
from app.processes.alarms.chance import FEWEST, Crossing, fell, holm, limit_for, more, slides, swelled
from app.processes.alarms.models import Alarm, AlarmKind, AlarmScan, AlarmSetting, AlarmStage
from app.processes.alarms.queries import setting
from app.processes.models import ProcessTouchpoint
from app.record.actions import write
from app.voice.answers import answers, uses_of
from app.voice.comments.models import Coded, ThemeTouchpoint
from app.voice.comments.terms import difference
from app.voice.distributions import t95
from app.voice.indices import Measured, change
from app.voice.models import Remark, RemarkTheme, Response, Source, SourceStage, Use
from app.voice.queries import TAKEN, before

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


def due(db: Session) -> list[int]:
    """Sources that have not been looked at as they are now."""
    themes = and_(col(Coded.source_id).is_not(None), col(AlarmScan.themes).is_(False))
    unseen = or_(col(AlarmScan.source_id).is_(None), col(AlarmScan.version) < col(Source.version), themes)
    query = (
        select(col(Source.id))
        .outerjoin(AlarmScan, col(AlarmScan.source_id) == col(Source.id))
        .outerjoin(Coded, col(Coded.source_id) == col(Source.id))
        .where(TAKEN, unseen)
        .order_by(col(Source.last_day), col(Source.id))
    )
    return list(db.scalars(query))


def look(database: Database) -> int:
    """Look at every source that is due; how many alarms were raised. Each source in a transaction of its own."""
    with database.reading() as db:
        sources = due(db)
    raised = 0
    for source_id in sources:
        with database.writing() as db:
            raised += scan(db, source_id)
    return raised


def scan(db: Session, source_id: int) -> int:
    source = db.get_one(Source, source_id)
    seen = db.get(AlarmScan, source_id)
    first = seen is None
    if seen is None:
        seen = AlarmScan(source_id=source_id, version=source.version)
        db.add(seen)
    earlier, set_ = before(db, source), setting(db)
    latest = not is_followed(db, source)
    found: list[Finding] = []
    if source.version > 1:
        crossed, tests = slid(db, source, earlier, set_.days)
        found, seen.touchpoint_tests = found + crossed, tests
        hurried, tests = hastened(db, source, set_.rate)
        found, seen.theme_tests = found + hurried, tests
    elif first and earlier is not None:
        dropped, tests = fallen(db, source, earlier, set_.rate)
        found, seen.touchpoint_tests = found + dropped, tests
    if source.version == 1 and not seen.themes and db.get(Coded, source_id) is not None:
        grown, tests = swollen(db, source, earlier, set_.rate) if earlier is not None else ([], 0)
        found, seen.theme_tests, seen.themes = found + grown, tests, True
    seen.version, seen.at = source.version, now()
    db.flush()
    if not latest:
        return 0  # what a later wave has overtaken is history, and wakes nobody
    raised = sum(tell(db, source, earlier, one, seen, set_.rate) for one in found)
    if first:
        let_go(db, source, found)
    return raised


def is_followed(db: Session, source: Source) -> bool:
    if source.series_id is None:
        return False
    later = (TAKEN, col(Source.series_id) == source.series_id, col(Source.last_day) > source.last_day)
    return db.scalars(select(col(Source.id)).where(*later).limit(1)).first() is not None


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


def owners_of(db: Session, one: Finding) -> list[int | None]:
    """The processes that this is about; none of them still is an alarm, for the chair to see."""
    touchpoints: Iterable[int] = [one.subject]
    if one.of_theme:
        linked = select(col(ThemeTouchpoint.touchpoint_id)).where(col(ThemeTouchpoint.theme_id) == one.subject)
        touchpoints = list(db.scalars(linked))
    query = select(col(ProcessTouchpoint.process_id)).where(col(ProcessTouchpoint.touchpoint_id).in_(list(touchpoints)))
    return list(dict.fromkeys(db.scalars(query.order_by(col(ProcessTouchpoint.process_id))))) or [None]


def root(db: Session, source: Source) -> int:
    """The first of the files that corrected each other: what is found in it again is the same finding."""
    number = source.id
    while (earlier := db.scalar(select(func.max(col(Source.id))).where(col(Source.replaced_by) == number))) is not None:
        number = earlier
    return number


def tell(db: Session, source: Source, earlier: Source | None, one: Finding, seen: AlarmScan, rate: float) -> int:
    """One alarm a process and finding, and never again; a corrected file gives it its new figures."""
    n = 0
    for process_id in owners_of(db, one):
        day = f" {one.day}" if one.day else ""
        name = f"{one.kind.value} {one.subject} in {root(db, source)} for {process_id or 0}{day}"
        alarm = db.scalars(select(Alarm).where(col(Alarm.finding) == name)).first()
        fresh = alarm is None
        if alarm is None:
            alarm = Alarm(finding=name, kind=one.kind, source_id=source.id, value=one.value, n=one.n)
            n += 1
        alarm.source_id, alarm.before_id, alarm.process_id = source.id, earlier.id if earlier else None, process_id
        alarm.theme_id, alarm.touchpoint_id = (one.subject, None) if one.of_theme else (None, one.subject)
        alarm.was, alarm.value, alarm.low, alarm.high = one.was, one.value, one.low, one.high
        alarm.n_before, alarm.n, alarm.p, alarm.rate = one.n_before, one.n, one.p, rate
        alarm.tests = seen.theme_tests if one.of_theme else seen.touchpoint_tests
        db.add(alarm)
        db.flush()
        figures = {"process": process_id or 0, "source": source.id, "n": one.n, "value": f"{one.value:.4g}"}
        write(db, None, "raise" if fresh else "correct", alarm.ref, after=alarm.stage.value, figures=figures)
    return n


def let_go(db: Session, source: Source, found: Sequence[Finding]) -> None:
    """Alarms of a file that this one corrects, which it does not show, are closed."""
    gone = select(col(Source.id)).where(col(Source.replaced_by) == source.id, col(Source.stage) == SourceStage.REPLACED)
    query = select(Alarm).where(col(Alarm.source_id).in_(gone), col(Alarm.stage) != AlarmStage.CLOSED)
    shown = {(one.kind, one.subject) for one in found}
    for alarm in db.scalars(query).all():
        if (alarm.kind, alarm.theme_id or alarm.touchpoint_id) not in shown:
            was = alarm.stage.value
            alarm.stage, alarm.version, alarm.source_id = AlarmStage.CLOSED, alarm.version + 1, source.id
            alarm.word = "The corrected file does not show it."
            write(db, None, "close", alarm.ref, before=was, after=AlarmStage.CLOSED.value)


def set_rate(db: Session, actor: Actor, percent: float, days: int) -> None:
    found = db.scalars(select(AlarmSetting).limit(1)).first() or AlarmSetting()
    was = {"rate_before": f"{100 * found.rate:g}", "days_before": found.days}
    found.rate, found.days = percent / 100, days
    db.add(found)
    db.flush()
    write(db, actor.id, "set_alarms", found.ref, figures=was | {"rate": f"{percent:g}", "days": days})
