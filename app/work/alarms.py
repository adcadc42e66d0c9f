"""Alarms of somebody's processes that nobody has looked at."""

from datetime import date

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.processes.alarms.queries import waiting_for
from app.todo import Todo


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    return [
        Todo(
            "Look at",
            f"/processes/alarms/{one.alarm.id}",
            f"alarm {one.alarm.id}",
            day,
            title=one.finding,
            sub=" · ".join(part for part in (one.process, one.source) if part),
            word="Alarm",
        )
        for one in waiting_for(db, actor)
    ]
