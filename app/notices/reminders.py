"""Deadlines: who has something due within three working days, today, or late, hears of it once each, as an entry that
the record holds.

What is due is asked of the pages that show it, so that a reminder never says what its reader may not see; it comes as
an argument, since that part of the house stands further right.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Missing
from app.notices.actions import locked_reading
from app.notices.models import Reading, Reminder
from app.notices.queries import REMIND
from app.people.actor import Actor, find_actor
from app.people.calendar.queries import in_working_days
from app.people.models import Kind, Person
from app.record.actions import write
from app.todo import Todo

MORNING = time(7)
NEAR = 3  # working days
CHUNK = 50
DONE = -1
Waiting = Callable[[Session, Actor, date], Sequence[Todo]]


def near(todos: Sequence[Todo], until: date) -> list[Todo]:
    """What is late, or due up to a day."""
    return [todo for todo in todos if todo.due and todo.due <= until]


def horizon(db: Session, day: date) -> date:
    """Up to which day things are near: three working days on."""
    return in_working_days(db, NEAR, day)


def remind(database: Database, waiting: Waiting) -> int | None:
    """The next few people, from seven in the morning where the organisation is: mail goes on between them.

    How many of them were reminded; None once everybody's turn has come today.
    """
    turn = next_turn(database)
    return remind_some(database, waiting, *turn) if turn else None


def next_turn(database: Database) -> tuple[date, int] | None:
    """The day whose reminders are to be made, and the person after whom to go on; None when today's are made."""
    zone = ZoneInfo(database.known["settings"].time_zone)
    moment = now().astimezone(zone)
    day = moment.date()
    if moment < datetime.combine(day, MORNING, zone):
        return None
    with database.reading() as db:
        reading = db.get_one(Reading, 1)
    after = place(reading, day)
    return None if after == DONE else (day, after)


def place(reading: Reading, day: date) -> int:
    """The person after whom this day's reminders go on."""
    return reading.reminded_to if reading.reminded_on == day else 0


def remind_some(database: Database, waiting: Waiting, day: date, after: int) -> int:
    """The next few people. What waits for them is read before anything is locked."""
    with database.reading() as db:
        able = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) == Kind.EMPLOYEE)
        query = select(col(Person.id)).where(col(Person.id) > after, *able).order_by(col(Person.id)).limit(CHUNK)
        people = db.scalars(query).all()
        until = horizon(db, day)
        due = {person: due_of(db, waiting, person, day, until) for person in people}
    with database.writing() as db:
        reading = locked_reading(db)
        if place(reading, day) != after:
            return 0  # another worker was here
        reading.reminded_on, reading.reminded_to = day, people[-1] if len(people) == CHUNK else DONE
        return sum(remind_one(db, person, todos, day) for person, todos in due.items() if todos)


def due_of(db: Session, waiting: Waiting, person_id: int, day: date, until: date) -> list[Todo]:
    try:
        return near(waiting(db, find_actor(db, person_id), day), until)
    except Missing:
        return []  # gone since


def remind_one(db: Session, person_id: int, todos: Sequence[Todo], day: date) -> bool:
    """An entry where there is something that they were not reminded of yet."""
    mine = (col(Reminder.person_id) == person_id, col(Reminder.what).in_([what(todo, day) for todo in todos]))
    known = {(row[0], row[1]) for row in db.execute(select(col(Reminder.what), col(Reminder.late)).where(*mine))}
    fresh = {(what(todo, day), todo.late): todo for todo in todos if (what(todo, day), todo.late) not in known}
    for (name, late), todo in fresh.items():
        assert todo.due
        db.add(Reminder(person_id=person_id, what=name, late=late, due=todo.due))
    if fresh:
        passed = sum(todo.late for todo in fresh.values())
        figures = {"person": person_id, "soon": len(fresh) - passed, "late": passed}
        write(db, None, REMIND, f"person:{person_id}", figures=figures)
    return bool(fresh)


def what(todo: Todo, day: date) -> str:
    """A deadline that is moved is another one; on its own day it is said again."""
    return f"{todo.due} {'today ' if todo.due == day else ''}{todo.key}"[:160]
