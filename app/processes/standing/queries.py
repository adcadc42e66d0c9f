"""Reading what each wave said of processes, and whether the standing priorities still hold."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.lately import lately
from app.processes.models import Prioritisation, Priority, Process, ProcessTouchpoint
from app.processes.standing.models import Reading
from app.processes.standing.rules import Known, Standing, standing_of
from app.voice.models import Outcome, Source
from app.voice.queries import FOR_ALL, LATEST

WAVES = 8


@dataclass(frozen=True)
class Wave:
    """A survey that everybody may see, with its first outcome; `key` tells when its readings are of before."""

    source: Source
    outcome: str
    key: str


def waves(db: Session) -> list[Wave]:
    """The waves of the organisation's survey, latest first: those in the series of its headline. Two statements."""
    query = (
        select(Source, col(Outcome.name))
        .join(Outcome, and_(col(Outcome.source_id) == col(Source.id), col(Outcome.place) == 0))
        .where(FOR_ALL)
        .order_by(*LATEST)
    )
    rows = db.execute(query).all()
    if not rows:
        return []
    series = rows[0][0].series_id
    own = [row for row in rows if row[0].series_id == series and series is not None] or rows[:1]
    register = registered(db)
    return [Wave(source, outcome, key_of(source, outcome, register)) for source, outcome in own[:WAVES]]


def registered(db: Session) -> Sequence[Any]:
    columns = (col(ProcessTouchpoint.process_id), col(ProcessTouchpoint.touchpoint_id), col(ProcessTouchpoint.weight))
    return [tuple(row) for row in db.execute(select(*columns).order_by(*columns))]


def key_of(source: Source, outcome: str, register: Sequence[Any]) -> str:
    return hashlib.sha256(repr((source.id, source.version, outcome, register)).encode()).hexdigest()


def readings(db: Session, told: Sequence[Wave]) -> dict[int, dict[int, Reading]]:
    """By source and process; only those that are up to date."""
    keys = {wave.source.id: wave.key for wave in told}
    found: dict[int, dict[int, Reading]] = {}
    for reading in db.scalars(select(Reading).where(col(Reading.source_id).in_(keys))):
        if reading.key == keys[reading.source_id]:
            found.setdefault(reading.source_id, {})[reading.process_id] = reading
    return found


def standings(db: Session) -> Mapping[int, Standing]:
    """Of every prioritised process, for any page: kept for as long as nothing of it changes."""
    return lately(db, "standings", 2).or_made(counts(db, "voice", "processes"), lambda: read_standings(db))


def standing_for(db: Session, process_id: int) -> Standing:
    return standings(db).get(process_id, Standing())


def read_standings(db: Session) -> dict[int, Standing]:
    """Four statements, whatever the number of processes."""
    told = waves(db)
    now = readings(db, told[:1])
    latest = now.get(told[0].source.id) if told else None
    return {
        priority.process_id: standing(priority, round_, told, latest) for priority, round_ in standing_priorities(db)
    }


def standing_priorities(db: Session) -> Sequence[tuple[Priority, Prioritisation]]:
    query = (
        select(Priority, Prioritisation)
        .join(Prioritisation, col(Prioritisation.id) == col(Priority.round_id))
        .join(
            Process,
            and_(col(Process.id) == col(Priority.process_id), col(Process.prioritised_by) == col(Priority.round_id)),
        )
    )
    return [(priority, round_) for priority, round_ in db.execute(query)]


def standing(
    priority: Priority, round_: Prioritisation, told: Sequence[Wave], latest: Mapping[int, Known] | None
) -> Standing:
    """`latest`: what the latest wave says by process; None where it is not worked out yet."""
    was = json.loads(priority.evidence) if priority.evidence else None
    evidence = json.loads(round_.evidence) if round_.evidence else {}
    until = evidence.get("last_day") or round_.opened_at.date().isoformat()
    since = sum(1 for wave in told if wave.source.last_day.isoformat() > until)
    name = told[0].source.name if told else ""
    now = latest.get(priority.process_id) if latest else None
    asked = latest is not None and since > 0
    return standing_of(was, now if since else None, since, evidence.get("source", ""), name, asked)
