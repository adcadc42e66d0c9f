"""The loop this week: what customers say, the worst process, the best pilot, what is unanswered, money.

The same for everybody, so it is kept per process for as long as nothing of it has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, hypot

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.estimates import Estimate
from app.ideas.models import UNANSWERED, Idea
from app.lately import lately
from app.pilots.effect import Verdict
from app.pilots.models import Measure, Pilot, PilotStage
from app.voice.models import Outcome, OutcomeKind, Source
from app.voice.queries import FOR_ALL, headline
from app.voice.showing import estimate_of
from app.work.processes import Need, needs

AROUND = 25.0  # points of NPS drawn to each side
Z95 = 1.96


@dataclass(frozen=True)
class Figure:
    """One line: what it is, its estimate on its scale, last wave's value, and what it did since."""

    name: str
    sub: str
    href: str
    estimate: Estimate
    ends: tuple[float, float]
    was: float | None = None
    change: float | None = None
    tone: str = "quiet"
    digits: int = 0
    signed: bool = False
    hurt: bool = False
    zero: float | None = None


@dataclass(frozen=True)
class Waves:
    """The latest survey and the one of its series before it."""

    latest: Source
    before: Source | None


@dataclass(frozen=True)
class Loop:
    figures: Sequence[Figure]
    waves: Waves | None
    needs: Sequence[Need]
    unanswered: int
    late: int
    running: int
    ended: int
    spent: Decimal
    budget: Decimal


def loop(db: Session, day: date) -> Loop:
    """Whatever changes a stage or money writes the record, so votes and edits do not make it be read anew."""
    key = (counts(db, "voice", "processes", "pilots", "record"), day)
    return lately(db, "loop", 2).or_made(key, lambda: read(db, day))


def read(db: Session, day: date) -> Loop:
    waves = latest(db)
    needed = needs(db)
    found = [*(outcomes(db, waves) if waves else ()), *worst(needed), *best(db)]
    unanswered, late = unanswered_ideas(db, day)
    return Loop(found, waves, needed, unanswered, late, *pilots_and_money(db))


def latest(db: Session) -> Waves | None:
    outcome = headline(db)
    if outcome is None:
        return None
    source = db.get_one(Source, outcome.source_id)
    earlier = (
        select(Source)
        .where(
            FOR_ALL,
            col(Source.series_id) == source.series_id,
            col(Source.last_day) < source.last_day,
        )
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(1)
    )
    return Waves(source, db.scalars(earlier).first() if source.series_id else None)


def outcomes(db: Session, waves: Waves) -> list[Figure]:
    """The first two outcomes, each beside the same one of the wave before."""
    ids = [wave.id for wave in (waves.latest, waves.before) if wave]
    query = select(Outcome).where(col(Outcome.source_id).in_(ids)).order_by(col(Outcome.place))
    asked = db.scalars(query).all()
    fewest = waves.before.minimum_cell if waves.before else 0
    earlier = {one.name: one for one in asked if one.source_id != waves.latest.id and one.n >= fewest}
    shown = [(outcome, estimate_of(outcome, waves.latest.minimum_cell)) for outcome in asked]
    return [
        outcome_figure(outcome, estimate, earlier.get(outcome.name))
        for outcome, estimate in shown
        if outcome.source_id == waves.latest.id and estimate is not None and estimate.value is not None
    ][:2]


def outcome_figure(outcome: Outcome, estimate: Estimate, before: Outcome | None) -> Figure:
    nps = outcome.kind is OutcomeKind.NPS
    change, tone = moved(outcome, before)
    value = outcome.value or 0.0
    return Figure(
        name=outcome.name,
        sub=f"{'NPS, ' if nps else 'mean, '}n {outcome.n:,}",
        href=f"/voice/sources/{outcome.source_id}",
        estimate=estimate,
        ends=around(value) if nps else (min(outcome.worst, outcome.best), max(outcome.worst, outcome.best)),
        was=before.value if before else None,
        change=change,
        tone=tone,
        digits=0 if nps else 2,
        signed=nps,
    )


def around(value: float) -> tuple[float, float]:
    return max(-100.0, floor(value - AROUND)), min(100.0, ceil(value + AROUND))


def moved(now: Outcome, before: Outcome | None) -> tuple[float | None, str]:
    """By how much, and whether that is more than chance: good or hurt where the difference's interval leaves out 0."""
    if before is None or before.value is None or now.value is None:
        return None, "quiet"
    by = now.value - before.value
    bounds = (now.low, now.high, before.low, before.high)
    if any(bound is None for bound in bounds):
        return by, "quiet"
    errors = [((wave.high or 0) - (wave.low or 0)) / 2 / Z95 for wave in (now, before)]
    if abs(by) <= Z95 * hypot(*errors):
        return by, "quiet"
    return by, "good" if by > 0 else "hurt"


def worst(needed: Sequence[Need]) -> list[Figure]:
    known = [need for need in needed if need.performance is not None]
    if not known:
        return []
    need = min(known, key=lambda need: need.performance.value or 0)  # type: ignore[union-attr]
    assert need.performance is not None
    return [Figure("Worst prioritised", need.name, f"/processes/{need.id}", need.performance, (0, 100), hurt=True)]


def best(db: Session) -> list[Figure]:
    """Of the running pilots with a measured effect one that improved, and the most."""
    live = (col(Measure.replaced_by).is_(None), col(Measure.withdrawn_at).is_(None), col(Measure.change).is_not(None))
    query = (
        select(Measure, col(Pilot.name))
        .join(Pilot, col(Pilot.id) == col(Measure.pilot_id))
        .where(col(Pilot.stage) == PilotStage.RUNNING, *live)
        .order_by(col(Measure.verdict) != Verdict.IMPROVED, col(Measure.change).desc(), col(Measure.id))
        .limit(1)
    )
    row = db.execute(query).first()
    return [pilot_figure(*row)] if row else []


def pilot_figure(measure: Measure, name: str) -> Figure:
    found = Estimate(measure.change, measure.change_low, measure.change_high, 0)
    href = f"/pilots/{measure.pilot_id}/effect"
    ends = about_zero(found, measure.worth)
    return Figure("Best running pilot", name, href, found, ends, digits=1, signed=True, zero=0)


def about_zero(found: Estimate, worth: float = 0) -> tuple[float, float]:
    """A scale with zero in its middle that holds the interval and the smallest effect worth having."""
    reach = max(abs(bound or 0) for bound in (found.value, found.low, found.high, worth)) or 1.0
    return -1.1 * reach, 1.1 * reach


def unanswered_ideas(db: Session, day: date) -> tuple[int, int]:
    late = func.sum(case((col(Idea.promised_on) < day, 1), else_=0))
    query = select(func.count(), func.coalesce(late, 0)).where(col(Idea.stage).in_(UNANSWERED))
    counted, overdue = db.execute(query).one()
    return counted, overdue


def pilots_and_money(db: Session) -> tuple[int, int, Decimal, Decimal]:
    running = func.coalesce(func.sum(case((col(Pilot.stage) == PilotStage.RUNNING, 1), else_=0)), 0)
    query = select(running, func.count(), func.sum(col(Pilot.spent)), func.sum(col(Pilot.budget)))
    going, every, spent, budget = db.execute(query).one()
    return going, every - going, Decimal(spent or 0), Decimal(budget or 0)
