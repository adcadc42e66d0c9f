"""What speaks against believing a measured effect, in sentences: read from the waves, the plan and its versions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.pilots.cautions import apart_before, false_alarm, mix
from app.pilots.figures import asked_as, measured, parts, smallest_cell
from app.pilots.foreseeing import before_of
from app.pilots.measures import asking, labels_of
from app.pilots.measuring import place_of
from app.pilots.models import Measure
from app.voice.answers import Answers, answers
from app.voice.models import Source
from app.voice.queries import FOR_ALL
from app.web.rendering import number_words

MOST_SEGMENTS = 12


def doubts(db: Session, measure: Measure, begun_at: datetime | None) -> list[str]:
    """Empty for figures typed by hand, and before there is an effect."""
    if measure.before_id is None or measure.after_id is None:
        return []
    before, after = db.get_one(Source, measure.before_id), db.get_one(Source, measure.after_id)
    return [
        *of_window(db, measure, after, begun_at),
        *of_mix(db, measure, before, after),
        *of_time_before(db, measure, before),
        *of_looks(db, measure),
    ]


def in_percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def of_window(db: Session, measure: Measure, after: Source, begun_at: datetime | None) -> Iterator[str]:
    """The wave after is the one that was planned, and was planned before it began."""
    first, last = after.first_day, after.last_day
    if first is None or last is None:
        return
    if (measure.first_day and first < measure.first_day) or (measure.last_day and last > measure.last_day):
        yield f"{after.name} was asked outside the window that was planned."
    zone = ZoneInfo(db.info["settings"].time_zone)
    if begun_at is not None and begun_at.astimezone(zone).date() > first:
        yield f"The plan was locked after {after.name} had begun: it may have been made to fit."


def of_mix(db: Session, measure: Measure, before: Source, after: Source) -> Iterator[str]:
    """Whether others answered where the pilot ran: by each segment that both waves know."""
    waves = [answers(db, source.id) for source in (before, after)]
    names = [name for name in waves[0].segment_names if name in waves[1].segment_names and name != measure.segment]
    smallest = max(smallest_cell(db, source.id) for source in (before, after))
    for name in names[:MOST_SEGMENTS]:
        counts = [
            made_up(db, source.id, told, measure, name) for source, told in zip((before, after), waves, strict=True)
        ]
        found = mix(*counts)
        if found is None or not found.differs:
            continue
        seen = min(one.get(found.label, 0) for one in counts) >= smallest
        shares = (
            f": {found.label} were {in_percent(found.before)} before and {in_percent(found.after)} after"
            if seen
            else ""
        )
        yield f"Other people answered after than before, by {name}{shares}."


def made_up(db: Session, source: int, told: Answers, measure: Measure, segment: str) -> dict[str, int]:
    """Label -> answers to the outcome where the pilot ran."""
    column = asked_as(db, source, measure.outcome, told)[1]
    chosen = told.where(*parts(place_of(measure))) & ~np.isnan(column)
    at = told.segment_names.index(segment)
    codes = told.segments[chosen, at]
    counted = np.bincount(codes[codes >= 0], minlength=len(told.labels[at]))
    return {label: int(count) for label, count in zip(told.labels[at], counted, strict=True)}


def of_time_before(db: Session, measure: Measure, before: Source) -> Iterator[str]:
    """Whether there and elsewhere moved apart between the wave before and the one before that."""
    place, earlier = place_of(measure), wave_before(db, measure, before)
    if place is None or earlier is None:
        return
    there, rest = before_of(db, measure)
    was, other = (
        measured(db, earlier.id, measure.outcome, place, elsewhere=side, among=among, weighted=measure.weighted)
        for side, among in ((False, ()), (True, labels_of(measure.against)))
    )
    if there is None or rest is None or was is None or other is None:
        return
    found = apart_before((was, there), (other, rest))
    if found.oddly:
        by = number_words(found.change, 1, sign=True)
        reach = f"{number_words(found.low, 1, sign=True)} to {number_words(found.high, 1, sign=True)}"
        yield (
            f"Where it ran and elsewhere moved apart before it began, by {by} ({reach}) since {earlier.name}: "
            "the comparison may not say what would have happened."
        )


def wave_before(db: Session, measure: Measure, before: Source) -> Source | None:
    """The latest earlier wave of the same series that asks for it and knows the place."""
    if before.series_id is None or before.first_day is None:
        return None
    query = (
        select(Source)
        .where(
            FOR_ALL,
            col(Source.series_id) == before.series_id,
            col(Source.last_day) < before.first_day,
            col(Source.id).in_(asking(db, measure.outcome)),
        )
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(4)
    )
    labels = (measure.label, *labels_of(measure.against))
    return next((one for one in db.scalars(query) if knows(answers(db, one.id), measure.segment, labels)), None)


def knows(told: Answers, segment: str, labels: Sequence[str]) -> bool:
    return segment in told.segment_names and set(labels) <= set(told.labels[told.segment_names.index(segment)])


def of_looks(db: Session, measure: Measure) -> Iterator[str]:
    """How often a result was read before the window had ended: each look finds something by chance."""
    if measure.last_day is None:
        return
    query = select(col(Measure.made_at)).where(
        (col(Measure.id) == measure.root) | (col(Measure.first_id) == measure.root),
        col(Measure.run) == measure.run,
        col(Measure.after_id).is_not(None),
    )
    zone = ZoneInfo(db.info["settings"].time_zone)
    early = sum(1 for made in db.scalars(query) if made.astimezone(zone).date() <= measure.last_day)
    if early:
        looks = early + 1
        yield (
            f"Results were read {early} times before the window ended: with {looks} looks a pilot that does nothing "
            f"seems to do something in {in_percent(false_alarm(looks))} of cases, not in 5 %."
            if early > 1
            else "A result was read before the window ended: with two looks a pilot that does nothing seems to do "
            f"something in {in_percent(false_alarm(2))} of cases, not in 5 %."
        )
