"""What ideas have done by themselves: back on their day."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.actions import bring_back, today
from app.outbox import Job, Task, later

KIND = "deferred ideas"


def run(database: Database, _payload: dict[str, Any]) -> None:
    """Every night. The next one is written first, once, so that a night that fails is not the last."""
    with database.writing() as db:
        moment = next_night(db)
        waiting = select(col(Job.id)).where(col(Job.kind) == KIND, col(Job.done_at).is_(None), col(Job.due) > now())
        if db.scalars(waiting).first() is None:
            later(db, KIND, moment)
    while some_came_back(database):
        continue


def some_came_back(database: Database) -> bool:
    with database.writing() as db:
        return bring_back(db) > 0


def next_night(db: Session) -> datetime:
    zone = ZoneInfo(db.info["settings"].time_zone)
    return datetime.combine(today(db) + timedelta(days=1), time(0, 5), zone)


tasks = [Task(KIND, run)]
