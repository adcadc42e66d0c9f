"""Looking at a source for what got worse beyond chance, once; and what is set about it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.people.actor import Actor
from app.processes.alarms.finding import Finding, fallen, hastened, slid, swollen
from app.processes.alarms.models import Alarm, AlarmScan, AlarmSetting, AlarmStage
from app.processes.alarms.queries import setting
from app.processes.models import ProcessTouchpoint
from app.record.actions import write
from app.voice.comments.models import Coded, ThemeTouchpoint
from app.voice.models import Source, SourceStage
from app.voice.queries import TAKEN, before


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
